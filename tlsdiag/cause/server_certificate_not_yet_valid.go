package cause

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

func serverCertificateNotYetValid() Cause {
	return Cause{
		ID:     "server-certificate-not-yet-valid",
		Title:  "the broker's certificate is valid from a later date",
		Source: "RFC 5280 section 6.1.3 (a)(2); OpenSSL error 9",
		Match: func(s *evidence.Session) (Finding, bool) {
			c := tooEarly(s)
			if c == nil {
				return Finding{}, false
			}
			what := "the broker's certificate"
			if !ownCertificate(s, c) {
				what = "the CA certificate " + subject(c)
			}
			return Finding{
				Confidence: Sure,
				Headline:   earlyHeadline(s, what, c),
				Seen:       facts(seenCertificate("certificate", c), clockLine(s), seenVerdict(s)),
				Hints: append([]Hint{{
					CA, "was the clock of the machine that issued it ahead? Then issue it again", "",
				}}, clockHint(s)...),
			}, true
		},
	}
}
