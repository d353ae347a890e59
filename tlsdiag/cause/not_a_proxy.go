package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func notAProxy() Cause {
	return Cause{
		ID:     "not-a-proxy",
		About:  AboutNetwork,
		Title:  "what answers there is not such a proxy",
		Source: "RFC 1928 section 3; RFC 9112 section 4",
		Match: func(s *evidence.Session) (Finding, bool) {
			p := s.Way.Proxy
			if p == nil || p.Code != 0 || p.Step == evidence.StepReach {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Likely,
				Headline:   fmt.Sprintf("what answers at %s does not behave like a proxy of %s", p.Address, p.Protocol),
				Seen:       facts(proxySaid(p), s.End.Error),
				Rival:      "proxy-refused",
				Hints: []Hint{
					{Gateway, "check scheme, host and port of --proxy: socks5h is often 1080, http 3128 or 8080", ""},
					{Network, "look into the proxy's log: some hang up on those that they do not allow", ""},
				},
			}
			if s.End.How == evidence.EndTimeout {
				f.Headline = fmt.Sprintf("the proxy at %s did not answer in time", p.Address)
			}
			return f, true
		},
	}
}
