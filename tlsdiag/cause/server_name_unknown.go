package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func serverNameUnknown() Cause {
	return Cause{
		ID:     "server-name-unknown",
		Title:  "the server does not serve the name that was sent",
		Source: "RFC 6066 section 3: unrecognized_name",
		Match: func(s *evidence.Session) (Finding, bool) {
			if alert(s) != record.UnrecognizedName {
				return Finding{}, false
			}
			headline := fmt.Sprintf("the server at %s does not serve the name %s", at(s.Target), s.Target.Name())
			hint := Hint{Gateway, "dial the host name that the service gave you, to the letter", ""}
			if h := s.Flow.ClientHello; h != nil && h.ServerName == "" {
				headline = fmt.Sprintf("the server at %s wants a server name, and for an address none is sent", at(s.Target))
				hint.Action = "dial the broker by its name"
			}
			return Finding{
				Confidence: Sure,
				Headline:   headline,
				Seen:       append(facts(seenAlert(s), seenSNI(s)), seenProbes(s, evidence.ProbeNoName)...),
				Hints:      []Hint{hint},
			}, true
		},
	}
}
