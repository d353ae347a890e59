package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func cafileDER() Cause {
	return Cause{
		ID:     "cafile-der",
		Title:  "the CA file is in DER form and holds no single certificate",
		Source: "X.690; RFC 5280 section 4.1: Certificate",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCAFile)
			if f == nil || f.Format != FormatDER || encryptedItem(f) != nil {
				return Finding{}, false
			}
			return isDER(f, KindCertificate, "give the CA's certificate, the file that was made with it and is not secret"), true
		},
	}
}
