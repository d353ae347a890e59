package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// portPlain is the port that IANA has for MQTT without TLS.
const portPlain = 1883

func plainToTLSPort() Cause {
	return Cause{
		ID:     "plain-to-tls-port",
		Title:  "plain MQTT was sent to a TLS port",
		Source: "RFC 8446 section 5.1: what does not look like a record is refused; IANA: secure-mqtt 8883",
		Match: func(s *evidence.Session) (Finding, bool) {
			if !plainFailed(s) {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("port %d speaks TLS, and no option that turns TLS on was given", s.Target.Port),
				Seen:       facts(seenAlert(s), at(s.Target)+" "+answered(s)),
				Hints: []Hint{
					{Gateway, "give the certificate of the broker's CA: --cafile ca.crt", ""},
					{Gateway, "or use the broker's plain port, often 1883: -p 1883", ""},
				},
			}
			if tlsBytes(s) {
				return f, true
			}
			if seen := answersTLS(s); seen != "" {
				f.Seen = append(f.Seen, seen)
				return f, true
			}
			if !hungUp(s) || s.Target.Port == portPlain {
				return Finding{}, false
			}
			f.Confidence = Likely
			f.Rival = "closed-after-connect"
			f.Headline = fmt.Sprintf("port %d seems to speak TLS: the broker hung up on plain MQTT, and no option that turns TLS on was given",
				s.Target.Port)
			f.Hints = append(f.Hints, Hint{Gateway, "what settles it: does a certificate come?",
				fmt.Sprintf("openssl s_client -connect %s </dev/null", quote(at(s.Target)))})
			return f, true
		},
	}
}

// answersTLS tells of a probe that a server answered in TLS.
func answersTLS(s *evidence.Session) string {
	for _, kind := range [...]evidence.ProbeKind{evidence.ProbeTLS13, evidence.ProbeTLS12, evidence.ProbeTLS11, evidence.ProbeTLS10} {
		if p := s.Probes.Run(kind); p.Answered() {
			return seenProbe(s, kind)
		}
	}
	return ""
}

// tlsBytes says that the server spoke TLS.
func tlsBytes(s *evidence.Session) bool {
	for _, r := range s.Flow.Records {
		if r.From == evidence.SideServer {
			return true
		}
	}
	return false
}
