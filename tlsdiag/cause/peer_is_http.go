package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func peerIsHTTP() Cause {
	return Cause{
		ID:       "peer-is-http",
		Title:    "an HTTP server answers there",
		Source:   "RFC 9112 section 4: the status line",
		Explains: []string{"peer-not-tls", "peer-not-mqtt"},
		Match: func(s *evidence.Session) (Finding, bool) {
			p := s.Flow.Stranger
			if p == nil || p.Protocol != "HTTP" {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("an HTTP server answers at %s, not an MQTT broker%s", at(s.Target), tlsWord(s)),
				Seen:       []string{fmt.Sprintf("it answered %q", p.Detail)},
				Hints: []Hint{
					{Gateway, "check host and port: MQTT over TLS is often on 8883", ""},
					{Network, "or a proxy or a captive portal stands in between: look at the page in a browser", ""},
				},
			}, true
		},
	}
}

func tlsWord(s *evidence.Session) string {
	if s.Asked.TLS {
		return " with TLS"
	}
	return ""
}
