package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func clientCertificateCriticalExtension() Cause {
	return Cause{
		ID:       "client-certificate-critical-extension",
		Title:    "the client certificate has a critical extension that the broker does not understand",
		Source:   "RFC 5280 section 4.2; OpenSSL error 34, certificate_unknown",
		Explains: []string{"broker-crl-unusable"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c := refused(s, record.CertificateUnknown, record.BadCertificate, record.UnsupportedCertificate)
			if c == nil || len(c.Extends.Critical) == 0 {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline: fmt.Sprintf("the client certificate %s carries the critical extension %s, which the broker does not understand",
					ourFile(c), list(c.Extends.Critical)),
				Seen:  facts(ours(c), seenAlert(s)),
				Hints: []Hint{{CA, "issue it again without this extension, or with the extension not critical", ""}},
			}, true
		},
	}
}
