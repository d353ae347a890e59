package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func alpnRefused() Cause {
	return Cause{
		ID:     "alpn-refused",
		Title:  "the broker does not know the ALPN protocol",
		Source: "RFC 7301 section 3.2: no_application_protocol",
		Match: func(s *evidence.Session) (Finding, bool) {
			if alert(s) != record.NoApplicationProtocol {
				return Finding{}, false
			}
			offer := "no ALPN protocol was offered"
			if len(s.Asked.ALPN) > 0 {
				offer = "--tls-alpn " + list(s.Asked.ALPN) + " was offered"
			}
			f := Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("%s, and the broker takes another", offer),
				Seen:       facts(seenAlert(s)),
				Hints:      []Hint{{Gateway, "leave --tls-alpn out, or give what the service's manual names", ""}},
			}
			f.Seen = append(f.Seen, seenProbes(s, evidence.ProbeName, evidence.ProbeALPN)...)
			if p := s.Probes.Run(evidence.ProbeALPN); p != nil && p.ALPN != "" {
				f.Headline = fmt.Sprintf("%s, and the broker takes %s", offer, p.ALPN)
				f.Hints = []Hint{{Gateway, "give --tls-alpn " + quote(p.ALPN), ""}}
			} else if name := cloudALPN(s); name != "" {
				f.Hints = []Hint{{Gateway, "this service takes --tls-alpn " + name, ""}}
			}
			return f, true
		},
	}
}
