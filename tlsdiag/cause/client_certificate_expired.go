package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func clientCertificateExpired() Cause {
	return Cause{
		ID:       "client-certificate-expired",
		Title:    "the client certificate expired",
		Source:   "RFC 8446 section 6.2: certificate_expired",
		Explains: []string{"broker-crl-expired", "broker-crl-unusable", "closed-after-connect"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c, silent := refusedFor(s, record.CertificateExpired)
			if c == nil || !s.Local.Clock.Now.After(c.Dates.NotAfter) {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   expiredHeadline(s, fmt.Sprintf("the client certificate %s", ourFile(c)), c),
				Seen:       facts(ours(c), seenAlert(s)),
				Hints:      []Hint{{CA, "renew the client certificate", ""}},
			}.hushed(s, silent), true
		},
	}
}
