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
		Explains: []string{"broker-crl-expired", "broker-crl-unusable"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c := refused(s, record.CertificateExpired, record.BadCertificate, record.CertificateUnknown)
			if c == nil || !s.Local.Clock.Now.After(c.Dates.NotAfter) {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   expiredHeadline(s, fmt.Sprintf("the client certificate %s", c.File), c),
				Seen:       facts(ours(c), seenAlert(s)),
				Hints:      []Hint{{CA, "renew the client certificate", ""}},
			}, true
		},
	}
}
