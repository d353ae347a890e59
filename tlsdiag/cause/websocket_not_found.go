package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func webSocketNotFound() Cause {
	return Cause{
		ID:       "websocket-not-found",
		About:    AboutNetwork,
		Title:    "the web server has nothing at the path of the WebSocket",
		Source:   "RFC 9110 section 15.5.5: status 404",
		Explains: []string{"peer-is-http", "peer-not-mqtt"},
		Match: func(s *evidence.Session) (Finding, bool) {
			w := s.Way.WebSocket
			if w == nil || w.Fault != evidence.FaultStatus || w.Status != 404 && w.Status != 410 {
				return Finding{}, false
			}

			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the web server at %s has nothing at %s", at(s.Target), w.Path),
				Seen:       facts(webSaid(w)),
				Hints: []Hint{
					{Gateway, "give the broker's path, often /mqtt, /ws or /: --ws-path /ws", ""},
					{Gateway, "check host and port: MQTT over WebSocket is often on 443, 8080, 8083 or 9001", ""},
				},
			}, true
		},
	}
}
