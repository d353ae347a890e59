package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func serverCertificateExpired() Cause {
	return Cause{
		ID:     "server-certificate-expired",
		Title:  "the broker's certificate expired",
		Source: "RFC 5280 section 6.1.3 (a)(2); OpenSSL error 10",
		Match: func(s *evidence.Session) (Finding, bool) {
			c := outOfDate(s)
			if !ownCertificate(s, c) {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   expiredHeadline(s, "the broker's certificate", c),
				Seen:       facts(seenCertificate("broker's certificate", c), clockLine(s), seenVerdict(s)),
				Hints: append([]Hint{{
					Broker, "renew the certificate, then let the broker load it", "kill -HUP $(pidof mosquitto)",
				}}, clockHint(s)...),
			}, true
		},
	}
}
