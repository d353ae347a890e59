package cause

import (
	"fmt"
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func clientCertificatePurpose() Cause {
	return Cause{
		ID:       "client-certificate-purpose",
		Title:    "the client certificate is not meant for a TLS client",
		Source:   "RFC 5280 section 4.2.1.12: id-kp-clientAuth; OpenSSL answers with unsupported_certificate, Go with bad_certificate, Erlang with handshake_failure",
		Explains: []string{"broker-crl-unusable", "closed-after-connect"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c, silent := refusedFor(s, record.UnsupportedCertificate, record.HandshakeFailure)
			if c == nil {
				return Finding{}, false
			}
			usage := c.Extends.KeyUsage
			switch {
			case lacksPurpose(c, PurposeClient):
				return wrongPurpose(s, c, "is for "+list(c.Extends.Purposes)+" only, not for a TLS client", "extendedKeyUsage=clientAuth").hushed(s, silent), true
			case alert(s) == record.UnsupportedCertificate && len(usage) > 0 && !slices.Contains(usage, "digitalSignature"):
				return wrongPurpose(s, c, "may not be used for a TLS client: its key usage is "+list(usage), "keyUsage=digitalSignature"), true
			}
			return Finding{}, false
		},
	}
}

func wrongPurpose(s *evidence.Session, c *evidence.Certificate, what, extension string) Finding {
	return Finding{
		Confidence: Sure,
		Headline:   fmt.Sprintf("the client certificate %s %s", ourFile(c), what),
		Seen:       facts(ours(c), seenAlert(s)),
		Hints: []Hint{
			{CA, "issue it again with " + extension, ""},
			{Gateway, "or, if that is the broker's certificate, give the one made for this client", ""},
		},
	}
}
