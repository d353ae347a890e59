package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func peerSilent() Cause {
	return Cause{
		ID:     "peer-silent",
		Title:  "the peer took the connection and never answered the ClientHello",
		Source: "RFC 9293 section 3.9: a listening socket accepts before the program behind it does anything",
		Match: func(s *evidence.Session) (Finding, bool) {
			if !s.Asked.TLS || s.Stage != evidence.StageHello || !timedOut(s) || s.Flow.Received > 0 {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline: fmt.Sprintf("connected to %s, but no answer to the TLS greeting for %s",
					at(s.Target), seconds(s.End.Silence)),
				Seen: facts("TCP is established; not one byte came", helloSize(s)),
				Hints: []Hint{
					{Broker, "look whether the service behind the port is alive, or hangs behind a balancer", ""},
					{Network, "look for a firewall that swallows TLS", ""},
					{Gateway, "on a slow link, wait longer: --connect-timeout 60", ""},
				},
			}, true
		},
	}
}
