package cause

import (
	"fmt"
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// refused returns this client's certificate if the broker asked for one, got
// it, and ended the connection with one of these alerts.
func refused(s *evidence.Session, codes ...int) *evidence.Certificate {
	if s.Client.Sent != evidence.Yes || !slices.Contains(codes, alert(s)) || !afterOurFlight(s) {
		return nil
	}
	return s.Client.Leaf()
}

// refusedFor is refused for a cause that stands in the certificate itself: the
// alert need not tell it then. Some servers send one that gives no reason (Go's
// bad_certificate, Java's certificate_unknown, access_denied of GnuTLS's), and
// Node judges after the handshake and hangs up without an alert: silent.
func refusedFor(s *evidence.Session, codes ...int) (c *evidence.Certificate, silent bool) {
	codes = append(codes, record.BadCertificate, record.CertificateUnknown, record.AccessDenied)
	if c := refused(s, codes...); c != nil {
		return c, false
	}
	c = hungUpOn(s)
	return c, c != nil
}

// hungUpOn returns this client's certificate if the broker got it and hung up
// without an alert.
func hungUpOn(s *evidence.Session) *evidence.Certificate {
	if s.Client.Sent != evidence.Yes || !hungUp(s) || !afterOurFlight(s) || s.Answer != nil {
		return nil
	}
	return s.Client.Leaf()
}

// distrusted returns this client's certificate if the broker refused it, as it
// seems for want of a chain to a CA that it trusts, and how sure that is.
// OpenSSL, Go and Erlang say unknown_ca; Java and AWS certificate_unknown, as
// for much else; GnuTLS's server access_denied; Node hangs up.
func distrusted(s *evidence.Session) (c *evidence.Certificate, sure Confidence, silent bool) {
	if c := refused(s, record.UnknownCA); c != nil {
		return c, Likely, false
	}
	if c := refused(s, record.CertificateUnknown); c != nil && sound(s, c) {
		return c, Likely, false
	}
	if c := refused(s, record.AccessDenied); c != nil && sound(s, c) {
		return c, Guess, false
	}
	if c := hungUpOn(s); c != nil && sound(s, c) {
		return c, Likely, true
	}
	return nil, "", false
}

// hushed lowers the confidence of a finding for which there was no alert.
func (f Finding) hushed(s *evidence.Session, silent bool) Finding {
	if silent {
		f.Confidence = Likely
		if s.Stage == evidence.StageEstablished {
			f.Rival = "closed-after-connect"
		}
		f.Seen = append(f.Seen, fmt.Sprintf("%s %s without an alert", at(s.Target), closing(s)))
	}
	return f
}

// afterOurFlight says that the server has had our second flight, with the
// Certificate message in it.
func afterOurFlight(s *evidence.Session) bool {
	return s.Stage == evidence.StageClientFlight || s.Stage == evidence.StageEstablished
}

// ours identifies this client's certificate.
func ours(c *evidence.Certificate) string {
	text := fmt.Sprintf("our certificate: %s, SHA-256 %s", subject(c), fingerprint(c.SHA256))
	if c.File != "" {
		text += ", " + place(c)
	}
	return text + ", issued by " + name(c.Issuer)
}

// orCertificate is the file with this client's certificate, for a command.
func orCertificate(path string) string {
	if path == "" {
		return "client.crt"
	}
	return path
}

// ourFile names this client's certificate by its file, or by its subject where
// it came from none.
func ourFile(c *evidence.Certificate) string {
	if c.File == "" {
		return subject(c)
	}
	return c.File
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

// otherKey returns the CA here that has the name of our certificate's issuer and,
// by the key ids, another key: the CA was made anew.
func otherKey(s *evidence.Session) *evidence.Certificate {
	ca := issuerOfOurs(s)
	if ca == nil || ca.Extends.SubjectKeyID == "" || s.Client.Leaf().Extends.AuthorityKeyID == "" || keyIDsAgree(s.Client.Leaf(), ca) {
		return nil
	}
	return ca
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
