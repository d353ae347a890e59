package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func proxyUnreachable() Cause {
	return Cause{
		ID:       "proxy-unreachable",
		About:    AboutNetwork,
		Title:    "the proxy cannot be reached",
		Source:   "RFC 9293 section 3.10.7.1: RST to a SYN",
		Explains: []string{"connection-refused"},
		Match: func(s *evidence.Session) (Finding, bool) {
			p := s.Way.Proxy
			if p == nil || p.Step != evidence.StepReach {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the proxy at %s cannot be reached; the broker was not tried", p.Address),
				Seen:       facts(s.End.Error),
				Hints: []Hint{
					{Gateway, "check host and port of --proxy", ""},
					{Network, "does the proxy run, and may this gateway talk to it?", ""},
				},
			}, true
		},
	}
}
