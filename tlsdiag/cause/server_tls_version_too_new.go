package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func serverTLSVersionTooNew() Cause {
	return Cause{
		ID:     "server-tls-version-too-new",
		Title:  "the broker asks for a newer TLS version than this side offers",
		Source: "RFC 8446 section 6.2: protocol_version; mosquitto.conf(5): tls_version",
		Match: func(s *evidence.Session) (Finding, bool) {
			picked, ok := noVersion(s)
			lowest, highest := offered(s)
			if spoken, _ := newestSpoken(s); ok && spoken > highest && (picked == 0 || picked > lowest) {
				return Finding{
					Confidence: Sure,
					Headline:   fmt.Sprintf("the broker speaks %s only, and nothing newer than %s was offered", spoken, highest),
					Seen:       seenVersions(s),
					Hints:      versionHints(),
				}, true
			}
			if !ok || picked != 0 || highest >= evidence.TLS13 {
				return Finding{}, false
			}
			return Finding{
				Confidence: Likely,
				Rival:      "server-tls-version-too-old",
				Headline:   fmt.Sprintf("the broker asks for more than %s, and nothing newer was offered", highest),
				Seen:       seenVersions(s),
				Hints:      versionHints(),
			}, true
		},
	}
}

func versionHints() []Hint {
	return []Hint{
		{Gateway, "allow TLS 1.3 on this side", ""},
		{Broker, "or lower the broker's minimum: tls_version tlsv1.2", ""},
	}
}
