package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func crlExpired() Cause {
	return Cause{
		ID:     "crl-expired",
		Title:  "the revocation list is out of date",
		Source: "RFC 5280 section 5.1.2.5: nextUpdate; OpenSSL error 12",
		Match: func(s *evidence.Session) (Finding, bool) {
			l := listAtFault(s, certs.CRLHasExpired)
			if l == nil {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline: fmt.Sprintf("the revocation list of %s ended %s ago (nextUpdate %s), so nobody knows what was revoked since",
					name(l.Issuer), span(s.Local.Clock.Now.Sub(l.NextUpdate)), instant(l.NextUpdate)),
				Seen:  facts(seenCRL(s), clockLine(s), seenVerdict(s)),
				Hints: append([]Hint{{Gateway, "fetch the CA's new list, and do so before each one ends", ""}}, clockHint(s)...),
			}, true
		},
	}
}
