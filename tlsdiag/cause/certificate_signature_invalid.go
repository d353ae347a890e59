package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func certificateSignatureInvalid() Cause {
	return Cause{
		ID:       "certificate-signature-invalid",
		Title:    "a signature in the broker's chain does not verify",
		Source:   "RFC 5280 section 6.1.3 (a)(1); OpenSSL error 7",
		Explains: []string{"ca-recreated", "issuer-not-trusted", "private-ca-not-given"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c, ca := brokenSignature(s)
			if c == nil {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the certificate %s is damaged: its signature was not made with the key of %s", subject(c), subject(ca)),
				Seen: facts(seenCertificate("certificate", c), seenCertificate("its CA", ca),
					"name and key id fit, the signature does not verify", seenVerdict(s)),
				Hints: []Hint{
					{Broker, "install the certificate again from the CA's original; to compare:", "openssl verify -CAfile ca.crt server.crt"},
				},
			}, true
		},
	}
}

// brokenSignature looks for a certificate and its issuer by name and key id
// whose signature does not verify.
func brokenSignature(s *evidence.Session) (c, ca *evidence.Certificate) {
	if !untrusted(s) {
		return nil, nil
	}
	for i := range s.Peer.Chain {
		c := &s.Peer.Chain[i]
		for _, set := range [][]evidence.Certificate{s.Peer.Chain, s.Trust.Anchors} {
			if ca := issuerAmong(set, c); ca != nil && !signedBy(c, ca) && keyIDsAgree(c, ca) && c.Signed.Checked() {
				return c, ca
			}
		}
	}
	return nil, nil
}
