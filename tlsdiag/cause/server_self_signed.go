package cause

import (
	"fmt"
	"strings"

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
				Seen:       facts(seenCertificate("broker's certificate", l), wholeFingerprint(l), trustedHere(s), seenVerdict(s)),
				Hints:      compare(s, "add it to the CA file", ">>"),
			}, true
		},
	}
}

// compare are the hints that lead to trusting a certificate safely; into is
// how openssl x509 writes it.
func compare(s *evidence.Session, then, into string) []Hint {
	return []Hint{
		{Broker, "read the fingerprint of its certificate where it is installed", "openssl x509 -noout -fingerprint -sha256 -in server.crt"},
		{Gateway, "compare it with the one above; if they are the same, " + then,
			fmt.Sprintf("openssl s_client -connect %s </dev/null 2>/dev/null | openssl x509 %s %s", quote(at(s.Target)), into, caFile(s))},
	}
}

// wholeFingerprint is what a person compares before trusting a certificate, in
// four parts, so that it can be wrapped.
func wholeFingerprint(c *evidence.Certificate) string {
	const part = 8 * len("00:")
	text := colons(c.SHA256) + ":"
	var parts []string
	for ; len(text) >= part; text = text[part:] {
		parts = append(parts, text[:part-1])
	}
	if len(parts) == 0 {
		return ""
	}
	return "its whole fingerprint: " + strings.Join(parts, " ")
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
