package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func hostLookupUnanswered() Cause {
	return Cause{
		ID:     "host-lookup-unanswered",
		About:  AboutNetwork,
		Title:  "no name server answered",
		Source: "RFC 1035 section 7.2",
		Match: func(s *evidence.Session) (Finding, bool) {
			l := s.Way.Lookup
			if l == nil || l.Missing != evidence.No {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("no name server answered the question for %s", l.Name),
				Seen:       facts(s.End.Error, givenBy(l), askedNeighbours(l)),
				Hints: []Hint{
					{Gateway, "is the network up, and are these the right name servers?", "cat /etc/resolv.conf"},
					{Network, "let UDP and TCP port 53 to them through", ""},
				},
			}, true
		},
	}
}
