package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func serverFlightStalled() Cause {
	return Cause{
		ID:       "server-flight-stalled",
		Title:    "the broker's certificates do not get through",
		Source:   "RFC 2923 section 2.1: path MTU black holes",
		Explains: []string{"peer-silent"},
		Match: func(s *evidence.Session) (Finding, bool) {
			inFlight := s.Stage == evidence.StageServerFlight || s.Stage == evidence.StageHello
			if !timedOut(s) || !inFlight || s.Flow.Received == 0 || s.Flow.Stranger != nil {
				return Finding{}, false
			}
			cut := ""
			if u := s.Flow.Unfinished; u != nil {
				cut = fmt.Sprintf("its last record was cut short: %d bytes announced, %d received", u.Announced, u.Received)
			}
			return Finding{
				Confidence: Likely,
				Rival:      "peer-silent",
				Headline:   fmt.Sprintf("the broker's certificates do not get through: it began to answer, then nothing came for %s", seconds(s.End.Silence)),
				Seen:       facts(fmt.Sprintf("%d bytes received from %s", s.Flow.Received, at(s.Target)), cut),
				Hints: []Hint{
					{Gateway, "try smaller packets (as root; lan0 stands for the interface towards the broker)", "ip link set dev lan0 mtu 1400"},
					{Network, "let ICMP 'fragmentation needed' through, or clamp the MSS on the tunnel", ""},
				},
			}, true
		},
	}
}
