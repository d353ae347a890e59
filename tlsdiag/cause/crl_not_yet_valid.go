package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func crlNotYetValid() Cause {
	return Cause{
		ID:     "crl-not-yet-valid",
		Title:  "the revocation list is from the future",
		Source: "RFC 5280 section 5.1.2.4: thisUpdate; OpenSSL error 11",
		Match: func(s *evidence.Session) (Finding, bool) {
			l := listAtFault(s, certs.CRLNotYetValid)
			if l == nil {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline: fmt.Sprintf("the revocation list of %s begins in %s (thisUpdate %s)",
					name(l.Issuer), span(l.ThisUpdate.Sub(s.Local.Clock.Now)), instant(l.ThisUpdate)),
				Seen:  facts(seenCRL(s), clockLine(s), seenVerdict(s)),
				Hints: append(clockHint(s), Hint{CA, "or the CA's clock was ahead when it made the list", ""}),
			}, true
		},
	}
}
