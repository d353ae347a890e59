package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func caRecreated() Cause {
	return Cause{
		ID:       "ca-recreated",
		Title:    "the trusted CA has the right name but another key",
		Source:   "RFC 5280 section 4.2.1.1; OpenSSL errors 7, 19 and 20",
		Explains: []string{"issuer-not-trusted", "private-ca-not-given"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c := top(s)
			if c == nil || !untrusted(s) || anchor(s, c.SHA256) != nil {
				return Finding{}, false
			}
			ca := issuerAmong(s.Trust.Anchors, c)
			if ca == nil || signedBy(c, ca) || keyIDsAgree(c, ca) {
				return Finding{}, false
			}
			why := "its key does not verify the signature"
			if a, k := c.Extends.AuthorityKeyID, ca.Extends.SubjectKeyID; a != "" && k != "" {
				why = fmt.Sprintf("its key id is %s, the broker's certificate names %s", short(k), short(a))
			} else if !c.Signed.Checked() {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline: fmt.Sprintf("%s has a CA of the right name (%s) but with another key: the CA was made anew",
					origin(s, ca), subject(ca)),
				Seen: facts(seenCertificate("broker's certificate", s.Peer.Leaf())+fmt.Sprintf(", valid from %s", day(c.Dates.NotBefore)),
					seenCertificate("trusted", ca)+fmt.Sprintf(", valid from %s", day(ca.Dates.NotBefore)), why, seenVerdict(s)),
				Hints: older(s, c, ca),
			}, true
		},
	}
}

// older says which side has the older of two CAs of one name, as far as the
// dates tell.
func older(s *evidence.Session, c, ca *evidence.Certificate) []Hint {
	if ca.Dates.NotBefore.After(c.Dates.NotBefore) {
		return []Hint{
			{Broker, "its certificate is older than this CA: issue it again with the present CA", ""},
			{Gateway, "or copy the ca.crt here that belongs to the broker's certificate", ""},
		}
	}
	return []Hint{{Gateway, fmt.Sprintf("copy the CA's present certificate here again, in place of %s", caFile(s)), ""}}
}

// keyIDsAgree says that both key ids are there and equal.
func keyIDsAgree(c, issuer *evidence.Certificate) bool {
	return c.Extends.AuthorityKeyID != "" && c.Extends.AuthorityKeyID == issuer.Extends.SubjectKeyID
}

// origin is the file of a trusted certificate, or the store in general.
func origin(s *evidence.Session, ca *evidence.Certificate) string {
	if ca.File != "" {
		return ca.File
	}
	return store(s)
}

// short cuts a key id to what people compare.
func short(id string) string {
	if len(id) > 12 {
		return id[:12] + "…"
	}
	return id
}
