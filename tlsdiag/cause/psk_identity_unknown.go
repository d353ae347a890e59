package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func pskIdentityUnknown() Cause {
	return Cause{
		ID:     "psk-identity-unknown",
		Title:  "the broker does not know the pre-shared key's identity",
		Source: "RFC 4279 section 2: unknown_psk_identity",
		Match: func(s *evidence.Session) (Finding, bool) {
			if alert(s) != record.UnknownPSKIdentity {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the broker does not know the pre-shared key identity %q", s.Asked.PSKIdentity),
				Seen:       facts(seenAlert(s)),
				Hints: []Hint{
					{Gateway, "check --psk-identity, to the letter", ""},
					{Broker, "or add the identity to the file that psk_file names, as a line identity:key", ""},
				},
			}, true
		},
	}
}
