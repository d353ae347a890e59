package cause

import (
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func noCommonCurve() Cause {
	return Cause{
		ID:       "no-common-curve",
		Title:    "the broker insists on a curve that this program does not have",
		Source:   "RFC 8446 section 4.2.7 and 4.2.8; RFC 8422 section 5.1.1",
		Explains: []string{"no-common-cipher-suite", "bytes-corrupted"},
		Match: func(s *evidence.Session) (Finding, bool) {
			// The words of crypto/tls in key_agreement.go and handshake_client_tls13.go.
			if !strings.Contains(s.End.Error, "unsupported curve") && !strings.Contains(s.End.Error, "unsupported group") {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   "the broker insists on a curve for the key exchange that this program does not have",
				Seen:       facts("handshake: "+s.End.Error, seenOffer(s)),
				Hints:      []Hint{{Broker, "allow X25519 or P-256 (prime256v1)", ""}},
			}, true
		},
	}
}
