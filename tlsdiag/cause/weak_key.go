package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func weakKey() Cause {
	return Cause{
		ID:     "weak-key",
		Title:  "a key in the broker's chain is too short for the security level",
		Source: "SSL_CTX_set_security_level(3); OpenSSL errors 66 and 67",
		Match: func(s *evidence.Session) (Finding, bool) {
			v, c := verdict(s), culprit(s)
			if c == nil || v != certs.EEKeyTooSmall && v != certs.CAKeyTooSmall {
				return Finding{}, false
			}
			whose, party := "the broker's certificate", Broker
			if v == certs.CAKeyTooSmall {
				whose, party = "the CA "+subject(c), CA
			}
			level := s.Asked.SecurityLevel
			return Finding{
				Confidence: Sure,
				Headline: fmt.Sprintf("%s has a weak key: %s with %d bits, OpenSSL's security level %d wants %s",
					whose, c.Key.Type, c.Key.Bits, level, keySize(c.Key.Type, certs.LevelBits(level))),
				Seen: facts(seenCertificate("certificate", c), seenVerdict(s)),
				Hints: []Hint{
					{party, "make a new key (RSA with 2048 bits, or EC) and a new certificate", ""},
					{Gateway, "for a test only: --ciphers DEFAULT@SECLEVEL=" + lowerLevel(c), ""},
				},
			}, true
		},
	}
}
