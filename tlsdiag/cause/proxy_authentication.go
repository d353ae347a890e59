package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func proxyAuthentication() Cause {
	return Cause{
		ID:     "proxy-authentication",
		About:  AboutNetwork,
		Title:  "the proxy wants another user name or password",
		Source: "RFC 1929; RFC 9110 section 15.5.8: status 407",
		Match: func(s *evidence.Session) (Finding, bool) {
			p := s.Way.Proxy
			if p == nil || !wantsLogin(p) {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the proxy at %s wants a user name and a password", p.Address),
				Seen:       facts(proxySaid(p)),
				Hints:      []Hint{{Gateway, "give them: --proxy " + schemeOf(p) + "USER:PASSWORD@" + p.Address, ""}},
			}
			if p.Login == evidence.Yes {
				f.Headline = fmt.Sprintf("the proxy at %s does not accept this user name and password", p.Address)
				f.Hints = []Hint{
					{Gateway, "check them; in --proxy a percent sign is %25, a colon %3a and an at sign %40", ""},
					{Network, "the proxy has to allow user name and password (SOCKS5: RFC 1929, HTTP: Basic)", ""},
				}
			}
			return f, true
		},
	}
}

// wantsLogin says that the answer was about the login.
func wantsLogin(p *evidence.Proxy) bool {
	const authenticationRequired = 407
	if p.Protocol == protocolHTTP {
		return p.Code == authenticationRequired
	}
	return p.Code != 0 && (p.Step == evidence.StepMethod || p.Step == evidence.StepLogin)
}
