package cause

import (
	"fmt"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

func clockBehind() Cause {
	return Cause{
		ID:       "clock-behind",
		Title:    "this device's clock is behind",
		Source:   "RFC 5280 section 6.1.3 (a)(2) takes the current time as an input; adjtimex(2): STA_UNSYNC",
		Explains: []string{"server-certificate-not-yet-valid"},
		Match: func(s *evidence.Session) (Finding, bool) {
			c := tooEarly(s)
			if c == nil {
				return Finding{}, false
			}
			confidence, why := behind(s)
			if why == "" {
				return Finding{}, false
			}
			f := Finding{
				Confidence: confidence,
				Headline:   fmt.Sprintf("this gateway's clock says %s, %s: it is behind", instant(s.Local.Clock.Now), why),
				Seen: facts(clockLine(s), fmt.Sprintf("%s is valid from %s", subject(c), instant(c.Dates.NotBefore)),
					seenVerdict(s)),
				Hints: setClock(),
			}
			if confidence != Sure {
				f.Rival = "server-certificate-not-yet-valid"
			}
			return f, true
		},
	}
}

func setClock() []Hint {
	return []Hint{
		{Gateway, "set the time, and let it be kept over the network", "timedatectl set-ntp true"},
		{Gateway, "if a power cut undoes it, the clock's battery is empty, or there is none", ""},
	}
}

// behind says by what this machine's clock is shown to be behind.
func behind(s *evidence.Session) (Confidence, string) {
	clock := s.Local.Clock
	if !clock.Build.IsZero() && clock.Now.Before(clock.Build) {
		return Sure, "which is before this program was built (" + day(clock.Build) + ")"
	}
	if clock.Synchronised == evidence.Yes {
		return "", ""
	}
	if f := s.Local.File(evidence.RoleCAFile); f != nil && !f.Time.IsZero() && clock.Now.Add(time.Minute).Before(f.Time) {
		return Likely, "which is before " + f.Path + " was written (" + day(f.Time) + ")"
	}
	for i := range s.Trust.Anchors {
		if a := &s.Trust.Anchors[i]; a.File != "" && clock.Now.Before(a.Dates.NotBefore) {
			return Likely, fmt.Sprintf("which is before the CA certificate in %s became valid (%s)", a.File, day(a.Dates.NotBefore))
		}
	}
	if clock.Synchronised == evidence.No && clock.Now.Year() < 2020 {
		return Likely, "and the kernel has it as not synchronised"
	}
	return "", ""
}
