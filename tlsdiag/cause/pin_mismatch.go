package cause

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func pinMismatch() Cause {
	return Cause{
		ID:     "pin-mismatch",
		Title:  "no public key in the broker's chain is one of those pinned",
		Source: "RFC 7469 section 2.6: pin validation; OpenSSL error 50",
		Match: func(s *evidence.Session) (Finding, bool) {
			l := s.Peer.Leaf()
			if l == nil || verdict(s) != certs.ApplicationVerification || len(s.Asked.Pins) == 0 {
				return Finding{}, false
			}
			var pins []string
			for _, p := range s.Asked.Pins {
				pins = append(pins, pin(p))
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the public key of the broker's certificate is %s, which is not the one that is pinned", pin(l.Key.SHA256)),
				Seen:       facts(seenCertificate("broker's certificate", l), "pinned: "+list(pins), seenVerdict(s)),
				Hints: []Hint{
					{Broker, "ask who runs it: was the certificate renewed with a new key?", ""},
					{Gateway, "if so: --tls-pin " + pin(l.Key.SHA256), ""},
					{Network, "if not, something else answers in the broker's place", ""},
				},
			}, true
		},
	}
}

// pin writes a digest in hexadecimal as --tls-pin takes it.
func pin(digest string) string {
	b, err := hex.DecodeString(digest)
	if err != nil {
		return digest
	}
	return "sha256/" + base64.StdEncoding.EncodeToString(b)
}
