package cause

import (
	"fmt"
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// refused returns this client's certificate if the broker asked for one, got
// it, and ended the connection with one of these alerts.
func refused(s *evidence.Session, codes ...int) *evidence.Certificate {
	if s.Client.Sent != evidence.Yes || !slices.Contains(codes, alert(s)) || !afterOurFlight(s) {
		return nil
	}
	return s.Client.Leaf()
}

// afterOurFlight says that the server has had our second flight, with the
// Certificate message in it.
func afterOurFlight(s *evidence.Session) bool {
	return s.Stage == evidence.StageClientFlight || s.Stage == evidence.StageEstablished
}

// ours identifies this client's certificate.
func ours(c *evidence.Certificate) string {
	return seenCertificate("our certificate", c) + ", issued by " + name(c.Issuer)
}

// issuerOfOurs returns the certificate that issued this client's, if it is in
// the chain that was sent or among the trusted CAs.
func issuerOfOurs(s *evidence.Session) *evidence.Certificate {
	c := s.Client.Leaf()
	if c == nil {
		return nil
	}
	if ca := issuerAmong(s.Client.Chain, c); ca != nil {
		return ca
	}
	return issuerAmong(s.Trust.Anchors, c)
}

// sound says that nothing in this client's certificate explains a refusal.
func sound(s *evidence.Session, c *evidence.Certificate) bool {
	now := s.Local.Clock.Now
	return !now.Before(c.Dates.NotBefore) && !now.After(c.Dates.NotAfter) &&
		!lacksPurpose(c, PurposeClient) && len(c.Extends.Critical) == 0 && !impostor(c)
}

// impostor says that a certificate has its issuer's name without being signed
// with its own key.
func impostor(c *evidence.Certificate) bool {
	return selfIssued(c) && c.Signed.OwnKey == evidence.No
}

// chainSent tells what was sent.
func chainSent(s *evidence.Session) string {
	n := len(s.Client.Chain)
	if n < 2 {
		return "it was sent alone"
	}
	return fmt.Sprintf("%d certificates were sent, the last: %s", n, subject(&s.Client.Chain[n-1]))
}
