package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func serverCertificateRevoked() Cause {
	return Cause{
		ID:     "server-certificate-revoked",
		Title:  "the broker's certificate is revoked",
		Source: "RFC 5280 section 5.3; OpenSSL error 23",
		Match: func(s *evidence.Session) (Finding, bool) {
			c := culprit(s)
			if c == nil || verdict(s) != certs.CertRevoked {
				return Finding{}, false
			}
			since := ""
			if r := s.Verdict.Revoked; r != nil {
				since = " since " + instant(r.Time)
				if r.Reason != "" {
					since += " (" + r.Reason + ")"
				}
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the broker's certificate is revoked%s", since),
				Seen:       facts(seenCertificate("broker's certificate", c), "serial number: "+c.Serial, seenCRL(s), seenVerdict(s)),
				Hints: []Hint{
					{Broker, "get a new certificate with a new key from the CA, then let the broker load it", "kill -HUP $(pidof mosquitto)"},
					{Network, "if the broker has a new one already, something else answers in its place", ""},
				},
			}, true
		},
	}
}
