package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func closedAfterClientHello() Cause {
	return Cause{
		ID:     "closed-after-client-hello",
		Title:  "the peer closed on our first TLS message without saying why",
		Source: "RFC 8446 section 6: a fatal alert should precede a close",
		Match: func(s *evidence.Session) (Finding, bool) {
			if !s.Asked.TLS || s.Stage != evidence.StageHello || !hungUp(s) || s.Flow.Stranger != nil || s.Flow.Received > 0 {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Guess,
				Rival:      "tls-to-plain-port",
				Headline:   fmt.Sprintf("%s hung up on our first TLS message without saying why", at(s.Target)),
				Seen: facts(fmt.Sprintf("it %s in answer to our ClientHello, without a single byte", closing(s)),
					helloSize(s), seenSNI(s)),
				Hints: []Hint{
					{Gateway, "look whether another client gets further", fmt.Sprintf("openssl s_client -connect %s </dev/null", quote(at(s.Target)))},
					{Broker, "look into its log: a limit, an access list, a PROXY protocol that is expected", ""},
					{Network, "or a firewall on the way refuses TLS to this name", ""},
				},
			}
			if p := s.Probes.Run(evidence.ProbeConnect); p != nil {
				f.Rival = "" // tried, and not so
				f.Seen = append(f.Seen, seenProbes(s, evidence.ProbeConnect, evidence.ProbeTLS13, evidence.ProbeTLS12, evidence.ProbeTLS11,
					evidence.ProbeSmall, evidence.ProbeNoName, evidence.ProbeALPN)...)
			}
			return f, true
		},
	}
}

func helloSize(s *evidence.Session) string {
	h := s.Flow.ClientHello
	if h == nil || h.Size == 0 {
		return ""
	}
	return fmt.Sprintf("our ClientHello had %d bytes", h.Size)
}
