package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func clientCANotListed() Cause {
	return Cause{
		ID:     "client-ca-not-listed",
		Title:  "the broker asks for certificates of other CAs",
		Source: "RFC 5246 section 7.4.4: certificate_authorities; RFC 8446 section 4.2.4",
		Explains: []string{
			"client-issuer-not-trusted", "client-intermediate-missing", "broker-cafile-intermediate-only", "closed-after-connect",
			"broker-crl-unusable",
		},
		Match: func(s *evidence.Session) (Finding, bool) {
			r, c := s.Client.Request, s.Client.Leaf()
			if r == nil || len(r.CAs) == 0 || c == nil || s.Client.Sent != evidence.Yes || !afterOurFlight(s) || listed(s, r) {
				return Finding{}, false
			}
			if a := alert(s); !hungUp(s) && a != record.UnknownCA && a != record.BadCertificate && a != record.CertificateUnknown &&
				a != record.HandshakeFailure && a != record.CertificateRequired && a != record.AccessDenied {
				return Finding{}, false
			}
			return Finding{
				Confidence: Likely,
				Rival:      "client-issuer-not-trusted",
				Headline:   fmt.Sprintf("the broker asks for certificates of %s; ours is from %s", list(names(r.CAs)), name(c.Issuer)),
				Seen:       facts(ours(c), chainSent(s), seenAlert(s)),
				Hints: []Hint{
					{Gateway, "give a certificate of one of those CAs with --cert and --key", ""},
					{Broker, fmt.Sprintf("or add the CA %s to its cafile", name(c.Issuer)), ""},
				},
			}, true
		},
	}
}

// listed says that our chain leads to a CA that the server named.
func listed(s *evidence.Session, r *evidence.CertificateRequest) bool {
	c := s.Client.Leaf()
	for range len(s.Client.Chain) + len(s.Trust.Anchors) + 1 {
		for _, n := range r.CAs {
			if same(n, c.Issuer) || same(n, c.Subject) {
				return true
			}
		}
		next := issuerAmong(s.Client.Chain, c)
		if next == nil {
			next = issuerAmong(s.Trust.Anchors, c)
		}
		if next == nil || next.SHA256 == c.SHA256 {
			return false
		}
		c = next
	}
	return false
}
