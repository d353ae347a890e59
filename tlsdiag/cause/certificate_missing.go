package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func certificateMissing() Cause {
	return Cause{
		ID:     "certificate-missing",
		Title:  "the client certificate's file does not exist",
		Source: "open(2): ENOENT; SSL_CTX_use_certificate_chain_file(3)",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCertificate)
			if f == nil || f.Exists != evidence.No {
				return Finding{}, false
			}
			return missing(f, "client certificate"), true
		},
	}
}
