package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func weakSignature() Cause {
	return Cause{
		ID:     "weak-signature",
		Title:  "a signature in the broker's chain uses a digest that is too weak",
		Source: "SSL_CTX_set_security_level(3); OpenSSL error 68",
		Match: func(s *evidence.Session) (Finding, bool) {
			c := culprit(s)
			if c == nil || verdict(s) != certs.CAMDTooWeak {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline: fmt.Sprintf("the certificate %s is signed with %s, which OpenSSL's security level %d refuses",
					subject(c), c.Signed.Algorithm, s.Asked.SecurityLevel),
				Seen: facts(seenCertificate("certificate", c)+", issued by "+name(c.Issuer), seenVerdict(s)),
				Hints: []Hint{
					{CA, "issue it again, signed with SHA-256", ""},
					{Gateway, "for a test only: --ciphers DEFAULT@SECLEVEL=" + lowerLevel(c), ""},
				},
			}, true
		},
	}
}
