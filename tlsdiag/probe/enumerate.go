package probe

import (
	"context"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// maxRounds bounds how many connections one enumeration takes. OpenSSL's widest
// list with one certificate comes to about 70.
const maxRounds = 80

// enumerate asks again and again, each time without what the server picked
// before, until it refuses. pick returns what it picked of an answer, 0 for
// nothing.
func (p *prober) enumerate(ctx context.Context, kind evidence.ProbeKind, offer []uint16,
	hello func(offer []uint16) Hello, pick func(*evidence.ServerHello) uint16) []uint16 {
	p.begin(kind)
	var found []uint16
	var first evidence.Probe
	rounds := 0
	for offer = slices.Clone(offer); len(offer) > 0 && rounds < maxRounds && !p.over(ctx); {
		out := p.ask(ctx, hello(offer))
		if rounds++; rounds == 1 {
			first = out
		}
		if !out.Answered() {
			break
		}
		i := slices.Index(offer, pick(out.ServerHello))
		if i < 0 {
			break
		}
		found = append(found, offer[i])
		offer = slices.Delete(offer, i, i+1)
	}
	if rounds > 0 {
		p.note(kind, rounds, first)
	}
	return found
}

// suites finds the cipher suites of TLS 1.3, and of the newest version before it.
func (p *prober) suites(ctx context.Context) {
	for _, limit := range [...]evidence.Version{evidence.TLS13, evidence.TLS12} {
		v := p.newest(limit)
		if v == 0 || limit == evidence.TLS13 && v < limit {
			continue
		}
		h := p.base(v)
		found := p.enumerate(ctx, evidence.ProbeSuites, h.Suites,
			func(offer []uint16) Hello { h.Suites = offer; return h },
			func(answer *evidence.ServerHello) uint16 { return answer.CipherSuite })
		for _, id := range found {
			p.out.Offers.Suites = append(p.out.Offers.Suites, p.suite(id).describe(v))
		}
	}
}

func (p *prober) suite(id uint16) Suite {
	for _, s := range p.cfg.Suites {
		if s.ID == id {
			return s
		}
	}
	return Suite{ID: id}
}

// groups finds the key exchange groups. In TLS 1.3 a ClientHello without a key
// share is answered with the group that is wanted (RFC 8446 section 4.1.4).
func (p *prober) groups(ctx context.Context) {
	v := p.newest(evidence.TLS13)
	if v == 0 {
		return
	}
	h := p.base(v)
	h.Share = 0
	if v < evidence.TLS13 {
		if h.Suites = p.found(v, "ECDHE_"); len(h.Suites) == 0 {
			return
		}
	}
	found := p.enumerate(ctx, evidence.ProbeGroups, h.Groups,
		func(offer []uint16) Hello { h.Groups = offer; return h },
		func(answer *evidence.ServerHello) uint16 { return answer.Group })
	for _, id := range found {
		p.out.Offers.Groups = append(p.out.Offers.Groups, named(groups(), id))
	}
}

// signatures finds what the server's key can sign with. TLS 1.2 shows the
// algorithm that was picked; TLS 1.3 hides it, so each is offered alone.
func (p *prober) signatures(ctx context.Context) {
	var found []uint16
	signed := p.found(evidence.TLS12, "ECDHE_RSA", "ECDHE_ECDSA", "DHE_RSA", "DHE_DSS")
	switch {
	case len(signed) > 0:
		h := p.base(evidence.TLS12)
		h.Suites = signed
		found = p.enumerate(ctx, evidence.ProbeSignatures, h.Signatures,
			func(offer []uint16) Hello { h.Signatures = offer; return h },
			func(answer *evidence.ServerHello) uint16 { return answer.Signature })
	case p.newest(evidence.TLS13) == evidence.TLS13:
		found = p.signatures13(ctx)
	}
	for _, id := range found {
		p.out.Offers.Signatures = append(p.out.Offers.Signatures, named(signatures(), id))
	}
}

func (p *prober) signatures13(ctx context.Context) []uint16 {
	p.begin(evidence.ProbeSignatures)
	var found []uint16
	var first evidence.Probe
	rounds := 0
	h := p.base(evidence.TLS13)
	for _, id := range allSignatures() {
		if p.over(ctx) {
			break
		}
		h.Signatures = []uint16{id}
		out := p.ask(ctx, h)
		if rounds++; rounds == 1 || out.Answered() && !first.Answered() {
			first = out
		}
		if out.Answered() {
			found = append(found, id)
		}
	}
	if rounds > 0 {
		p.note(evidence.ProbeSignatures, rounds, first)
	}
	return found
}

// found are the suites of a version that were found, with one of these key
// exchanges.
func (p *prober) found(v evidence.Version, exchanges ...string) []uint16 {
	var out []uint16
	for _, s := range p.out.Offers.Suites {
		if s.Version == v && slices.ContainsFunc(exchanges, func(x string) bool { return strings.HasPrefix(s.IANA, "TLS_"+x) }) {
			out = append(out, s.ID)
		}
	}
	return out
}
