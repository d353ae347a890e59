package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func crlFileNoCRL() Cause {
	return Cause{
		ID:     "crl-file-no-crl",
		Title:  "the file given with --crl-file holds no revocation list",
		Source: "RFC 7468 section 6: the X509 CRL label",
		Match: func(s *evidence.Session) (Finding, bool) {
			f := given(s, evidence.RoleCRL)
			if f == nil || holds(f, KindCRL) {
				return Finding{}, false
			}
			const advice = "give the revocation list of the CA that issued the broker's certificate"
			if f.Format == FormatDER {
				return isDER(f, KindCRL, advice), true
			}
			return lacks(f, KindCRL, "-----BEGIN X509 CRL-----", advice)
		},
	}
}
