package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func caRejectedByLabel() Cause {
	return Cause{
		ID:     "ca-rejected-by-label",
		Title:  "the CA file itself says that the CA is not to be trusted for servers",
		Source: "openssl-x509(1), Trust Settings: TRUSTED CERTIFICATE; OpenSSL error 28",
		Match: func(s *evidence.Session) (Finding, bool) {
			c := culprit(s)
			if c == nil || verdict(s) != certs.CertRejected {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("%s marks the CA %s as not trusted for TLS servers", origin(s, c), subject(c)),
				Seen:       facts(seenCertificate("trusted", c), "it is a TRUSTED CERTIFICATE block with a list of purposes", seenVerdict(s)),
				Hints: []Hint{{
					Gateway, "take the marks off, and give the new file", "openssl x509 -in " + caFile(s) + " -out plain.crt",
				}},
			}, true
		},
	}
}
