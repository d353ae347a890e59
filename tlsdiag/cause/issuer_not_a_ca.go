package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func issuerNotACA() Cause {
	return Cause{
		ID:       "issuer-not-a-ca",
		Title:    "a certificate was signed by one that is not marked as a CA",
		Source:   "RFC 5280 section 4.2.1.9 and 6.1.4 (k); OpenSSL error 79",
		Explains: []string{"issuer-not-trusted", "private-ca-not-given"},
		Match: func(s *evidence.Session) (Finding, bool) {
			if verdict(s) != certs.InvalidCA {
				return Finding{}, false
			}
			c := culprit(s)
			if c == nil {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("%s signed the broker's certificate but is not marked as a CA (%s)", subject(c), notCA(c)),
				Seen:       facts(seenCertificate("issuer", c), seenCertificate("broker's certificate", s.Peer.Leaf()), seenVerdict(s)),
				Hints:      []Hint{asCA(c)},
			}, true
		},
	}
}

// asCA is the hint to make a CA's certificate again, from the same key, so
// that what it signed stays good.
func asCA(c *evidence.Certificate) Hint {
	if !selfIssued(c) {
		return Hint{CA, fmt.Sprintf("have %s issue that certificate again, for the same key, with basicConstraints=critical,CA:TRUE "+
			"and keyUsage=critical,keyCertSign; then give it to the broker", name(c.Issuer)), ""}
	}
	return Hint{
		CA, "make the CA's certificate again from its key, marked as a CA, and give it to this gateway",
		"openssl req -x509 -new -key ca.key -subj " + quote("/CN="+c.Subject.CommonName) +
			" -days 3650 -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign -out ca.crt",
	}
}

// notCA says why a certificate does not count as a CA.
func notCA(c *evidence.Certificate) string {
	switch {
	case c.Extends.CA == evidence.No:
		return "basicConstraints CA:FALSE"
	case c.Version > 0 && c.Version < 3:
		return fmt.Sprintf("an X.509 version %d certificate, accepted as a root only", c.Version)
	}
	return "it has no basicConstraints"
}
