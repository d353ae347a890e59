package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func tlsToPlainPort() Cause {
	return Cause{
		ID:       "tls-to-plain-port",
		Title:    "TLS was sent to a plain MQTT port",
		Source:   "[MQTT-3.1.0-1]: the first packet is a CONNECT, or the server closes; IANA: mqtt 1883",
		Explains: []string{"closed-after-client-hello", "peer-not-tls", "client-hello-too-large"},
		Match: func(s *evidence.Session) (Finding, bool) {
			if !s.Asked.TLS || s.Stage != evidence.StageHello {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("port %d speaks plain MQTT, not TLS", s.Target.Port),
				Hints: []Hint{
					{Gateway, "use the broker's TLS port, often 8883: -p 8883", ""},
					{Gateway, "or without TLS, readable for everybody on the way: leave the TLS options out", ""},
				},
			}
			if p := s.Flow.Stranger; p != nil && p.Protocol == "MQTT" {
				f.Seen = []string{fmt.Sprintf("%s answered our ClientHello with an MQTT packet (% x)", at(s.Target), head(p.FirstBytes))}
				return f, true
			}
			if p := s.Probes.Run(evidence.ProbeConnect); p != nil {
				f.Seen = []string{fmt.Sprintf("%s %s", at(s.Target), "did not answer our ClientHello in TLS"), seenProbe(s, evidence.ProbeConnect)}
				return f, p.Result == evidence.ProbeConnack
			}
			if !hungUp(s) || s.Flow.Received > 0 || usuallyTLS(s.Target.Port) {
				return Finding{}, false
			}
			f.Confidence = Likely
			f.Rival = "closed-after-client-hello"
			f.Headline = fmt.Sprintf("port %d seems to speak plain MQTT: the peer hung up on our ClientHello", s.Target.Port)
			f.Seen = []string{fmt.Sprintf("%s %s in answer to our ClientHello, without a single byte", at(s.Target), closing(s))}
			return f, true
		},
	}
}

// usuallyTLS says that a port is known for TLS: 8883 is IANA's secure-mqtt,
// 8884 and 8886 are its neighbours on public brokers, 443 is HTTPS.
func usuallyTLS(port int) bool {
	switch port {
	case 443, 8443, 8883, 8884, 8886, 8887:
		return true
	}
	return false
}

func head(b []byte) []byte { return b[:min(len(b), 8)] }
