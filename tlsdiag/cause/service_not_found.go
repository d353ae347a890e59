package cause

import (
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func serviceNotFound() Cause {
	return Cause{
		ID:     "service-not-found",
		About:  AboutNetwork,
		Title:  "there is no SRV record of the service",
		Source: "RFC 2782",
		Match: func(s *evidence.Session) (Finding, bool) {
			l := s.Way.Lookup
			if l == nil || !l.Service || l.Missing != evidence.Yes {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   "DNS has no SRV record " + l.Name,
				Seen:       facts(s.End.Error),
				Hints: []Hint{
					{Network, "add the record, or look whether it has this name", "nslookup -type=SRV " + quote(l.Name)},
					{Gateway, "or name the broker itself: -h HOST -p PORT without -S", ""},
				},
			}, true
		},
	}
}
