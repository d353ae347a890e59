package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func intermediateExpired() Cause {
	return Cause{
		ID:     "intermediate-expired",
		Title:  "an intermediate CA expired",
		Source: "RFC 5280 section 6.1.3 (a)(2); OpenSSL error 10, between the broker's own certificate and the root",
		Match: func(s *evidence.Session) (Finding, bool) {
			c := outOfDate(s)
			if c == nil || ownCertificate(s, c) || selfIssued(c) {
				return Finding{}, false
			}
			return expiredAuthority(s, c, "the intermediate CA certificate"), true
		},
	}
}
