package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func webSocketRedirected() Cause {
	return Cause{
		ID:       "websocket-redirected",
		About:    AboutNetwork,
		Title:    "the web server redirects to another place",
		Source:   "RFC 9110 section 15.4",
		Explains: []string{"peer-is-http", "peer-not-mqtt"},
		Match: func(s *evidence.Session) (Finding, bool) {
			w := s.Way.WebSocket
			if w == nil || w.Fault != evidence.FaultStatus || w.Status/100 != 3 {
				return Finding{}, false
			}

			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the web server at %s sends WebSockets elsewhere: %s", at(s.Target), elsewhere(w)),
				Seen:       facts(webSaid(w)),
				Hints: []Hint{
					{Gateway, "redirects are not followed: give host, port and path of that place; https is wss", ""},
				},
			}, true
		},
	}
}

func elsewhere(w *evidence.WebSocket) string {
	if w.Location == "" {
		return "it does not say where"
	}
	return w.Location
}
