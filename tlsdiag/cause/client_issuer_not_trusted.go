package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func clientIssuerNotTrusted() Cause {
	return Cause{
		ID:     "client-issuer-not-trusted",
		Title:  "the broker does not trust the client certificate's CA",
		Source: "RFC 8446 section 6.2: unknown_ca; mosquitto.conf(5): cafile, capath",
		Match: func(s *evidence.Session) (Finding, bool) {
			c := refused(s, record.UnknownCA)
			if c == nil {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Likely,
				Headline:   fmt.Sprintf("the broker does not know the CA that issued the client certificate: %s", name(c.Issuer)),
				Seen:       facts(ours(c), chainSent(s), seenAlert(s)),
				Hints: []Hint{
					{Broker, fmt.Sprintf("put the certificate of %s into the file that cafile names, then restart it", name(c.Issuer)),
						"openssl verify -CAfile CAFILE " + file(c.File)},
				},
			}
			switch {
			case selfIssued(c):
				f.Headline = fmt.Sprintf("the client certificate %s is self-signed, and the broker does not know it", subject(c))
			case issuerOfOurs(s) == nil && len(s.Client.Chain) == 1:
				f.Rival = "client-intermediate-missing"
				f.Hints = append(f.Hints, Hint{Gateway,
					fmt.Sprintf("if %s is an intermediate CA, send it too: append it to %s", name(c.Issuer), c.File), ""})
			}
			return f, true
		},
	}
}
