// Package probe asks a server what it takes, with a few connections of its own
// that say more than one attempt can: other versions, every cipher suite that
// OpenSSL has, a plain CONNECT, with and without a server name. It knows
// nothing of how the server is reached and sends nothing that is secret; none
// of its handshakes is completed.
package probe

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// Config is what to probe.
type Config struct {
	// Dial makes one connection to the server, on which TLS may begin.
	Dial func(context.Context) (net.Conn, error)
	// Connect is an MQTT CONNECT without user name and password; nil leaves
	// plain MQTT out.
	Connect []byte
	// ServerName is sent in the ClientHello; empty for an address.
	ServerName string
	// ALPN are protocols to offer beside those that MQTT services have.
	ALPN []string
	// Suites is every cipher suite to offer, in the order of preference.
	Suites []Suite
	// Each bounds one connection, Total all of them.
	Each, Total time.Duration
	// Now is the clock.
	Now func() time.Time
	// Random is a source of random bytes.
	Random io.Reader
	// Progress is called before each probe; nil if nobody watches.
	Progress func(evidence.ProbeKind)
}

// Run makes the probes one after the other, so as not to run into a broker's
// limits, and returns what they showed. It ends early when the server has
// stopped to answer, or does not speak TLS at all.
func Run(ctx context.Context, cfg Config) evidence.Probes {
	ctx, cancel := context.WithTimeout(ctx, cfg.Total)
	defer cancel()
	p := &prober{cfg: cfg, serverName: cfg.ServerName}
	for _, step := range []func(context.Context){
		p.connect, p.versions, p.psk, p.sizes, p.names, p.protocols, p.suites, p.groups, p.signatures,
	} {
		if p.over(ctx) {
			break
		}
		step(ctx)
	}
	p.over(ctx)
	return p.out
}

// prober is the state of one run.
type prober struct {
	cfg Config
	out evidence.Probes
	// serverName is sent; none where the server does not know it.
	serverName string
	// unanswered counts the latest connections that nothing came of.
	unanswered int
}

// patience is how many connections in a row may go without an answer.
const patience = 3

// over says that no further probe is to be made, and notes why.
func (p *prober) over(ctx context.Context) bool {
	switch {
	case p.out.CutShort != "":
	case context.Cause(ctx) == context.DeadlineExceeded:
		p.out.CutShort = fmt.Sprintf("the time for all probes, %s, was over", p.cfg.Total)
	case ctx.Err() != nil:
		p.out.CutShort = "interrupted"
	case p.unanswered >= patience:
		p.out.CutShort = fmt.Sprintf("%d connections in a row had no complete answer", p.unanswered)
	}
	return p.out.CutShort != ""
}

// begin tells who watches.
func (p *prober) begin(kind evidence.ProbeKind) {
	if p.cfg.Progress != nil {
		p.cfg.Progress(kind)
	}
}

// note keeps what came of a probe, and returns it.
func (p *prober) note(kind evidence.ProbeKind, connections int, out evidence.Probe) *evidence.Probe {
	out.Number, out.Kind = len(p.out.Runs)+1, kind
	if connections > 1 {
		out.Connections = connections
	}
	p.out.Runs = append(p.out.Runs, out)
	return &p.out.Runs[len(p.out.Runs)-1]
}

// count counts connections that nothing came of, or not enough.
func (p *prober) count(err error) {
	if p.unanswered++; err == nil {
		p.unanswered = 0
	}
}

// connect sends a plain CONNECT.
func (p *prober) connect(ctx context.Context) {
	if p.cfg.Connect == nil {
		return
	}
	p.begin(evidence.ProbeConnect)
	out, err := p.exchange(ctx, p.cfg.Connect)
	p.count(err)
	p.note(evidence.ProbeConnect, 1, out)
}

// ask sends one ClientHello.
func (p *prober) ask(ctx context.Context, h Hello) evidence.Probe {
	out, err := p.hello(ctx, h)
	p.count(err)
	return out
}

// base is a ClientHello of one version with everything in it.
func (p *prober) base(v evidence.Version) Hello {
	h := Hello{
		Lowest: v, Highest: v, Suites: p.suitesOf(v, func(Suite) bool { return true }), Groups: numbers(groups()),
		Signatures: allSignatures(), ServerName: p.serverName,
	}
	if v >= evidence.TLS13 {
		h.Share = x25519
	}
	return h
}

// suitesOf are the suites that are fit for a version.
func (p *prober) suitesOf(v evidence.Version, wanted func(Suite) bool) []uint16 {
	var out []uint16
	for _, s := range p.cfg.Suites {
		// SRP needs a user name in the ClientHello (RFC 5054).
		if new13 := s.ID>>8 == 0x13; new13 == (v >= evidence.TLS13) && !strings.HasPrefix(s.Name, "SRP-") && wanted(s) {
			out = append(out, s.ID)
		}
	}
	return out
}

