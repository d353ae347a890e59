package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func crlFileDamaged() Cause {
	return Cause{
		ID:     "crl-file-damaged",
		Title:  "a revocation list in the file is damaged",
		Source: "RFC 7468 section 2; RFC 5280 section 5.1: CertificateList",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCRL)
			if f == nil {
				return Finding{}, false
			}
			return damage(f, KindCRL)
		},
	}
}
