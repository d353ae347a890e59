package cause

import (
	"fmt"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// outOfDate returns the certificate that the verdict found expired.
func outOfDate(s *evidence.Session) *evidence.Certificate {
	if verdict(s) != certs.CertHasExpired {
		return nil
	}
	c := culprit(s)
	if c == nil || !s.Local.Clock.Now.After(c.Dates.NotAfter) {
		return nil
	}
	return c
}

// tooEarly returns the certificate that the verdict found not yet valid.
func tooEarly(s *evidence.Session) *evidence.Certificate {
	if verdict(s) != certs.CertNotYetValid {
		return nil
	}
	c := culprit(s)
	if c == nil || !s.Local.Clock.Now.Before(c.Dates.NotBefore) {
		return nil
	}
	return c
}

// ownCertificate says whether c is the broker's own, at the end of its chain.
func ownCertificate(s *evidence.Session, c *evidence.Certificate) bool {
	l := s.Peer.Leaf()
	return l != nil && c != nil && l.SHA256 == c.SHA256
}

// clockLine tells what is known about this machine's clock.
func clockLine(s *evidence.Session) string {
	c := s.Local.Clock
	text := clockName(s) + ": " + instant(c.Now)
	switch c.Synchronised {
	case evidence.Yes:
		return text + ", synchronised according to the kernel"
	case evidence.No:
		return text + ", not synchronised according to the kernel"
	}
	return text
}

// clockHint is the way to make sure that the clock is not the reason.
func clockHint(s *evidence.Session) []Hint {
	if s.Local.Clock.Synchronised == evidence.Yes {
		return nil
	}
	return []Hint{{Gateway, "a wrong clock here would look the same: check it", "date -u"}}
}

// expiredHeadline compares a certificate's end with the clock.
func expiredHeadline(s *evidence.Session, what string, c *evidence.Certificate) string {
	now := s.Local.Clock.Now
	return fmt.Sprintf("%s expired %s ago (notAfter %s, %s %s)",
		what, span(now.Sub(c.Dates.NotAfter)), instant(c.Dates.NotAfter), clockName(s), instant(now))
}

// earlyHeadline compares a certificate's beginning with the clock.
func earlyHeadline(s *evidence.Session, what string, c *evidence.Certificate) string {
	now := s.Local.Clock.Now
	return fmt.Sprintf("%s is not valid for another %s (notBefore %s, %s %s)",
		what, span(c.Dates.NotBefore.Sub(now)), instant(c.Dates.NotBefore), clockName(s), instant(now))
}

// clockName says whose clock the dates are compared with.
func clockName(s *evidence.Session) string {
	if s.Observed {
		return "the clock of the capture"
	}
	return "this gateway's clock"
}

// twin returns another certificate of the same subject and key that is valid
// now: the renewed one.
func twin(s *evidence.Session, c *evidence.Certificate, now time.Time) *evidence.Certificate {
	for _, set := range [][]evidence.Certificate{s.Trust.Anchors, s.Peer.Chain} {
		for i := range set {
			o := &set[i]
			if o.SHA256 != c.SHA256 && same(o.Subject, c.Subject) && o.Key.SHA256 == c.Key.SHA256 &&
				!now.Before(o.Dates.NotBefore) && !now.After(o.Dates.NotAfter) {
				return o
			}
		}
	}
	return nil
}
