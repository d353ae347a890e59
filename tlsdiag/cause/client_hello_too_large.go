package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// oneSegment is what fits into one TCP segment on any usual path: 1280 bytes,
// the least MTU of IPv6, less its headers.
const oneSegment = 1220

func clientHelloTooLarge() Cause {
	return Cause{
		ID:       "client-hello-too-large",
		Title:    "a long ClientHello gets no answer",
		Source:   "RFC 8446 section 4.1.2 sets no limit, some devices on the way do; RFC 4459",
		Explains: []string{"peer-silent"},
		Match: func(s *evidence.Session) (Finding, bool) {
			h := s.Flow.ClientHello
			if h == nil || h.Size <= oneSegment || s.Stage != evidence.StageHello || !timedOut(s) || s.Flow.Received > 0 {
				return Finding{}, false
			}
			return Finding{
				Confidence: Guess,
				Rival:      "peer-silent",
				Headline:   fmt.Sprintf("no answer to a ClientHello of %d bytes: something on the way may drop what does not fit one packet", h.Size),
				Seen:       facts(fmt.Sprintf("nothing came from %s for %s", at(s.Target), seconds(s.End.Silence))),
				Hints: []Hint{
					{Gateway, "send the small one: leave --tls-curves out", ""},
					{Network, "look for a firewall that does not put long TLS greetings together", ""},
				},
			}, true
		},
	}
}
