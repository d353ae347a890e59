package cause

import (
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// All returns everything that is wrong, in the order in which it has to be put
// right, and then what is worth a warning. It is for evidence with
// [evidence.Probes]; of other evidence it tells little more than [Find].
func All(s *evidence.Session) (failures, warnings []Finding) {
	var all findings
	if p := s.Probes; p != nil {
		for i := range p.Loads {
			all.add(first(&p.Loads[i]))
		}
	}
	if s.End.How != "" || s.Connack != 0 {
		all.add(decisive(s))
	}
	if s.Probes != nil {
		all.add(verdicts(s))
		if b := s.Probes.Beyond; b != nil && b.End.How != "" {
			all.add(decisive(b))
		}
	}
	for i := range all {
		all[i].Also = nil // they stand below
	}
	if s.Probes != nil && len(s.Probes.Loads) > 0 {
		all = slices.DeleteFunc(all, blamesLoads)
	}
	return all, all.warnings(s)
}

// blamesLoads says that a finding is what comes of a file that was left out,
// or may be.
func blamesLoads(f Finding) bool {
	return f.ID == Unclassified || slices.ContainsFunc(clientCertificate(), func(c Cause) bool { return c.ID == f.ID })
}

// findings have one element for each cause.
type findings []Finding

func (all *findings) add(more []Finding) {
	for _, f := range more {
		if !slices.ContainsFunc(*all, func(g Finding) bool { return g.ID == f.ID }) {
			*all = append(*all, f)
		}
	}
}

func (all *findings) warnings(s *evidence.Session) []Finding {
	var out findings
	for _, c := range append(Warnings(), longClientHelloLost()) {
		if f, ok := c.Match(s); ok && !slices.ContainsFunc(*all, func(g Finding) bool { return g.ID == c.ID }) {
			f.ID = c.ID
			out.add([]Finding{f})
		}
	}
	return out
}

// first is the finding of a session that failed.
func first(s *evidence.Session) []Finding {
	if f, ok := Find(s); ok {
		return []Finding{f}
	}
	return nil
}

// decisive is the finding of a session that failed, and what else is sure.
func decisive(s *evidence.Session) []Finding {
	out := first(s)
	if len(out) == 0 {
		return nil
	}
	for _, f := range matching(s, List()) {
		if f.Confidence == Sure && f.ID != out[0].ID {
			out = append(out, f)
		}
	}
	return out
}

// verdicts is what stands behind the verdict that ended the handshake. What
// the caller does not want to have judged is left out.
func verdicts(s *evidence.Session) []Finding {
	var out []Finding
	if s.Asked.NoVerify {
		return nil
	}
	for i := range s.Probes.Verdicts {
		v := s.Probes.Verdicts[i]
		if s.Asked.Insecure && AboutName(v) {
			continue
		}
		t := *s
		t.Verdict = &v
		for _, f := range matching(&t, append(serverCertificate(), serverName()...)) {
			if f.Confidence != Guess && (AboutName(v) || !nameCause(f.ID)) {
				out = append(out, f)
			}
		}
	}
	return out
}

// AboutName says that a verdict is about the name that was dialled.
func AboutName(v evidence.Verdict) bool {
	n := certs.ErrorNumber(v.Error)
	return n == certs.HostnameMismatch || n == certs.IPAddressMismatch
}

func nameCause(id string) bool {
	return slices.ContainsFunc(serverName(), func(c Cause) bool { return c.ID == id })
}
