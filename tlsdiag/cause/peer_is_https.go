package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func peerIsHTTPS() Cause {
	return Cause{
		ID:       "peer-is-https",
		Title:    "an HTTPS server answers there",
		Source:   "RFC 9110 section 4.2.2; RFC 9112 section 4: the status line",
		Explains: []string{"closed-after-connect", "peer-not-mqtt"},
		Match: func(s *evidence.Session) (Finding, bool) {
			p := s.Answer
			if s.Stage != evidence.StageEstablished || p == nil || p.Protocol != "HTTP" {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("an HTTPS server answers at %s, not an MQTT broker", at(s.Target)),
				Seen:       facts(fmt.Sprintf("TLS is fine; our CONNECT was answered %q", p.Detail), seenShown(s.Peer.Leaf())),
				Hints: []Hint{
					{Gateway, "check host and port: MQTT over TLS is often on 8883", ""},
					{Gateway, "or, where the broker speaks MQTT over WebSocket there: --ws", ""},
				},
			}, true
		},
	}
}
