package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func webSocketSubprotocol() Cause {
	return Cause{
		ID:       "websocket-subprotocol",
		About:    AboutNetwork,
		Title:    "the WebSocket is not one for MQTT",
		Source:   "[MQTT-6.0.0-3], [MQTT-6.0.0-4]: the subprotocol is mqtt",
		Explains: []string{"peer-is-http", "peer-not-mqtt"},
		Match: func(s *evidence.Session) (Finding, bool) {
			w := s.Way.WebSocket
			if w == nil || w.Fault != evidence.FaultSubprotocol {
				return Finding{}, false
			}

			chosen := fmt.Sprintf("the subprotocol %q", w.Answer)
			if w.Answer == "" {
				chosen = "no subprotocol"
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the server at %s opened a WebSocket with %s, not with mqtt", at(s.Target), chosen),
				Seen:       facts(webSaid(w)),
				Hints: []Hint{
					{Gateway, "check the path: another service may answer at " + w.Path, ""},
					{Broker, "a proxy in front of it has to pass Sec-WebSocket-Protocol on", ""},
				},
			}, true
		},
	}
}
