package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func notAWebSocket() Cause {
	return Cause{
		ID:       "not-a-websocket",
		About:    AboutNetwork,
		Title:    "what answers there does not speak WebSocket",
		Source:   "RFC 6455 section 4.1",
		Explains: []string{"peer-is-http", "peer-not-mqtt", "plain-to-tls-port", "closed-after-connect", "peer-not-tls"},
		Match: func(s *evidence.Session) (Finding, bool) {
			w := s.Way.WebSocket
			if w == nil || explained(w) || tlsBytes(s) && !s.Asked.TLS || serverAlert(s) != nil {
				return Finding{}, false
			}

			f := Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("what answers at %s does not open WebSockets", at(s.Target)),
				Seen:       facts(webSaid(w), s.End.Error),
				Hints: []Hint{
					{Gateway, "check host and port; for plain MQTT leave --ws out, or use mqtt://", ""},
				},
			}
			switch w.Fault {
			case evidence.FaultClosed:
				f.Confidence = Likely
				f.Headline = fmt.Sprintf("%s %s in answer to the request for a WebSocket, as a broker does on its port for plain MQTT", at(s.Target), closing(s))
				f.Rival = "closed-after-connect"
			case evidence.FaultStatus, evidence.FaultUpgrade:
				f.Headline = fmt.Sprintf("a web server answers at %s, and it does not open WebSockets at %s", at(s.Target), w.Path)
				f.Hints = append(f.Hints, Hint{Gateway, "give the path of the broker: --ws-path /mqtt", ""})
			case evidence.FaultAccept:
				f.Headline = fmt.Sprintf("what answers at %s is no WebSocket server: it did not compute Sec-WebSocket-Accept from our key", at(s.Target))
				f.Hints = []Hint{{Network, "a cache or a proxy in between may have answered with an old response", ""}}
			}
			return f, true
		},
	}
}

// explained says that the answer has a cause of its own.
func explained(w *evidence.WebSocket) bool {
	return w.Fault == evidence.FaultSubprotocol || w.Fault == evidence.FaultStatus && w.Status >= 300
}
