package cause

import (
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func serverCertificateKeyUsage() Cause {
	return Cause{
		ID:     "server-certificate-key-usage",
		Title:  "the key usage of the broker's certificate excludes TLS",
		Source: "RFC 5280 section 4.2.1.3; RFC 8446 section 4.4.2.2; OpenSSL error 26",
		Match: func(s *evidence.Session) (Finding, bool) {
			c := culprit(s)
			if c == nil || verdict(s) != certs.InvalidPurpose || lacksPurpose(c, PurposeServer) || len(c.Extends.KeyUsage) == 0 {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline: "the broker's certificate may not be used for TLS: its key usage is " + list(c.Extends.KeyUsage) +
					", and a server needs digitalSignature",
				Seen:  facts(seenCertificate("certificate", c), seenVerdict(s)),
				Hints: []Hint{{CA, "issue it again with keyUsage=digitalSignature,keyEncipherment", ""}},
			}, true
		},
	}
}
