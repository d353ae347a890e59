package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func clientCertificateSignatureInvalid() Cause {
	return Cause{
		ID:       "client-certificate-signature-invalid",
		Title:    "the signature on the client certificate does not verify",
		Source:   "RFC 5280 section 6.1.3 (a)(1); OpenSSL error 7, decrypt_error",
		Explains: []string{"broker-crl-unusable", "client-issuer-not-trusted", "bytes-corrupted"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c := refused(s, record.DecryptError, record.UnknownCA, record.BadCertificate)
			ca := issuerOfOurs(s)
			if c == nil || ca == nil || signedBy(c, ca) || !c.Signed.Checked() || otherKey(s) != nil {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the client certificate %s is damaged: its signature was not made with the key of %s", ourFile(c), subject(ca)),
				Seen:       facts(ours(c), seenCertificate("its CA", ca), "name and key id fit, the signature does not verify", seenAlert(s)),
				Hints: []Hint{
					{Gateway, "install the client certificate again from the CA's original", ""},
					{CA, "or issue it again", ""},
				},
			}
			if !keyIDsAgree(c, ca) {
				f.Confidence = Likely
				f.Rival = "client-issuer-not-trusted"
				f.Headline = fmt.Sprintf("the client certificate %s was not signed with the key of %s: damaged, or that CA was made anew", ourFile(c), subject(ca))
				f.Seen[2] = "the names fit, the signature does not verify"
			}
			return f, true
		},
	}
}
