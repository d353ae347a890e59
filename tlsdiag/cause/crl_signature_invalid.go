package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func crlSignatureInvalid() Cause {
	return Cause{
		ID:     "crl-signature-invalid",
		Title:  "the signature on the revocation list does not verify",
		Source: "RFC 5280 section 6.3.3 (g); OpenSSL error 8",
		Match: func(s *evidence.Session) (Finding, bool) {
			l := listAtFault(s, certs.CRLSignatureFailure)
			if l == nil {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the revocation list of %s is not signed with the key of that CA, or it is damaged", name(l.Issuer)),
				Seen:       facts(seenCRL(s), seenVerdict(s)),
				Hints: []Hint{
					{Gateway, "copy the list again from the CA", ""},
					{CA, "if the CA was made anew under the same name: make the list anew, too", ""},
				},
			}, true
		},
	}
}
