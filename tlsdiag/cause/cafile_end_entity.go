package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func cafileEndEntity() Cause {
	return Cause{
		ID:     "cafile-end-entity",
		Title:  "the CA file has the broker's or the client's certificate, not the CA's",
		Source: "RFC 5280 section 6.1: the trust anchor is the CA; OpenSSL errors 20 and 21",
		Explains: []string{
			"issuer-not-trusted", "private-ca-not-given", "intermediate-missing", "cafile-intermediate-only",
		},
		Match: func(s *evidence.Session) (Finding, bool) {
			l := s.Peer.Leaf()
			if l == nil || !untrusted(s) {
				return Finding{}, false
			}
			whose, c := "the broker's own", l
			if anchor(s, l.SHA256) == nil {
				whose, c = "this client's", s.Client.Leaf()
			}
			if c == nil || selfIssued(c) || anchor(s, c.SHA256) == nil || issuerAmong(s.Trust.Anchors, l) != nil {
				return Finding{}, false
			}
			in := origin(s, anchor(s, c.SHA256))
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("%s holds %s certificate (%s), not that of the CA which issued it", in, whose, subject(c)),
				Seen: facts(seenCertificate("broker's certificate", l)+", issued by "+name(l.Issuer),
					trustedHere(s), seenVerdict(s)),
				Hints: []Hint{{Gateway, fmt.Sprintf("give the certificate of %s with --cafile", name(l.Issuer)), ""}},
			}, true
		},
	}
}
