package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func clientIssuerNotTrusted() Cause {
	return Cause{
		ID:       "client-issuer-not-trusted",
		Title:    "the broker does not trust the client certificate's CA",
		Source:   "RFC 8446 section 6.2: unknown_ca; mosquitto.conf(5): cafile, capath",
		Explains: []string{"closed-after-connect"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c, confidence, silent := distrusted(s)
			other := otherKey(s)
			if c == nil || silent && s.Stage == evidence.StageEstablished && other == nil {
				return Finding{}, false
			}
			f := Finding{
				Confidence: confidence,
				Headline:   fmt.Sprintf("the broker does not know the CA that issued the client certificate: %s", name(c.Issuer)),
				Seen:       facts(ours(c), chainSent(s), seenAlert(s)),
				Hints: []Hint{
					{Broker, fmt.Sprintf("put the certificate of %s into its cafile, then restart it", name(c.Issuer)), ""},
				},
			}
			switch {
			case selfIssued(c):
				f.Headline = fmt.Sprintf("the client certificate %s is self-signed, and the broker does not know it", subject(c))
			case other != nil:
				f.Headline = fmt.Sprintf("the broker does not know the CA that issued the client certificate: a CA %s with another key than the one in %s",
					name(c.Issuer), origin(s, other))
				f.Seen = append(f.Seen, fmt.Sprintf("the key id of that one is %s, our certificate names %s",
					short(other.Extends.SubjectKeyID), short(c.Extends.AuthorityKeyID)))
			case confidence == Guess:
				f.Headline = fmt.Sprintf("the broker denied access to the client certificate: it does not know the CA %s, or its rules do not let %s in",
					name(c.Issuer), subject(c))
			case issuerOfOurs(s) == nil && len(s.Client.Chain) == 1:
				f.Rival = "client-intermediate-missing"
				f.Hints = append(f.Hints, Hint{Gateway,
					fmt.Sprintf("if %s is an intermediate CA, send it too: append it to %s", name(c.Issuer), orCertificate(c.File)), ""})
			}
			if f.Rival == "" && f.Confidence == Likely {
				f.Rival = "broker-crl-unusable"
			}
			return f.hushed(s, silent), true
		},
	}
}
