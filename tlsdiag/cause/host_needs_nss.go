package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func hostNeedsNSS() Cause {
	return Cause{
		ID:       "host-needs-nss",
		About:    AboutNetwork,
		Title:    "only a module of the C library can find the host name",
		Source:   "nsswitch.conf(5)",
		Explains: []string{"host-not-found"},
		Match: func(s *evidence.Session) (Finding, bool) {
			l := s.Way.Lookup
			if l == nil || l.Missing != evidence.Yes || l.Service || len(l.Unasked) == 0 {
				return Finding{}, false
			}
			return Finding{
				Confidence: Likely,
				Headline: fmt.Sprintf("%s is in neither /etc/hosts nor DNS; nsswitch.conf also lists %s, which only programs with the C library can ask",
					l.Name, list(l.Unasked)),
				Seen:  facts(s.End.Error, givenBy(l), askedNeighbours(l)),
				Rival: "host-not-found",
				Hints: []Hint{
					{Gateway, "what settles it: does the C library find it?", "getent hosts " + quote(l.Name)},
					{Gateway, "if so, give that address: --resolve HOST:PORT:ADDRESS, or a line in /etc/hosts", ""},
				},
			}, true
		},
	}
}
