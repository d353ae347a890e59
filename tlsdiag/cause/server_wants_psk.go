package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func serverWantsPSK() Cause {
	return Cause{
		ID:       "server-wants-psk",
		Title:    "certificates were offered to a listener with a pre-shared key",
		Source:   "RFC 4279 section 2: the server picks a PSK cipher suite; IANA: TLS Cipher Suites",
		Explains: []string{"no-common-cipher-suite", "bytes-corrupted", "closed-after-client-hello", "tls-to-plain-port"},
		Match: func(s *evidence.Session) (Finding, bool) {
			seen := wantsPSK(s)
			if len(seen) == 0 || s.Asked.PSKIdentity != "" {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   "this listener wants a pre-shared key, and only certificates were offered",
				Seen:       seen,
				Hints: []Hint{
					{Gateway, "use --psk-identity and --psk in place of --cafile", ""},
					{Gateway, "or the port of the listener that has a certificate, often 8883", ""},
				},
			}, true
		},
	}
}

// wantsPSK are the facts from which it follows that the broker has nothing but
// suites with a pre-shared key.
func wantsPSK(s *evidence.Session) []string {
	if h := s.Flow.ServerHello; h != nil && pskSuite(h.CipherSuite) {
		return []string{fmt.Sprintf("the broker's ServerHello picked cipher suite 0x%04x, one for pre-shared keys", h.CipherSuite)}
	}
	p := s.Probes.Run(evidence.ProbePSK)
	if !refusedHello(s) || !p.Answered() || !pskSuite(p.ServerHello.CipherSuite) {
		return nil
	}
	for _, c := range taken(s).Suites {
		if !pskSuite(c.ID) {
			return nil
		}
	}
	return append(facts(seenAlert(s)), seenProbe(s, evidence.ProbePSK), "the broker takes: "+suiteNames(taken(s).Suites))
}

// pskSuite says that a cipher suite authenticates with a pre-shared key (RFC
// 4279, 4785, 5487, 5489, 6655, 7905 and 8442).
func pskSuite(suite uint16) bool {
	for _, r := range [...][2]uint16{
		{0x002c, 0x002e}, {0x008a, 0x0095}, {0x00a8, 0x00b9}, {0xc033, 0xc03b}, {0xc0a4, 0xc0ab}, {0xccab, 0xccae}, {0xd001, 0xd005},
	} {
		if suite >= r[0] && suite <= r[1] {
			return true
		}
	}
	return false
}