// versions asks for each version alone.
func (p *prober) versions(ctx context.Context) {
	for _, v := range [...]struct {
		kind    evidence.ProbeKind
		version evidence.Version
	}{
		{evidence.ProbeTLS13, evidence.TLS13}, {evidence.ProbeTLS12, evidence.TLS12},
		{evidence.ProbeTLS11, evidence.TLS11}, {evidence.ProbeTLS10, evidence.TLS10},
	} {
		if p.over(ctx) {
			return
		}
		p.begin(v.kind)
		out := p.ask(ctx, p.base(v.version))
		if out.Alert == record.UnrecognizedName && p.serverName != "" {
			p.serverName = ""
			out = p.ask(ctx, p.base(v.version))
		}
		p.note(v.kind, 1, out)
		p.out.Offers.Versions = append(p.out.Offers.Versions, evidence.VersionOffer{Version: v.version, Spoken: spoken(&out, v.version)})
		if out.Result == evidence.ProbeStranger || out.Result == evidence.ProbeConnack {
			return
		}
	}
}

func spoken(out *evidence.Probe, v evidence.Version) evidence.Answer {
	switch out.Result {
	case evidence.ProbeServerHello:
		return evidence.Of(out.ServerHello.Version == v)
	case evidence.ProbeSilence, evidence.ProbeUnreached:
		return evidence.NotObserved
	}
	return evidence.No
}

// newest is the newest version that the server speaks, up to a limit; 0 if none.
func (p *prober) newest(limit evidence.Version) evidence.Version {
	for _, v := range p.out.Offers.Versions {
		if v.Spoken == evidence.Yes && v.Version <= limit {
			return v.Version
		}
	}
	return 0
}

// psk offers nothing but suites with a pre-shared key, of TLS 1.2.
func (p *prober) psk(ctx context.Context) {
	if p.newest(evidence.TLS12) == 0 {
		return
	}
	p.begin(evidence.ProbePSK)
	h := p.base(evidence.TLS12)
	h.Suites = p.suitesOf(evidence.TLS12, Suite.psk)
	p.note(evidence.ProbePSK, 1, p.ask(ctx, h))
}

// largeHello is the size of a long ClientHello: it takes two segments on any
// path, as those do that carry a key share for ML-KEM.
const largeHello = 1800

// sizes sends a short and a long ClientHello that differ in nothing else. Where
// nothing was answered so far, a short one may be.
func (p *prober) sizes(ctx context.Context) {
	v := p.newest(evidence.TLS13)
	if v == 0 && p.talks() {
		return
	}
	p.begin(evidence.ProbeSmall)
	h := p.base(max(v, evidence.TLS12))
	h.Suites, h.Groups = h.Suites[:min(len(h.Suites), smallSuites)], []uint16{x25519, 0x0017, 0x0018}
	if picked := p.picked(v); picked != 0 {
		h.Suites = []uint16{picked}
	}
	p.note(evidence.ProbeSmall, 1, p.ask(ctx, h))
	if p.over(ctx) {
		return
	}
	p.begin(evidence.ProbeLarge)
	h.Pad = largeHello
	p.note(evidence.ProbeLarge, 1, p.ask(ctx, h))
}

// smallSuites is how many suites a short ClientHello has.
const smallSuites = 20

// talks says that the server answered any ClientHello, or in another protocol.
func (p *prober) talks() bool {
	return slices.ContainsFunc(p.out.Runs, func(r evidence.Probe) bool {
		switch r.Result {
		case evidence.ProbeConnack, evidence.ProbeStranger:
			return true
		}
		return r.Kind != evidence.ProbeConnect && (r.Answered() || r.Result == evidence.ProbeAlert)
	})
}

// picked is the suite that the server picked of all those of a version.
func (p *prober) picked(v evidence.Version) uint16 {
	for i := range p.out.Runs {
		if h := p.out.Runs[i].ServerHello; h != nil && h.Version == v {
			return h.CipherSuite
		}
	}
	return 0
}

// names goes up to the certificate with the server name and without.
func (p *prober) names(ctx context.Context) {
	if p.newest(evidence.TLS13) == 0 {
		return
	}
	p.begin(evidence.ProbeName)
	p.handshaken(ctx, evidence.ProbeName, p.cfg.ServerName, nil)
	if p.cfg.ServerName == "" || p.over(ctx) {
		return
	}
	p.begin(evidence.ProbeNoName)
	p.handshaken(ctx, evidence.ProbeNoName, "", nil)
}

func (p *prober) handshaken(ctx context.Context, kind evidence.ProbeKind, serverName string, alpn []string) *evidence.Probe {
	out, err := p.handshake(ctx, serverName, alpn)
	p.count(err)
	return p.note(kind, 1, out)
}

// protocols offers ALPN protocols.
func (p *prober) protocols(ctx context.Context) {
	if p.newest(evidence.TLS13) == 0 {
		return
	}
	offer := slices.Clone(p.cfg.ALPN)
	for _, name := range [...]string{"mqtt", "x-amzn-mqtt-ca"} {
		if !slices.Contains(offer, name) {
			offer = append(offer, name)
		}
	}
	p.begin(evidence.ProbeALPN)
	if out := p.handshaken(ctx, evidence.ProbeALPN, p.serverName, offer); out.ALPN != "" {
		p.out.Offers.ALPN = []string{out.ALPN}
	}
}
