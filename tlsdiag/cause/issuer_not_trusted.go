package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func issuerNotTrusted() Cause {
	return Cause{
		ID:     "issuer-not-trusted",
		Title:  "the CA that issued the broker's certificate is not among the trusted ones",
		Source: "RFC 5280 section 6.1.1 (d); OpenSSL errors 19 and 20",
		Match: func(s *evidence.Session) (Finding, bool) {
			c, ok := unknownIssuer(s)
			if !ok {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Sure,
				Headline: fmt.Sprintf("the broker's certificate was issued by %s, which %s does not contain (it has %s)",
					name(c.Issuer), store(s), trusted(s)),
				Seen: facts(seenCertificate("broker's certificate", s.Peer.Leaf()), sent(s), seenVerdict(s), inSystem(s)),
				Hints: append([]Hint{{
					Gateway, fmt.Sprintf("get the certificate of %s from whoever runs the broker: --cafile ca.crt", name(c.Issuer)), "",
				}}, systemHint(s)...),
			}
			if unlisted(s) {
				f.Confidence, f.Rival = Likely, "ca-recreated"
				f.Headline = fmt.Sprintf("the broker's certificate was issued by %s, which %s does not seem to contain", name(c.Issuer), store(s))
			}
			return f, true
		},
	}
}

// unknownIssuer returns the end of the broker's chain where no trusted CA has
// its issuer's name, and at least one trusted CA was given.
func unknownIssuer(s *evidence.Session) (*evidence.Certificate, bool) {
	c := top(s)
	if c == nil || !untrusted(s) || anchor(s, c.SHA256) != nil {
		return nil, false
	}
	return c, issuerAmong(s.Trust.Anchors, c) == nil
}

// sent tells how many certificates the broker sent.
func sent(s *evidence.Session) string {
	n := len(s.Peer.Chain)
	if n < 2 {
		return "the broker sent this one certificate only"
	}
	return fmt.Sprintf("the broker sent %d certificates, the last: %s", n, subject(&s.Peer.Chain[n-1]))
}

func inSystem(s *evidence.Session) string {
	if s.Trust.InSystem != evidence.Yes {
		return ""
	}
	return "the system's CA store does contain it"
}

func systemHint(s *evidence.Session) []Hint {
	if s.Trust.InSystem != evidence.Yes {
		return nil
	}
	return []Hint{{Gateway, "or trust the system's CA store: --tls-use-os-certs in place of --cafile", ""}}
}
