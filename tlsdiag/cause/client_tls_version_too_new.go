package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func clientTLSVersionTooNew() Cause {
	return Cause{
		ID:       "client-tls-version-too-new",
		Title:    "this side asks for a newer TLS version than the broker has",
		Source:   "RFC 8446 section 4.2.1 and 6.2: protocol_version",
		Explains: []string{"server-tls-version-too-old"},
		Match: func(s *evidence.Session) (Finding, bool) {
			picked, ok := noVersion(s)
			lowest, _ := offered(s)
			if !ok || s.Asked.MinVersion < evidence.TLS13 || lowest < evidence.TLS13 {
				return Finding{}, false
			}
			headline := fmt.Sprintf("--tls-version asks for at least %s, and the broker does not have it", s.Asked.MinVersion)
			if picked != 0 {
				headline = fmt.Sprintf("--tls-version asks for at least %s, and the broker has %s at most", s.Asked.MinVersion, picked)
			}
			return Finding{
				Confidence: Sure,
				Headline:   headline,
				Seen:       seenVersions(s),
				Hints: []Hint{
					{Gateway, "leave --tls-version out, or ask for less: --tls-version tlsv1.2", ""},
					{Broker, "or let the broker speak it too: its tls_version, and its OpenSSL from 1.1.1 on; to try:", probeVersion(s, "-tls1_3")},
				},
			}, true
		},
	}
}
