package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func proxyRefused() Cause {
	return Cause{
		ID:     "proxy-refused",
		About:  AboutNetwork,
		Title:  "the proxy refuses to connect",
		Source: "RFC 1928 section 6; RFC 9110 section 9.3.6",
		Match: func(s *evidence.Session) (Finding, bool) {
			p := s.Way.Proxy
			if p == nil || p.Code == 0 || wantsLogin(p) || cannotReach(p) {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the proxy at %s refuses to connect to %s", p.Address, at(s.Target)),
				Seen:       facts(proxySaid(p)),
				Hints: []Hint{
					{Network, "the proxy's rules have to allow this host and port; many allow only port 443", ""},
					{Gateway, "or go through a port that it allows, for example with -L wss://", ""},
				},
			}, true
		},
	}
}
