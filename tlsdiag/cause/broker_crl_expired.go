package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func brokerCRLExpired() Cause {
	return Cause{
		ID:     "broker-crl-expired",
		Title:  "the broker says expired, but the client certificate is not",
		Source: "RFC 5280 section 5.1.2.5: nextUpdate; OpenSSL sends certificate_expired for an old CRL too",
		Match: func(s *evidence.Session) (Finding, bool) {
			c := refused(s, record.CertificateExpired)
			now := s.Local.Clock.Now
			if c == nil || now.After(c.Dates.NotAfter) || now.Before(c.Dates.NotBefore) {
				return Finding{}, false
			}
			return Finding{
				Confidence: Likely,
				Rival:      "clock-behind",
				Headline: fmt.Sprintf("the broker says \"expired\", but the client certificate is valid until %s: the broker's CRL, CA or clock is out of date",
					day(c.Dates.NotAfter)),
				Seen: facts(ours(c), clockLine(s), seenAlert(s)),
				Hints: []Hint{
					{Broker, "if it has a crlfile (CRL here): when does that end? Put a new one there", "openssl crl -noout -nextupdate -in CRL"},
					{Broker, "then let it load the list", "kill -HUP $(pidof mosquitto)"},
					{Broker, "or its clock is ahead: compare it with this gateway's", "date -u"},
				},
			}, true
		},
	}
}
