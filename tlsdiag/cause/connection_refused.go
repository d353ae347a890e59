package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func connectionRefused() Cause {
	return Cause{
		ID:     "connection-refused",
		Title:  "nothing listens on the broker's TLS port",
		Source: "RFC 9293 section 3.10.7.1: RST to a SYN",
		Match: func(s *evidence.Session) (Finding, bool) {
			if !s.Asked.TLS || s.Stage != evidence.StageDial || s.End.How != evidence.EndRefused {
				return Finding{}, false
			}
			return Finding{
				Confidence: Guess,
				Headline:   fmt.Sprintf("nothing listens at %s: the connection was refused", at(s.Target)),
				Seen:       []string{s.End.Error},
				Hints: []Hint{
					{Gateway, "check host and port: MQTT over TLS is often on 8883", ""},
					{Broker, "does it run? Without its certificate or key it does not start: see its log", "journalctl -u mosquitto -n 20"},
				},
			}, true
		},
	}
}
