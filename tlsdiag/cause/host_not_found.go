package cause

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func hostNotFound() Cause {
	return Cause{
		ID:     "host-not-found",
		About:  AboutNetwork,
		Title:  "there is no such host name",
		Source: "RFC 1035 section 4.1.1: RCODE 3; RFC 2308",
		Match: func(s *evidence.Session) (Finding, bool) {
			l := s.Way.Lookup
			if l == nil || l.Missing != evidence.Yes || l.Service || l.ASCII != "" {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("there is no host %q in /etc/hosts or DNS", l.Name),
				Seen:       facts(s.End.Error, givenBy(l), askedNeighbours(l)),
				Hints: []Hint{
					{Gateway, "check the name, and which name servers this machine asks", "cat /etc/resolv.conf"},
				},
			}
			switch {
			case strings.Contains(l.Name, "/"):
				f.Hints = append([]Hint{{Gateway, "this is no host name: a URL goes behind -L, not -h", ""}}, f.Hints...)
			case strings.Contains(l.Name, ":"):
				f.Hints = append([]Hint{{Gateway, "this is no host name: the port goes behind -p, not into -h", ""}}, f.Hints...)
			case l.Name == "":
				f.Headline = "the host name is empty"
				f.Hints = []Hint{{Gateway, "give the broker's name or address with -h: is a variable of the script unset?", ""}}
			}
			return f, true
		},
	}
}
