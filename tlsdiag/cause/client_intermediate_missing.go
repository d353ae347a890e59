package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func clientIntermediateMissing() Cause {
	return Cause{
		ID:       "client-intermediate-missing",
		Title:    "the client's intermediate CA is not sent",
		Source:   "RFC 8446 section 4.4.2; RFC 5246 section 7.4.2: the whole chain but the root",
		Explains: []string{"client-issuer-not-trusted", "closed-after-connect"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c, confidence, silent := distrusted(s)
			if c == nil || len(s.Client.Chain) != 1 || selfIssued(c) {
				return Finding{}, false
			}
			ca := issuerOfOurs(s)
			if ca == nil || selfIssued(ca) {
				return Finding{}, false
			}
			return Finding{
				Confidence: confidence,
				Rival:      "client-issuer-not-trusted",
				Headline: fmt.Sprintf("the client certificate was sent without the intermediate CA %s that issued it",
					subject(ca)),
				Seen: facts(ours(c), seenCertificate("its issuer", ca)+", itself issued by "+name(ca.Issuer), seenAlert(s)),
				Hints: []Hint{{
					Gateway, "put the intermediate behind the certificate, and give that file with --cert",
					"cat " + file(orCertificate(c.File)) + " intermediate.crt > " + file(newName(orCertificate(c.File), "-chain.crt")),
				}},
			}.hushed(s, silent), true
		},
	}
}
