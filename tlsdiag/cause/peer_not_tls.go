package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func peerNotTLS() Cause {
	return Cause{
		ID:     "peer-not-tls",
		Title:  "something that is not TLS answers there",
		Source: "RFC 8446 section 5.1: a record begins with its content type and version 3",
		Match: func(s *evidence.Session) (Finding, bool) {
			p := s.Flow.Stranger
			if p == nil || !s.Asked.TLS {
				return Finding{}, false
			}
			return stranger(s, p, "not TLS"), true
		},
	}
}

// stranger is the finding for a peer of another protocol.
func stranger(s *evidence.Session, p *evidence.Stranger, wanted string) Finding {
	f := Finding{
		Confidence: Sure,
		Headline:   fmt.Sprintf("%s at %s answers, %s", article(serverOf(p.Protocol)), at(s.Target), wanted),
		Seen:       []string{fmt.Sprintf("its first bytes: % x", head(p.FirstBytes))},
		Hints:      []Hint{{Gateway, "check host and port: MQTT over TLS is often on 8883, plain MQTT on 1883", ""}},
	}
	if p.Detail != "" {
		f.Seen = []string{fmt.Sprintf("its first words: %q", p.Detail)}
	}
	return f
}

func serverOf(protocol string) string {
	if protocol == "" {
		return "unknown service"
	}
	return protocol + " server"
}
