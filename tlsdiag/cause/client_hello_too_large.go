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
			f := Finding{
				Confidence: Guess,
				Rival:      "peer-silent",
				Headline:   fmt.Sprintf("no answer to a ClientHello of %d bytes: something on the way may drop what does not fit one packet", h.Size),
				Seen: append(facts(fmt.Sprintf("nothing came from %s for %s", at(s.Target), seconds(s.End.Silence))),
					seenProbes(s, evidence.ProbeSmall, evidence.ProbeLarge)...),
				Hints: []Hint{{Gateway, "send the small one: leave --tls-curves out", ""}, oneByOne()},
			}
			if s.Probes.Run(evidence.ProbeSmall).Answered() {
				f.Confidence, f.Rival = Sure, ""
				f.Headline = fmt.Sprintf("no answer to a ClientHello of %d bytes, but to a short one: something on the way drops what does not fit one packet", h.Size)
			}
			return f, true
		},
	}
}

// longClientHelloLost is what the same means for a client that sends a short
// one and is well.
func longClientHelloLost() Cause {
	c := clientHelloTooLarge()
	c.Match = func(s *evidence.Session) (Finding, bool) {
		small, large := s.Probes.Run(evidence.ProbeSmall), s.Probes.Run(evidence.ProbeLarge)
		if large == nil || !small.Answered() || large.Result != evidence.ProbeSilence && large.Result != evidence.ProbeClosed {
			return Finding{}, false
		}
		return Finding{
			Confidence: Sure,
			Headline: fmt.Sprintf("a ClientHello of %d bytes is not answered here: clients that send a long one, as Go and browsers do, fail",
				large.HelloSize),
			Seen:  seenProbes(s, evidence.ProbeSmall, evidence.ProbeLarge),
			Hints: []Hint{oneByOne()},
		}, true
	}
	return c
}

func oneByOne() Hint {
	return Hint{Network, "look for a firewall that does not put long TLS greetings together", ""}
}
