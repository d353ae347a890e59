package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func clientTLSVersionTooNew() Cause {
	return Cause{
		ID:       "client-tls-version-too-new",
		Title:    "this side asks for a newer TLS version than the broker has",
		Source:   "RFC 8446 section 4.2.1 and 6.2: protocol_version",
		Explains: []string{"server-tls-version-too-old", "no-common-cipher-suite"},
		Match: func(s *evidence.Session) (Finding, bool) {
			picked, ok := noVersion(s)
			lowest, _ := offered(s)
			// A server that does not know TLS 1.3 reads the hello as one of TLS 1.2 without a suite that it knows.
			unaware := s.Stage == evidence.StageHello && alert(s) == record.HandshakeFailure
			if !ok && !unaware || s.Asked.MinVersion < evidence.TLS13 || lowest < evidence.TLS13 {
				return Finding{}, false
			}
			headline := fmt.Sprintf("--tls-version asks for at least %s, and the broker does not have it", s.Asked.MinVersion)
			if picked != 0 {
				headline = fmt.Sprintf("--tls-version asks for at least %s, and the broker has %s at most", s.Asked.MinVersion, picked)
			}
			f := Finding{
				Confidence: Sure,
				Headline:   headline,
				Seen:       seenVersions(s),
				Hints: []Hint{
					{Gateway, "leave --tls-version out, or ask for less: --tls-version tlsv1.2", ""},
					{Broker, "or update its TLS library (OpenSSL has it from 1.1.1 on); to try:", probeVersion(s, "-tls1_3")},
				},
			}
			if unaware {
				f.Confidence, f.Rival = Likely, "no-common-cipher-suite"
				f.Headline = fmt.Sprintf("--tls-version asks for at least %s, and the broker does not seem to have it", s.Asked.MinVersion)
			}
			return f, true
		},
	}
}
