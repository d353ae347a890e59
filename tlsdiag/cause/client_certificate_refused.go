package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func clientCertificateRefused() Cause {
	return Cause{
		ID:       "client-certificate-refused",
		Title:    "the broker refused the client after the handshake with an alert that is encrypted",
		Source:   "RFC 8446 section 4.4.2.4: a client's certificate is judged after its last message; sections 5.2 and 6: alerts are encrypted",
		Explains: []string{"closed-after-connect", "no-connack"},
		Match: func(s *evidence.Session) (Finding, bool) {
			a := hiddenAlert(s)
			if a == nil || s.Client.Requested == evidence.No {
				return Finding{}, false
			}
			f := Finding{
				Confidence: Guess,
				Rival:      "closed-after-connect",
				Headline:   "the broker ended the connection right after the handshake with an encrypted alert, most often because of the client's certificate",
				Seen:       facts(seenNegotiated(s), seenHidden(a), seenFlight(s)),
				Hints: []Hint{
					keyLogHint(),
					{Broker, "or look into its log for this moment", ""},
				},
			}
			if s.Client.Sent == evidence.Yes {
				f.Confidence = Likely
				f.Headline = "the broker refused the client's certificate with an alert that is encrypted"
			}
			return f, true
		},
	}
}

// hiddenAlert is the alert with which the broker of somebody else's connection
// ended it after the handshake, and which cannot be read.
func hiddenAlert(s *evidence.Session) *evidence.Alert {
	if !s.Observed || s.Stage != evidence.StageEstablished || s.Answer != nil {
		return nil
	}
	for i := range s.Flow.Alerts {
		if a := &s.Flow.Alerts[i]; a.From == evidence.SideServer && a.Code == evidence.AlertUnread {
			return a
		}
	}
	return nil
}

func seenHidden(a *evidence.Alert) string {
	return fmt.Sprintf("the broker's last record, in packet %d, has the length of an alert, and nothing came before it", a.Packet)
}

// seenFlight tells what the lengths of the client's records tell.
func seenFlight(s *evidence.Session) string {
	if s.Client.Sent != evidence.Yes {
		return ""
	}
	return "by the length of its records, the client sent a certificate"
}
