package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func peerNotMQTT() Cause {
	return Cause{
		ID:       "peer-not-mqtt",
		Title:    "something that is not MQTT answers there",
		Source:   "[MQTT-3.2.0-1]: the first packet from the server is a CONNACK",
		Explains: []string{"plain-to-tls-port", "closed-after-connect"},
		Match: func(s *evidence.Session) (Finding, bool) {
			p := s.Answer
			if !s.Asked.TLS {
				p = s.Flow.Stranger
			}
			if p == nil || p.Protocol == "MQTT" || p.Protocol == "" {
				return Finding{}, false
			}
			return stranger(s, p, "not an MQTT broker"), true
		},
	}
}
