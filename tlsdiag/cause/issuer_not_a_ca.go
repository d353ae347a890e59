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
				Hints:      asCA(s, c),
			}, true
		},
	}
}

// asCA are the hints to make a CA's certificate again, for the same name and
// key, so that what it signed stays good.
func asCA(s *evidence.Session, c *evidence.Certificate) []Hint {
	const marks = `printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n' > ca.ext && openssl x509 `
	action, command := "issue that CA's certificate again from its old request, marked as a CA",
		marks+"-req -in intermediate.csr -CA root.crt -CAkey root.key -CAcreateserial -days 3650 -extfile ca.ext -out intermediate.crt"
	if selfIssued(c) {
		action, command = "make that CA's certificate again from its key, marked as a CA",
			marks+"-in ca.crt -clrext -signkey ca.key -days 3650 -extfile ca.ext -out new-ca.crt"
	}
	then := Hint{Broker, "then put the new one behind the broker's own certificate in certfile", ""}
	if c.File != "" {
		then = Hint{Gateway, "then put the new one here, in place of the one in " + caFile(s), ""}
	}
	return []Hint{{CA, action, command}, then}
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
