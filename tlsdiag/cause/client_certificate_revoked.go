package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func clientCertificateRevoked() Cause {
	return Cause{
		ID:     "client-certificate-revoked",
		Title:  "the client certificate is revoked",
		Source: "RFC 8446 section 6.2: certificate_revoked; RFC 5280 section 5",
		Match: func(s *evidence.Session) (Finding, bool) {
			c := refused(s, record.CertificateRevoked)
			if c == nil {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the client certificate %s (serial number %s) is revoked: it is on the broker's list", subject(c), c.Serial),
				Seen:       facts(ours(c), seenAlert(s)),
				Hints:      []Hint{{CA, "find out why it was revoked, and issue a new certificate with a new key", ""}},
			}, true
		},
	}
}
