package cause

import (
	"fmt"
	"path/filepath"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func serverSelfSignedReplaced() Cause {
	return Cause{
		ID:       "server-self-signed-replaced",
		Title:    "the broker has a new self-signed certificate of the same name",
		Source:   "RFC 5280 section 6.1; OpenSSL error 18",
		Explains: []string{"server-self-signed", "issuer-not-trusted", "private-ca-not-given", "ca-recreated"},
		Match: func(s *evidence.Session) (Finding, bool) {
			l := s.Peer.Leaf()
			if l == nil || !untrusted(s) || !selfIssued(l) || l.Signed.OwnKey != evidence.Yes || anchor(s, l.SHA256) != nil {
				return Finding{}, false
			}
			old := issuerAmong(s.Trust.Anchors, l)
			if old == nil || !chosen(s, old) {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline: fmt.Sprintf("the broker's self-signed certificate (%s) was replaced on %s; %s holds the one of %s",
					subject(l), day(l.Dates.NotBefore), store(s), day(old.Dates.NotBefore)),
				Seen:  facts(seenCertificate("broker's certificate", l), wholeFingerprint(l), seenCertificate("trusted", old), seenVerdict(s)),
				Hints: replace(s),
			}, true
		},
	}
}

// replace are the hints that lead to trusting the new one of two certificates.
func replace(s *evidence.Session) []Hint {
	if s.Asked.CAFile == "" || len(s.Trust.Anchors) > 1 {
		return compare(s, "add it and take the old one out", ">>")
	}
	return compare(s, "replace the old one", "-out")
}

// chosen says that a trusted certificate was given for this broker, and is not
// just one of the same name in the system's store.
func chosen(s *evidence.Session, c *evidence.Certificate) bool {
	a := s.Asked
	return a.CAFile != "" && c.File == a.CAFile || a.CAPath != "" && filepath.Dir(c.File) == filepath.Clean(a.CAPath)
}
