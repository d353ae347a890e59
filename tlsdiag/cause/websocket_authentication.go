package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func webSocketAuthentication() Cause {
	return Cause{
		ID:       "websocket-authentication",
		About:    AboutNetwork,
		Title:    "the web server wants a login before it opens the WebSocket",
		Source:   "RFC 9110 sections 15.5.2 and 15.5.4: statuses 401 and 403",
		Explains: []string{"peer-is-http", "peer-not-mqtt"},
		Match: func(s *evidence.Session) (Finding, bool) {
			w := s.Way.WebSocket
			if w == nil || w.Fault != evidence.FaultStatus || w.Status != 401 && w.Status != 403 {
				return Finding{}, false
			}

			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the web server at %s does not let us in: status %d at %s", at(s.Target), w.Status, w.Path),
				Seen:       facts(webSaid(w)),
				Hints: []Hint{
					{Gateway, "give what it wants as a header field: --ws-header 'Authorization: …'", ""},
					{Broker, "or let this client in: the login of MQTT (-u, -P) is sent only after this", ""},
				},
			}, true
		},
	}
}
