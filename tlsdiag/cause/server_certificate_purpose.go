package cause

import (
	"fmt"
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Purposes as they stand in evidence.Extends.
const (
	PurposeServer = "serverAuth"
	PurposeClient = "clientAuth"
	PurposeAny    = "anyExtendedKeyUsage"
)

func serverCertificatePurpose() Cause {
	return Cause{
		ID:       "server-certificate-purpose",
		Title:    "the broker's certificate is not meant for a TLS server",
		Source:   "RFC 5280 section 4.2.1.12: id-kp-serverAuth; OpenSSL error 26",
		Explains: []string{"server-certificate-key-usage"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c := culprit(s)
			if c == nil || verdict(s) != certs.InvalidPurpose || !lacksPurpose(c, PurposeServer) {
				return Finding{}, false
			}
			what := "the broker's certificate is"
			if !ownCertificate(s, c) {
				what = fmt.Sprintf("the CA certificate %s is", subject(c))
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("%s for %s only, not for a TLS server", what, list(c.Extends.Purposes)),
				Seen:       facts(seenCertificate("certificate", c), "extended key usage: "+list(c.Extends.Purposes), seenVerdict(s)),
				Hints:      []Hint{{CA, "issue it again with extendedKeyUsage=serverAuth", ""}},
			}, true
		},
	}
}

// lacksPurpose says that a certificate limits its purposes and leaves one out.
func lacksPurpose(c *evidence.Certificate, purpose string) bool {
	p := c.Extends.Purposes
	return len(p) > 0 && !slices.Contains(p, purpose) && !slices.Contains(p, PurposeAny)
}
