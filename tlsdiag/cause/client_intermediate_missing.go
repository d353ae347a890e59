package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func clientIntermediateMissing() Cause {
	return Cause{
		ID:       "client-intermediate-missing",
		Title:    "the client's intermediate CA is not sent",
		Source:   "RFC 8446 section 4.4.2; RFC 5246 section 7.4.2: the whole chain but the root",
		Explains: []string{"client-issuer-not-trusted"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c := refused(s, record.UnknownCA)
			if c == nil || len(s.Client.Chain) != 1 || selfIssued(c) {
				return Finding{}, false
			}
			ca := issuerOfOurs(s)
			if ca == nil || selfIssued(ca) {
				return Finding{}, false
			}
			return Finding{
				Confidence: Likely,
				Rival:      "client-issuer-not-trusted",
				Headline: fmt.Sprintf("the client certificate was sent without the intermediate CA %s that issued it",
					subject(ca)),
				Seen: facts(ours(c), seenCertificate("its issuer", ca)+", itself issued by "+name(ca.Issuer), seenAlert(s)),
				Hints: []Hint{{
					Gateway, "put the intermediate behind the certificate, and give that file with --cert",
					fmt.Sprintf("cat %s intermediate.crt > %s", file(c.File), file(newName(c.File, "-chain.crt"))),
				}},
			}, true
		},
	}
}
