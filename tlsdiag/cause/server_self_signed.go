package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func serverSelfSigned() Cause {
	return Cause{
		ID:       "server-self-signed",
		Title:    "the broker's certificate is self-signed and not trusted",
		Source:   "RFC 5280 section 6.1: self-signed certificates are trusted only as anchors; OpenSSL error 18",
		Explains: []string{"issuer-not-trusted", "private-ca-not-given", "ca-recreated"},
		Match: func(s *evidence.Session) (Finding, bool) {
			l := s.Peer.Leaf()
			if l == nil || !untrusted(s) || !selfIssued(l) || l.Signed.OwnKey != evidence.Yes || anchor(s, l.SHA256) != nil {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the broker uses a self-signed certificate (%s) that %s does not contain", subject(l), store(s)),
				Seen:       facts(seenCertificate("broker's certificate", l), "trusted here: "+trusted(s), seenVerdict(s)),
				Hints:      compare(s, l, "then add it to the CA file"),
			}, true
		},
	}
}

// compare are the hints that lead to trusting a certificate safely.
func compare(s *evidence.Session, c *evidence.Certificate, then string) []Hint {
	return []Hint{
		{Broker, "read the fingerprint of its certificate where it is installed", "openssl x509 -noout -fingerprint -sha256 -in server.crt"},
		{Gateway, fmt.Sprintf("compare it with %s, %s", colons(c.SHA256), then),
			fmt.Sprintf("openssl s_client -connect %s </dev/null 2>/dev/null | openssl x509 >> %s", quote(at(s.Target)), caFile(s))},
	}
}

// colons writes a fingerprint as openssl x509 -fingerprint does.
func colons(sha string) string {
	out := make([]byte, 0, len(sha)*3/2)
	for i := 0; i < len(sha); i++ {
		if i > 0 && i%2 == 0 {
			out = append(out, ':')
		}
		c := sha[i]
		if c >= 'a' && c <= 'f' {
			c -= 'a' - 'A'
		}
		out = append(out, c)
	}
	return string(out)
}
