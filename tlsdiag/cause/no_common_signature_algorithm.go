package cause

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func noCommonSignatureAlgorithm() Cause {
	return Cause{
		ID:       "no-common-signature-algorithm",
		Title:    "no signature algorithm of both sides fits the key",
		Source:   "RFC 8446 section 4.2.3; RFC 5246 section 7.4.1.4.1",
		Explains: []string{"no-common-cipher-suite", "bytes-corrupted"},
		Match: func(s *evidence.Session) (Finding, bool) {
			if h := s.Flow.ClientHello; h != nil && refusedHello(s) && disjoint(h.Signatures, taken(s).Signatures) {
				return Finding{
					Confidence: Sure,
					Headline: fmt.Sprintf("the broker's key only signs with %s, which was not offered",
						parameterNames(taken(s).Signatures)),
					Seen:  append(facts(seenAlert(s), seenOffer(s)), seenProbes(s, evidence.ProbeSignatures)...),
					Hints: []Hint{usualKey()},
				}, true
			}
			// The words of crypto/tls in auth.go, key_agreement.go and handshake_client.go.
			for _, w := range [...]struct{ words, whose string }{
				{"invalid signature algorithm", "the broker signed with an algorithm that was not offered"},
				{"unsupported signature algorithm", "the broker signed with an algorithm that is not supported here"},
				{"doesn't support any of the certificate's signature algorithms",
					"the broker takes no signature algorithm that the client certificate's key can make"},
			} {
				if !strings.Contains(s.End.Error, w.words) {
					continue
				}
				return Finding{
					Confidence: Sure,
					Headline:   w.whose,
					Seen:       facts("handshake: "+s.End.Error, seenCertificate("broker's certificate", s.Peer.Leaf()), seenOffer(s)),
					Hints:      []Hint{usualKey()},
				}, true
			}
			return Finding{}, false
		},
	}
}

func usualKey() Hint {
	return Hint{CA, "use an RSA key of 2048 bits or more or an EC key on P-256, and SHA-256", ""}
}
