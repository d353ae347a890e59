package cause

import (
	"fmt"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Warnings returns what is worth a line although the connection works, the
// most urgent first.
func Warnings() []Cause { return []Cause{serverCertificateExpiresSoon(), nameInCommonNameOnly()} }

// Warn returns the first warning that matches.
func Warn(s *evidence.Session) (Finding, bool) {
	for _, c := range Warnings() {
		if f, ok := c.Match(s); ok {
			f.ID = c.ID
			return f, true
		}
	}
	return Finding{}, false
}

// soon is how long before its end a certificate is worth a warning.
const soon = 14 * 24 * time.Hour

func serverCertificateExpiresSoon() Cause {
	return Cause{
		ID:     "server-certificate-expires-soon",
		Title:  "the broker's certificate ends within 14 days (warning)",
		Source: "RFC 5280 section 4.1.2.5",
		Match: func(s *evidence.Session) (Finding, bool) {
			l, now := s.Peer.Leaf(), s.Local.Clock.Now
			if l == nil || now.After(l.Dates.NotAfter) || l.Dates.NotAfter.Sub(now) > soon {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the broker's certificate expires in %s (notAfter %s)", span(l.Dates.NotAfter.Sub(now)), instant(l.Dates.NotAfter)),
				Seen:       facts(seenCertificate("broker's certificate", l), clockLine(s)),
				Hints:      []Hint{{Broker, "renew the certificate before then", ""}},
			}, true
		},
	}
}

func nameInCommonNameOnly() Cause {
	return Cause{
		ID:     "name-in-common-name-only",
		Title:  "the name matched by Common Name only (warning)",
		Source: "RFC 9525 section 2 and appendix A: the Common Name is no longer compared; X509_check_host(3)",
		Match: func(s *evidence.Session) (Finding, bool) {
			l := s.Peer.Leaf()
			if l == nil || s.Peer.NameInCommonName != evidence.Yes || s.Asked.Insecure {
				return Finding{}, false
			}
			return Finding{
				Confidence: Sure,
				Headline:   fmt.Sprintf("the broker's certificate has %s in its Common Name only; newer clients refuse this", s.Target.Name()),
				Seen:       facts(seenCertificate("broker's certificate", l), seenNames(l)),
				Hints:      []Hint{reissue("DNS:" + s.Target.Name())},
			}, true
		},
	}
}
