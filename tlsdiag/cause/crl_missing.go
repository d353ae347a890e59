package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func crlMissing() Cause {
	return Cause{
		ID:     "crl-missing",
		Title:  "there is no revocation list of the CA that issued the broker's certificate",
		Source: "RFC 5280 section 6.3.3; OpenSSL errors 3 and 33",
		Match: func(s *evidence.Session) (Finding, bool) {
			c := culprit(s)
			if c == nil || verdict(s) != certs.UnableToGetCRL && verdict(s) != certs.UnableToGetCRLIssuer {
				return Finding{}, false
			}
			var issuers []string
			for _, l := range s.Trust.CRLs {
				issuers = append(issuers, name(l.Issuer))
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("--crl-file has no list for the broker's certificate, which %s issued", name(c.Issuer)),
				Seen:       facts("the lists given are those of "+list(issuers), seenCertificate("broker's certificate", c), seenVerdict(s)),
				Hints: []Hint{
					{CA, "get the revocation list of " + name(c.Issuer), ""},
					{Gateway, "append it to the file of --crl-file, or give it with another --crl-file", ""},
				},
			}, true
		},
	}
}
