package cause

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func noCommonCurve() Cause {
	return Cause{
		ID:       "no-common-curve",
		Title:    "the broker insists on a curve that this program does not have",
		Source:   "RFC 8446 section 4.2.7 and 4.2.8; RFC 8422 section 5.1.1",
		Explains: []string{"no-common-cipher-suite", "bytes-corrupted"},
		Match: func(s *evidence.Session) (Finding, bool) {
			if h := s.Flow.ClientHello; h != nil && refusedHello(s) && disjoint(h.Groups, taken(s).Groups) {
				return Finding{
					Confidence: Sure,
					Headline: fmt.Sprintf("the broker only takes the curve %s for the key exchange, which was not offered",
						parameterNames(taken(s).Groups)),
					Seen:  append(facts(seenAlert(s), seenOffer(s)), seenProbes(s, evidence.ProbeGroups)...),
					Hints: []Hint{allowCurves()},
				}, true
			}
			// The words of crypto/tls in key_agreement.go and handshake_client_tls13.go.
			if !strings.Contains(s.End.Error, "unsupported curve") && !strings.Contains(s.End.Error, "unsupported group") {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   "the broker insists on a curve for the key exchange that this program does not have",
				Seen:       facts("handshake: "+s.End.Error, seenOffer(s)),
				Hints:      []Hint{allowCurves()},
			}, true
		},
	}
}

func allowCurves() Hint { return Hint{Broker, "allow X25519 or P-256 (prime256v1)", ""} }
