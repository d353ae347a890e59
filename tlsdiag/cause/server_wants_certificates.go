package cause

import (
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func serverWantsCertificates() Cause {
	return Cause{
		ID:       "server-wants-certificates",
		Title:    "a pre-shared key was offered to a listener with certificates",
		Source:   "RFC 4279 section 2: without a common PSK cipher suite the server refuses",
		Explains: []string{"no-common-cipher-suite"},
		Match: func(s *evidence.Session) (Finding, bool) {
			a := alert(s)
			if s.Asked.PSKIdentity == "" || s.Stage != evidence.StageHello || a != record.HandshakeFailure && a != record.InsufficientSecurity {
				return Finding{}, false
			}
			return Finding{
				Confidence: Likely,
				Rival:      "no-common-cipher-suite",
				Headline:   "this listener seems to want certificates, and only a pre-shared key was offered",
				Seen:       facts(seenAlert(s), seenOffer(s)),
				Hints: []Hint{
					{Gateway, "use --cafile in place of --psk, or the port of the listener with psk_hint", ""},
				},
			}, true
		},
	}
}
