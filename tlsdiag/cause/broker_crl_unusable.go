package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func brokerCRLUnusable() Cause {
	return Cause{
		ID:     "broker-crl-unusable",
		Title:  "the broker refused a sound certificate; its CRL is a frequent reason",
		Source: "RFC 5280 section 6.3; OpenSSL errors 3, 8 and 11; mosquitto.conf(5): crlfile",
		Match: func(s *evidence.Session) (Finding, bool) {
			c := refused(s, record.BadCertificate, record.DecryptError)
			if c == nil || !sound(s, c) {
				return Finding{}, false
			}
			return Finding{
				Confidence: Guess,
				Headline:   fmt.Sprintf("the broker refused the client certificate %s, and nothing is wrong with it as far as this side can see", subject(c)),
				Seen:       facts(ours(c), fmt.Sprintf("valid from %s to %s", day(c.Dates.NotBefore), day(c.Dates.NotAfter)), seenAlert(s)),
				Hints: []Hint{
					{Broker, "look into its log for this moment", ""},
					{Broker, "if it has a crlfile (CRL here): is it damaged, of another CA, not yet valid?", "openssl crl -noout -text -in CRL"},
				},
			}, true
		},
	}
}
