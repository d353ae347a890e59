package cause

import (
	"fmt"
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// offered returns the lowest and the highest version of the ClientHello.
func offered(s *evidence.Session) (lowest, highest evidence.Version) {
	h := s.Flow.ClientHello
	if h == nil {
		return 0, 0
	}
	for _, v := range h.Versions {
		if lowest == 0 || v < lowest {
			lowest = v
		}
		highest = max(highest, v)
	}
	return lowest, highest
}

// noVersion says that the handshake failed for want of a common version, and
// which one the server picked, if it did.
func noVersion(s *evidence.Session) (picked evidence.Version, ok bool) {
	lowest, _ := offered(s)
	if lowest == 0 {
		return 0, false
	}
	if h := s.Flow.ServerHello; h != nil {
		return h.Version, h.Version < lowest
	}
	refused := alert(s) == record.ProtocolVersion && s.Stage == evidence.StageHello
	if !refused && !refusedHello(s) {
		return 0, false
	}
	newest, too := newestSpoken(s)
	if newest != 0 && newest < lowest {
		return newest, true
	}
	return 0, refused || too
}

// newestSpoken is the newest version that a probe was answered in. too says
// that the broker speaks none that our ClientHello offered.
func newestSpoken(s *evidence.Session) (newest evidence.Version, too bool) {
	too = s.Flow.ClientHello != nil
	for _, v := range taken(s).Versions {
		if v.Spoken == evidence.Yes {
			newest = max(newest, v.Version)
			too = too && !slices.Contains(s.Flow.ClientHello.Versions, v.Version)
		}
	}
	return newest, too && newest != 0
}

// seenVersions tells what was offered and what came back.
func seenVersions(s *evidence.Session) []string {
	lowest, highest := offered(s)
	offer := fmt.Sprintf("offered: %s to %s", lowest, highest)
	if lowest == highest {
		offer = fmt.Sprintf("offered: %s only", lowest)
	}
	picked := ""
	if h := s.Flow.ServerHello; h != nil {
		picked = fmt.Sprintf("the broker's ServerHello picked %s", h.Version)
	}
	return append(facts(offer, picked, seenAlert(s)), seenVersionProbes(s)...)
}

func seenVersionProbes(s *evidence.Session) []string {
	return seenProbes(s, evidence.ProbeTLS13, evidence.ProbeTLS12, evidence.ProbeTLS11, evidence.ProbeTLS10)
}

// probeVersion is a command that shows whether the broker has a version.
func probeVersion(s *evidence.Session, flag string) string {
	return fmt.Sprintf("openssl s_client -connect %s %s </dev/null", quote(at(s.Target)), flag)
}
