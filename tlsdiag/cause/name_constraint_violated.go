package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func nameConstraintViolated() Cause {
	return Cause{
		ID:     "name-constraint-violated",
		Title:  "the CA may not certify the broker's name",
		Source: "RFC 5280 section 4.2.1.10; OpenSSL errors 47 and 48",
		Match: func(s *evidence.Session) (Finding, bool) {
			v := verdict(s)
			if v != certs.PermittedViolation && v != certs.ExcludedViolation {
				return Finding{}, false
			}
			ca, c := constrained(s), culprit(s)
			if ca == nil || c == nil {
				return Finding{}, false
			}
			rule := "may only certify " + list(ca.Extends.Permitted)
			if v == certs.ExcludedViolation {
				rule = "may not certify " + list(ca.Extends.Excluded)
			}
			offending := list(carried(c))
			if d := s.Verdict.Detail; d != "" {
				offending = d
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the CA %s %s, and the broker's certificate is for %s", subject(ca), rule, offending),
				Seen:       facts(seenCertificate("constraining CA", ca), seenCertificate("certificate", c), seenVerdict(s)),
				Hints:      []Hint{{CA, "issue it for a name that is allowed, or from a CA without this constraint", ""}},
			}, true
		},
	}
}

// constrained returns the CA of this session that has name constraints.
func constrained(s *evidence.Session) *evidence.Certificate {
	for _, set := range [][]evidence.Certificate{s.Peer.Chain, s.Trust.Anchors} {
		for i := range set {
			if e := set[i].Extends; len(e.Permitted)+len(e.Excluded) > 0 {
				return &set[i]
			}
		}
	}
	return nil
}

// carried are the names in a certificate that a host name is compared with:
// the SAN, and the CN where it has no DNS name.
func carried(c *evidence.Certificate) []string {
	out := append([]string{}, c.SAN.DNS...)
	if len(out) == 0 && c.Subject.CommonName != "" {
		out = append(out, c.Subject.CommonName)
	}
	return append(out, c.SAN.Addresses...)
}
