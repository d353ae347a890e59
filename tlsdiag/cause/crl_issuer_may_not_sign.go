package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func crlIssuerMayNotSign() Cause {
	return Cause{
		ID:     "crl-issuer-may-not-sign",
		Title:  "the CA's key usage does not allow signing revocation lists",
		Source: "RFC 5280 section 4.2.1.3: cRLSign; OpenSSL error 35",
		Match: func(s *evidence.Session) (Finding, bool) {
			l := listAtFault(s, certs.KeyUsageNoCRLSign)
			if l == nil {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the CA %s may not sign revocation lists: its key usage lacks cRLSign", name(l.Issuer)),
				Seen:       facts(seenCRL(s), seenVerdict(s)),
				Hints: []Hint{
					{CA, "issue the CA's certificate again with keyUsage=critical,keyCertSign,cRLSign", ""},
					{Gateway, "until then leave --crl-file out; OpenSSL refuses such a list, too", ""},
				},
			}, true
		},
	}
}
