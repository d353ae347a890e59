package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func privateCANotGiven() Cause {
	return Cause{
		ID:       "private-ca-not-given",
		Title:    "only the system's CAs are trusted and the broker has a private one",
		Source:   "RFC 5280 section 6.1.1 (d); OpenSSL errors 19 and 20",
		Explains: []string{"issuer-not-trusted"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c, ok := unknownIssuer(s)
			if !ok || !s.Asked.OSCerts || s.Asked.CAFile != "" || s.Asked.CAPath != "" || len(c.Extends.IssuerURLs) > 0 {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline: fmt.Sprintf("the broker's certificate was issued by %s, a CA that this system does not know, and no --cafile was given",
					name(c.Issuer)),
				Seen:  facts(seenCertificate("broker's certificate", s.Peer.Leaf()), sent(s), seenVerdict(s)),
				Hints: []Hint{{Gateway, fmt.Sprintf("get the certificate of %s from whoever runs the broker: --cafile ca.crt", name(c.Issuer)), ""}},
			}, true
		},
	}
}
