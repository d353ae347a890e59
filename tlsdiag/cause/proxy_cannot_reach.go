package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func proxyCannotReach() Cause {
	return Cause{
		ID:     "proxy-cannot-reach",
		About:  AboutNetwork,
		Title:  "the proxy cannot reach the broker",
		Source: "RFC 1928 section 6: replies 3 to 6; RFC 9110 section 15.6: statuses 502 to 504",
		Match: func(s *evidence.Session) (Finding, bool) {
			p := s.Way.Proxy
			if p == nil || !cannotReach(p) {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the proxy at %s works, and cannot reach the broker at %s", p.Address, at(s.Target)),
				Seen:       facts(proxySaid(p)),
				Hints: []Hint{
					{Gateway, "check the broker's host and port", ""},
					{Broker, "does it run? Does its firewall let the proxy in?", ""},
				},
			}, true
		},
	}
}

// cannotReach says that the proxy tried, and the broker's side failed.
func cannotReach(p *evidence.Proxy) bool {
	const badGateway, gatewayTimeout = 502, 504
	const networkUnreachable, expired = 3, 6
	if p.Step != evidence.StepRequest {
		return false
	}
	if p.Protocol == protocolHTTP {
		return p.Code >= badGateway && p.Code <= gatewayTimeout
	}
	return p.Code >= networkUnreachable && p.Code <= expired
}
