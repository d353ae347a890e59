package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func clientCertificateSameSubject() Cause {
	return Cause{
		ID:       "client-certificate-same-subject",
		Title:    "the client certificate carries its CA's own name",
		Source:   "RFC 5280 section 4.1.2.4; X509_check_issued(3); OpenSSL error 18",
		Explains: []string{"client-issuer-not-trusted", "client-intermediate-missing", "client-ca-not-listed", "closed-after-connect"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c, silent := refusedFor(s, record.UnknownCA)
			if c == nil || !impostor(c) {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline: fmt.Sprintf("the client certificate and its CA have the same name (%s), so the broker takes it for self-signed",
					subject(c)),
				Seen: facts(ours(c), "subject and issuer are the same, yet its own key does not verify its signature", seenAlert(s)),
				Hints: []Hint{{
					CA, "issue the client certificate again with a subject of its own",
					"openssl req -new -key client.key -subj /CN=client -out client.csr",
				}},
			}.hushed(s, silent), true
		},
	}
}
