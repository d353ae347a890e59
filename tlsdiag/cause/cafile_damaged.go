package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func cafileDamaged() Cause {
	return Cause{
		ID:     "cafile-damaged",
		Title:  "a certificate in the CA file is damaged",
		Source: "RFC 7468 section 2; OpenSSL refuses the whole file for one bad block",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCAFile)
			if f == nil {
				return Finding{}, false
			}
			return damage(f, KindCertificate)
		},
	}
}
