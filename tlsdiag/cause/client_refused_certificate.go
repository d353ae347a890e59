package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func clientRefusedCertificate() Cause {
	return Cause{
		ID:     "client-refused-certificate",
		Title:  "the client refused the broker's certificate, and what was captured does not show why",
		Source: "RFC 8446 section 6.2 and 4.4.2: alerts about certificates, which TLS 1.3 encrypts",
		Match: func(s *evidence.Session) (Finding, bool) {
			a := refusalSeen(s)
			if a == nil {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Likely,
				Headline:   "the client refused what the broker sent with an alert that is encrypted, most likely for the broker's certificate",
				Seen:       facts(seenRefusal(a), seenCertificate("broker's certificate", s.Peer.Leaf()), hiddenChain(s)),
				Hints:      []Hint{{Gateway, "say what the client trusts, so that it can be compared: --cafile ca.crt", ""}},
			}
			if a.Code > 0 {
				d := record.Describe(a.Code)
				f.Confidence = Sure
				f.Headline = fmt.Sprintf("the client refused the broker's certificate: alert %d %s says that it %s", d.Code, d.Name, d.Meaning)
			}
			if s.Peer.Leaf() == nil {
				f.Hints = []Hint{keyLogHint(), {Gateway, "or ask the broker from the client's machine: culex tlsdiag probe", ""}}
			}
			return f, true
		},
	}
}

// refusalSeen is the alert with which somebody else's client ended the
// handshake because of a certificate, or one that hides its reason.
func refusalSeen(s *evidence.Session) *evidence.Alert {
	if !s.Observed || s.Stage != evidence.StageServerFlight || verdict(s) != 0 || serverAlert(s) != nil {
		return nil
	}
	for i := range s.Flow.Alerts {
		a := &s.Flow.Alerts[i]
		if a.From != evidence.SideClient {
			continue
		}
		switch a.Code {
		case evidence.AlertUnread, record.BadCertificate, record.UnsupportedCertificate, record.CertificateRevoked, record.CertificateExpired,
			record.CertificateUnknown, record.UnknownCA, record.DecryptError, record.InternalError:
			return a
		}
	}
	return nil
}

func seenRefusal(a *evidence.Alert) string {
	what := "an encrypted alert"
	if a.Code >= 0 {
		d := record.Describe(a.Code)
		what = fmt.Sprintf("alert %d %s", d.Code, d.Name)
	}
	if a.Packet > 0 {
		what += fmt.Sprintf(" in packet %d", a.Packet)
	}
	return "the client sent " + what + " after the broker's ServerHello"
}

// hiddenChain says that the broker's chain is not to be seen.
func hiddenChain(s *evidence.Session) string {
	if s.Peer.Leaf() != nil {
		return "nothing in the certificates that were sent explains it by itself: what the client trusts is not in the capture"
	}
	return "TLS 1.3 encrypts the broker's certificate"
}

// keyLogHint is the way to open a capture of TLS 1.3.
func keyLogHint() Hint {
	return Hint{Gateway, "capture again with the client's keys: --tls-keylog there, --keylog here", ""}
}
