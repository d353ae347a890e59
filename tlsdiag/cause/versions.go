package cause

import (
	"fmt"

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
	return 0, alert(s) == record.ProtocolVersion && s.Stage == evidence.StageHello
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
	return facts(offer, picked, seenAlert(s))
}

// probeVersion is a command that shows whether the broker has a version.
func probeVersion(s *evidence.Session, flag string) string {
	return fmt.Sprintf("openssl s_client -connect %s %s </dev/null", quote(at(s.Target)), flag)
}
