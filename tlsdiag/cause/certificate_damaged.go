package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func certificateDamaged() Cause {
	return Cause{
		ID:     "certificate-damaged",
		Title:  "the client certificate's file is damaged",
		Source: "RFC 7468 section 2",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCertificate)
			if f == nil {
				return Finding{}, false
			}
			return damage(f, KindCertificate)
		},
	}
}
