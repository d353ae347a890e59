package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func webSocketRefused() Cause {
	return Cause{
		ID:       "websocket-refused",
		About:    AboutNetwork,
		Title:    "the web server does not open the WebSocket",
		Source:   "RFC 6455 section 4.2.2",
		Explains: []string{"peer-is-http", "peer-not-mqtt"},
		Match: func(s *evidence.Session) (Finding, bool) {
			w := s.Way.WebSocket
			if w == nil || w.Fault != evidence.FaultStatus || w.Status/100 < 4 || w.Status == 401 || w.Status == 403 || w.Status == 404 || w.Status == 410 {
				return Finding{}, false
			}

			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the web server at %s does not open a WebSocket at %s: status %d", at(s.Target), w.Path, w.Status),
				Seen:       facts(webSaid(w)),
				Hints: []Hint{
					{Broker, "look into the web server's log; 502 to 504: the broker behind it does not answer", ""},
					{Gateway, "check host, port and --ws-path, and the fields of --ws-header", ""},
				},
			}, true
		},
	}
}
