package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func pskKeyWrong() Cause {
	return Cause{
		ID:       "psk-key-wrong",
		Title:    "the pre-shared key is not the broker's",
		Source:   "RFC 4279 section 2: the server answers a wrong key with decrypt_error or bad_record_mac",
		Explains: []string{"bytes-corrupted"},
		Match: func(s *evidence.Session) (Finding, bool) {
			a := alert(s)
			if s.Asked.PSKIdentity == "" || s.Stage != evidence.StageClientFlight || a != record.BadRecordMAC && a != record.DecryptError {
				return Finding{}, false
			}
			return Finding{
				Confidence: Likely,
				Rival:      "psk-identity-unknown",
				Headline:   fmt.Sprintf("the pre-shared key for the identity %q is not the one that the broker has", s.Asked.PSKIdentity),
				Seen:       facts(seenAlert(s)),
				Hints: []Hint{
					{Gateway, "compare --psk, in hexadecimal and without 0x, with the broker's psk_file", ""},
				},
			}, true
		},
	}
}
