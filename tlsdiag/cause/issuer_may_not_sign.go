package cause

import (
	"fmt"
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func issuerMayNotSign() Cause {
	return Cause{
		ID:       "issuer-may-not-sign",
		Title:    "the CA's key usage does not allow signing certificates",
		Source:   "RFC 5280 section 4.2.1.3: keyCertSign; OpenSSL errors 20 and 79",
		Explains: []string{"issuer-not-a-ca", "issuer-not-trusted", "private-ca-not-given"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c := mayNotSign(s)
			if c == nil {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("%s signed a certificate of the broker's chain but may not: its key usage is %s", subject(c), list(c.Extends.KeyUsage)),
				Seen:       facts(seenCertificate("issuer", c), seenCertificate("broker's certificate", s.Peer.Leaf()), seenVerdict(s)),
				Hints:      []Hint{{CA, "issue the CA's certificate again with keyUsage keyCertSign", ""}},
			}, true
		},
	}
}

// mayNotSign returns the CA of the broker's chain whose key usage lacks
// keyCertSign, where that is what the verdict is about. OpenSSL passes over
// such an issuer while it builds the chain, and then misses it.
func mayNotSign(s *evidence.Session) *evidence.Certificate {
	switch verdict(s) {
	case certs.InvalidCA:
		if c := culprit(s); c != nil && lacksCertSign(c) {
			return c
		}
	case certs.UnableToGetIssuerCertLocally, certs.UnableToGetIssuerCert, certs.UnableToVerifyLeafSignature:
		c := top(s)
		if c == nil {
			return nil
		}
		if ca := issuerAmong(s.Trust.Anchors, c); ca != nil && signedBy(c, ca) && lacksCertSign(ca) {
			return ca
		}
	}
	return nil
}

func lacksCertSign(c *evidence.Certificate) bool {
	if len(c.Extends.KeyUsage) == 0 {
		return false
	}
	return !slices.Contains(c.Extends.KeyUsage, "keyCertSign")
}
