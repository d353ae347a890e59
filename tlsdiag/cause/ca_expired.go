package cause

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func caExpired() Cause {
	return Cause{
		ID:     "ca-expired",
		Title:  "the root CA expired",
		Source: "RFC 5280 section 6.1; OpenSSL error 10, at the depth of the root",
		Match: func(s *evidence.Session) (Finding, bool) {
			c := outOfDate(s)
			if c == nil || ownCertificate(s, c) || !selfIssued(c) {
				return Finding{}, false
			}
			return expiredAuthority(s, c, "the CA certificate"), true
		},
	}
}

// expiredAuthority is the finding for a certificate above the broker's own.
func expiredAuthority(s *evidence.Session, c *evidence.Certificate, what string) Finding {
	now := s.Local.Clock.Now
	where := " sent by the broker"
	if c.File != "" {
		where = " in " + c.File
	}
	f := Finding{
		Confidence: Sure,
		Headline:   expiredHeadline(s, fmt.Sprintf("%s %s%s", what, subject(c), where), c),
		Seen:       facts(seenCertificate("expired", c), ownDates(s), clockLine(s), seenVerdict(s)),
	}
	if t := twin(s, c, now); t != nil {
		f.Hints = []Hint{{
			Gateway, fmt.Sprintf("a renewed one of the same key is there already (%s, valid until %s): take the expired one out",
				place(t), day(t.Dates.NotAfter)), "",
		}}
		return f
	}
	if c.File != "" {
		f.Hints = []Hint{{Gateway, fmt.Sprintf("put the CA's renewed certificate into %s", c.File), ""}}
	} else {
		f.Hints = []Hint{{Broker, "send the renewed CA certificate in certfile", ""}}
	}
	f.Hints = append(f.Hints, clockHint(s)...)
	return f
}

// ownDates tells whether the broker's own certificate is in date.
func ownDates(s *evidence.Session) string {
	l, now := s.Peer.Leaf(), s.Local.Clock.Now
	if l == nil || now.After(l.Dates.NotAfter) || now.Before(l.Dates.NotBefore) {
		return ""
	}
	return fmt.Sprintf("the broker's own certificate (%s) is valid until %s", subject(l), day(l.Dates.NotAfter))
}
