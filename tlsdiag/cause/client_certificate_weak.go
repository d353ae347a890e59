package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func clientCertificateWeak() Cause {
	return Cause{
		ID:     "client-certificate-weak",
		Title:  "the client certificate is too weak for the security level",
		Source: "SSL_CTX_set_security_level(3): level 2 wants 112 bits, that is RSA with 2048, EC with 224, and not SHA-1",
		Match: func(s *evidence.Session) (Finding, bool) {
			c := s.Client.Leaf()
			if c == nil || s.Stage != evidence.StageLocal {
				return Finding{}, false
			}
			what := weakness(c, s.Asked.SecurityLevel)
			if what == "" {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the client certificate %s is too weak: %s", ourFile(c), what),
				Seen:       []string{seenCertificate("client certificate", c)},
				Hints: []Hint{
					{CA, "issue it again with an RSA key of 2048 bits or an EC key, signed with SHA-256", ""},
					{Gateway, "for a test only: --ciphers DEFAULT@SECLEVEL=" + lowerLevel(c), ""},
				},
			}, true
		},
	}
}
