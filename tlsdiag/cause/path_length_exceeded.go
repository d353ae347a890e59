package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func pathLengthExceeded() Cause {
	return Cause{
		ID:     "path-length-exceeded",
		Title:  "more CAs follow one another than a CA allows",
		Source: "RFC 5280 section 4.2.1.9: pathLenConstraint; OpenSSL error 25",
		Match: func(s *evidence.Session) (Finding, bool) {
			if verdict(s) != certs.PathLengthExceeded {
				return Finding{}, false
			}
			c := culprit(s)
			if c == nil {
				return Finding{}, false
			}
			allowed := "no CA"
			if n := c.Extends.PathLength; n > 0 {
				allowed = plural(n, "CA", "CAs")
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("%s allows %s below it; the broker's chain has more", subject(c), allowed),
				Seen: facts(seenCertificate("limiting CA", c), fmt.Sprintf("basicConstraints pathlen:%d", c.Extends.PathLength),
					sent(s), seenVerdict(s)),
				Hints: []Hint{{CA, fmt.Sprintf("issue it directly from %s, or that CA again with a larger pathlen", subject(c)), ""}},
			}, true
		},
	}
}
