package cause

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func intermediateMissing() Cause {
	return Cause{
		ID:       "intermediate-missing",
		Title:    "the broker does not send its intermediate CA",
		Source:   "RFC 8446 section 4.4.2: each certificate is followed by the one that certifies it; OpenSSL error 20",
		Explains: []string{"issuer-not-trusted", "private-ca-not-given"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c, ok := unknownIssuer(s)
			if !ok || selfIssued(c) || len(s.Peer.Chain) != 1 {
				return Finding{}, false
			}
			root := relative(s, c.Issuer)
			if root == nil {
				return Finding{}, false
			}
			return Finding{
				Confidence: Likely,
				Rival:      "issuer-not-trusted",
				Headline: fmt.Sprintf("the broker sends its own certificate only; the intermediate CA %s that links it to %s is missing",
					name(c.Issuer), subject(root)),
				Seen:  facts(seenCertificate("broker's certificate", c), seenCertificate("trusted", root), seenVerdict(s)),
				Hints: chainHints(s, c),
			}, true
		},
	}
}

func chainHints(s *evidence.Session, c *evidence.Certificate) []Hint {
	return []Hint{
		{Broker, "send both: certfile with its own certificate first, the intermediate behind it",
			"cat server.crt intermediate.crt > fullchain.pem"},
		{Gateway, fmt.Sprintf("or append the certificate of %s here", name(c.Issuer)), "cat intermediate.crt >> " + caFile(s)},
	}
}

// relative returns a trusted root that belongs to the same organisation as the
// issuer that is missing.
func relative(s *evidence.Session, issuer evidence.Name) *evidence.Certificate {
	for i := range s.Trust.Anchors {
		a := &s.Trust.Anchors[i]
		if selfIssued(a) && sameHouse(a.Subject.Organization, issuer.Organization) {
			return a
		}
	}
	return nil
}

// sameHouse says that two organisations are one CA's: some write their name
// differently in roots and in intermediates.
func sameHouse(root, issuer string) bool {
	if root == "" || issuer == "" {
		return false
	}
	if strings.EqualFold(root, issuer) {
		return true
	}
	houses := [...][2]string{
		{"Internet Security Research Group", "Let's Encrypt"},
		{"Google Trust Services LLC", "Google Trust Services"},
		{"The USERTRUST Network", "Sectigo Limited"},
		{"The USERTRUST Network", "ZeroSSL"},
		{"Starfield Technologies, Inc.", "Amazon"},
	}
	for _, h := range houses {
		if root == h[0] && issuer == h[1] {
			return true
		}
	}
	return false
}
