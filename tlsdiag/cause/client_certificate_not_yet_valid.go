package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func clientCertificateNotYetValid() Cause {
	return Cause{
		ID:       "client-certificate-not-yet-valid",
		Title:    "the client certificate is valid from a later date",
		Source:   "RFC 5280 section 6.1.3 (a)(2); OpenSSL answers with bad_certificate, Go with certificate_expired",
		Explains: []string{"broker-crl-expired", "broker-crl-unusable", "closed-after-connect"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c, silent := refusedFor(s, record.CertificateExpired)
			if c == nil || !s.Local.Clock.Now.Before(c.Dates.NotBefore) {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   earlyHeadline(s, fmt.Sprintf("the client certificate %s", ourFile(c)), c),
				Seen:       facts(ours(c), clockLine(s), seenAlert(s)),
				Hints: append([]Hint{{
					CA, "was the clock of the machine that issued it ahead? Then issue it again", "",
				}}, clockHint(s)...),
			}.hushed(s, silent), true
		},
	}
}
