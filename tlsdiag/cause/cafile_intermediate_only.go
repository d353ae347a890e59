package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func cafileIntermediateOnly() Cause {
	return Cause{
		ID:       "cafile-intermediate-only",
		Title:    "the CA file has an intermediate CA but not its root",
		Source:   "openssl-verification-options(1): without -partial_chain an anchor is self-signed; OpenSSL error 2",
		Explains: []string{"issuer-not-trusted", "private-ca-not-given", "intermediate-missing", "ca-recreated"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c := top(s)
			if c == nil || !untrusted(s) {
				return Finding{}, false
			}
			inter := topOfAnchors(s, c)
			if inter == nil || selfIssued(inter) {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline: fmt.Sprintf("%s holds the intermediate CA %s but not its root, %s",
					origin(s, inter), subject(inter), name(inter.Issuer)),
				Seen: facts(seenCertificate("trusted", inter)+", issued by "+name(inter.Issuer),
					seenCertificate("broker's certificate", s.Peer.Leaf()), seenVerdict(s)),
				Hints: []Hint{{
					Gateway, fmt.Sprintf("get the root certificate %s and append it", name(inter.Issuer)),
					fmt.Sprintf("cat root.crt >> %s", caFile(s)),
				}},
			}, true
		},
	}
}

// topOfAnchors follows c's issuers through the trusted certificates and
// returns the last that is there, or c itself if it is one of them.
func topOfAnchors(s *evidence.Session, c *evidence.Certificate) *evidence.Certificate {
	found := anchor(s, c.SHA256)
	if found != nil && found.Extends.CA != evidence.Yes {
		found = nil
	}
	for range s.Trust.Anchors {
		next := issuerAmong(s.Trust.Anchors, c)
		if next == nil || !signedBy(c, next) {
			return found
		}
		found, c = next, next
	}
	return found
}
