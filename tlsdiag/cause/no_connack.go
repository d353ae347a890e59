package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func noConnack() Cause {
	return Cause{
		ID:     "no-connack",
		Title:  "TLS is fine, but no CONNACK came",
		Source: "[MQTT-3.2.0-1]",
		Match: func(s *evidence.Session) (Finding, bool) {
			if !s.Asked.TLS || s.Stage != evidence.StageEstablished || !timedOut(s) || s.Answer != nil {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("TLS to %s is fine, but no answer to CONNECT for %s", at(s.Target), seconds(s.End.Silence)),
				Seen:       facts(seenNegotiated(s)),
				Hints: []Hint{
					{Broker, "look whether an MQTT broker listens there, and whether it is overloaded", ""},
					{Gateway, "on a slow link, wait longer: --connect-timeout 60", ""},
				},
			}, true
		},
	}
}

func seenNegotiated(s *evidence.Session) string {
	n := s.Negotiated
	if n.Version == 0 {
		return ""
	}
	text := "the handshake succeeded: " + n.Version.String()
	if n.CipherSuite != "" {
		text += ", " + n.CipherSuite
	}
	return text
}
