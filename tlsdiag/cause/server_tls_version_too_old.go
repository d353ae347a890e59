package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func serverTLSVersionTooOld() Cause {
	return Cause{
		ID:       "server-tls-version-too-old",
		Title:    "the broker only speaks TLS versions that are too old",
		Explains: []string{"closed-after-client-hello", "tls-to-plain-port", "no-common-cipher-suite"},
		Source:   "RFC 8996 deprecates TLS 1.0 and 1.1; RFC 8446 section 6.2: protocol_version",
		Match: func(s *evidence.Session) (Finding, bool) {
			picked, ok := noVersion(s)
			lowest, highest := offered(s)
			if !ok || highest < evidence.TLS13 {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Likely,
				Headline:   fmt.Sprintf("the broker does not speak %s or newer, which is the least that is accepted here", lowest),
				Seen:       seenVersions(s),
				Hints: []Hint{
					{Broker, "update the broker and its TLS library; what it speaks:", probeVersion(s, "-tls1_1 -cipher DEFAULT@SECLEVEL=0")},
				},
			}
			if picked != 0 {
				f.Confidence = Sure
				f.Headline = fmt.Sprintf("the broker speaks %s at most; %s is the least that is accepted here", picked, lowest)
			}
			return f, true
		},
	}
}
