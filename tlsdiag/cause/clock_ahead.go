package cause

import (
	"fmt"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// farAhead is how long after this program was built a clock is doubted. Few
// gateways run a program that old; a device with a wild clock is easily decades off.
const farAhead = 10 * 365 * 24 * time.Hour

func clockAhead() Cause {
	return Cause{
		ID:       "clock-ahead",
		Title:    "this device's clock is ahead",
		Source:   "RFC 5280 section 6.1.3 (a)(2) takes the current time as an input; adjtimex(2): STA_UNSYNC",
		Explains: []string{"server-certificate-expired", "ca-expired", "intermediate-expired"},
		Match: func(s *evidence.Session) (Finding, bool) {
			clock, c := s.Local.Clock, outOfDate(s)
			if c == nil || !allExpired(s) || clock.Synchronised == evidence.Yes {
				return Finding{}, false
			}
			if clock.Build.IsZero() || clock.Now.Sub(clock.Build) < farAhead {
				return Finding{}, false
			}
			return Finding{
				Confidence: Likely,
				Rival:      "ca-expired",
				Headline: fmt.Sprintf("this gateway's clock says %s, and every certificate looks expired: it is ahead",
					instant(clock.Now)),
				Seen: facts(clockLine(s), "this program was built "+day(clock.Build),
					fmt.Sprintf("%s is valid until %s", subject(c), instant(c.Dates.NotAfter)), seenVerdict(s)),
				Hints: setClock(),
			}, true
		},
	}
}

// allExpired says that no certificate of this session is valid any more.
func allExpired(s *evidence.Session) bool {
	for _, set := range [][]evidence.Certificate{s.Peer.Chain, s.Trust.Anchors} {
		for i := range set {
			if !s.Local.Clock.Now.After(set[i].Dates.NotAfter) {
				return false
			}
		}
	}
	return true
}
