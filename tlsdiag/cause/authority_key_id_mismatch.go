package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func authorityKeyIDMismatch() Cause {
	return Cause{
		ID:       "authority-key-id-mismatch",
		Title:    "the certificate points to another key of its CA",
		Source:   "RFC 5280 section 4.2.1.1; X509_check_issued(3)",
		Explains: []string{"issuer-not-trusted", "private-ca-not-given", "ca-recreated", "cafile-intermediate-only", "intermediate-missing"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c := top(s)
			if c == nil || !untrusted(s) {
				return Finding{}, false
			}
			ca := issuerAmong(s.Trust.Anchors, c)
			if ca == nil || !signedBy(c, ca) || !pointsElsewhere(c, ca) {
				return Finding{}, false
			}
			what := fmt.Sprintf("authorityKeyIdentifier %s in the certificate, subjectKeyIdentifier %s in the CA's",
				short(c.Extends.AuthorityKeyID), short(ca.Extends.SubjectKeyID))
			if c.Extends.AuthoritySerial != "" && c.Extends.AuthoritySerial != ca.Serial {
				what = fmt.Sprintf("authorityKeyIdentifier names serial %s, the CA's certificate has %s", c.Extends.AuthoritySerial, ca.Serial)
			}
			return Finding{
				Confidence: Sure,
				Headline: fmt.Sprintf("%s is signed by the CA %s but its authorityKeyIdentifier points to another one",
					subject(c), subject(ca)),
				Seen:  facts(seenCertificate("certificate", c), seenCertificate("trusted", ca), what, seenVerdict(s)),
				Hints: []Hint{{CA, "issue it again with authorityKeyIdentifier=keyid, from the CA in use now", ""}},
			}, true
		},
	}
}

// pointsElsewhere says that the key id, or issuer and serial number, that a
// certificate names are not its issuer's.
func pointsElsewhere(c, issuer *evidence.Certificate) bool {
	a, k := c.Extends.AuthorityKeyID, issuer.Extends.SubjectKeyID
	if a != "" && k != "" && a != k {
		return true
	}
	serial := c.Extends.AuthoritySerial
	return serial != "" && issuer.Serial != "" && serial != issuer.Serial
}
