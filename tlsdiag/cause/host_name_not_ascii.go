package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func hostNameNotASCII() Cause {
	return Cause{
		ID:     "host-name-not-ascii",
		About:  AboutNetwork,
		Title:  "the host name has letters that DNS does not know",
		Source: "RFC 5891 section 4.4: U-labels are looked up as A-labels",
		Match: func(s *evidence.Session) (Finding, bool) {
			l := s.Way.Lookup
			if l == nil || l.ASCII == "" {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the host name %q is not ASCII: DNS knows it as %s", l.Name, l.ASCII),
				Seen:       facts(s.End.Error, givenBy(l)),
				Hints:      []Hint{{Gateway, "give the name in that form, which is also the one in certificates", ""}},
			}, true
		},
	}
}
