package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func unknownCriticalExtension() Cause {
	return Cause{
		ID:     "unknown-critical-extension",
		Title:  "a certificate has a critical extension that nobody here understands",
		Source: "RFC 5280 section 4.2; OpenSSL error 34",
		Match: func(s *evidence.Session) (Finding, bool) {
			c := culprit(s)
			if c == nil || verdict(s) != certs.UnhandledCriticalExtension {
				return Finding{}, false
			}
			oid := s.Verdict.Detail
			if oid == "" {
				oid = list(c.Extends.Critical)
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the certificate %s carries the critical extension %s, which this program does not understand", subject(c), oid),
				Seen:       facts(seenCertificate("certificate", c), seenVerdict(s)),
				Hints:      []Hint{{CA, "issue it again without this extension, or with the extension not critical", ""}},
			}, true
		},
	}
}
