package client

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"os"
	"strings"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/session"
	"github.com/culex-mqtt/culex/client/transport"
	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/probe"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// Probe is culex tlsdiag probe: it connects as the options say, then asks the broker with connections of its own, and
// says everything that is wrong.
func Probe(env *Env, inv options.Invocation, args []string) Exit {
	o, err := options.ParseProbe(args, env.options())
	if err != nil {
		return env.usage(options.CommandProbe, inv, err)
	}
	for _, check := range []func() error{o.CheckMessage, o.CheckSettings, o.CheckTransport} {
		if err := check(); err != nil {
			return env.usage(options.CommandProbe, inv, err)
		}
	}
	o.SessionDir = nil // a resumed session shows no certificate
	c := env.connector(options.CommandProbe, inv, &o.Client)
	if err := c.unsupported(); err != nil {
		return Exit{Code: c.fail(err)}
	}
	p := &prober{connector: c, o: o, progress: newProgress(env, o.Quiet), glances: int(lingering / glance)}
	if interrupted := p.load(); interrupted != nil {
		return Exit{Signal: interrupted.signal}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan Exit, 1)
	go func() { done <- p.look(ctx) }()
	select {
	case exit := <-done:
		return exit
	case sig := <-env.Signals:
		cancel()
		<-done
		return Exit{Signal: sig}
	}
}

// prober is one run of culex tlsdiag probe.
type prober struct {
	*connector
	o        *options.Probe
	progress *progress
	probes   evidence.Probes
	// unfit says that a file cannot be used: what needs it is left out, and no CONNECT is sent.
	unfit bool
	// glances is how often linger looks for an answer.
	glances int
}

// What bounds the probes, whatever --connect-timeout says.
const (
	probeLimit    = 5 * time.Second
	allProbeLimit = time.Minute
)

// look makes the connections and reports.
func (p *prober) look(ctx context.Context) Exit {
	p.progress.step("TCP, TLS and CONNECT")
	err := p.attempt(ctx)
	attempt, conn := p.watcher, p.conn
	if to := attempt.Evidence().Target; p.dialer.Service != "" && to.Host != "" {
		p.dialer = p.dialer.Toward(to.Host, to.Port)
	}
	p.progress.step("name lookup and TCP, address by address")
	p.reach(ctx)
	if p.goesOn(err) {
		p.progress.step("what comes after the certificate")
		p.beyond(ctx)
	}
	if conn != nil {
		_ = conn.Close()
	}
	p.ask(ctx, attempt)
	p.progress.end()
	if ctx.Err() != nil {
		return Exit{Code: codeFailure}
	}
	used(p.probes.Addresses, attempt.Evidence().Target.Address)
	attempt.Probed(p.probes)
	return p.report(attempt.Evidence(), err)
}

// attempt makes the connection that the options ask for, up to CONNACK.
func (p *prober) attempt(ctx context.Context) error {
	if p.unfit {
		p.dialer.WebSocket = nil // its request may hold what is secret
		ctx, cancel := context.WithTimeout(ctx, time.Duration(p.o.ConnectTimeout))
		defer cancel()
		if _, err := p.dial(ctx); err != nil {
			return err
		}
		return p.linger()
	}
	var s *session.Session
	cfg := p.sessionConfig(1, session.Events{Connected: func(mqtt.Connack) error {
		p.watcher.Accepted()
		s.Disconnect(mqtt.Success)
		return nil
	}})
	// A will would be published if this went wrong, and a session of the client's own is not to be touched.
	cfg.Connect.Will, cfg.Trace, cfg.Connect.CleanStart = nil, nil, true
	s = session.New(cfg)
	err := s.Run(ctx, p.dial, nil)
	if err != nil {
		p.blame(err)
	}
	return err
}

// How long a server has to refuse a client's certificate, which in TLS 1.3 it does after the handshake, and how often it is
// looked whether it sent a NewSessionTicket instead: that is the sign that it does not.
const (
	lingering = time.Second
	glance    = 50 * time.Millisecond
)

// linger waits for a refusal after the handshake. Before TLS 1.3 the server's Finished is the sign that there is none.
func (p *prober) linger() error {
	if p.watcher.Evidence().Negotiated.Version < evidence.TLS13 {
		return nil
	}
	for before, n := p.watcher.Received(), 0; n < p.glances && p.watcher.Received() == before; n++ {
		_ = p.conn.SetReadDeadline(p.env.Now().Add(glance))
		if _, err := p.conn.Read(make([]byte, 1)); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			p.watcher.Failed(tlsdiag.OpRead, err)
			return err
		}
	}
	return nil
}

// goesOn says that the attempt ended at the broker's certificate, behind which more may be wrong.
func (p *prober) goesOn(err error) bool {
	return err != nil && !p.o.NoProbes && p.dialer.TLS != nil && p.watcher.Evidence().Stage == evidence.StageVerify
}

// beyond repeats the handshake without a look at the broker's certificate. Nothing is sent after it: who answers is not
// known to be the broker.
func (p *prober) beyond(ctx context.Context) {
	blind := &connector{env: p.env, o: p.connector.o, log: p.log, out: p.out, program: p.program, dialer: p.dialer}
	blind.dialer.TLS, blind.dialer.WebSocket = p.dialer.TLS.Unverified(), nil
	ctx, cancel := context.WithTimeout(ctx, time.Duration(p.o.ConnectTimeout))
	defer cancel()
	b := &prober{connector: blind, o: p.o, glances: p.glances}
	if _, err := b.dial(ctx); err == nil {
		_ = b.linger()
		_ = b.conn.Close()
	}
	p.probes.Beyond = b.watcher.Evidence()
}

// ask runs the probes, unless they are not wanted or nothing was reached.
func (p *prober) ask(ctx context.Context, attempt *tlsdiag.Watcher) {
	if p.o.NoProbes {
		return
	}
	switch attempt.Evidence().Stage {
	case evidence.StageLocal, evidence.StageResolve, evidence.StageDial, evidence.StageProxy:
		return
	}
	cfg := probe.Config{
		Dial: p.dialer.Bare, ServerName: p.dialer.SNI(), Suites: transport.OpenSSLSuites(),
		Each: min(probeLimit, time.Duration(p.o.ConnectTimeout)), Total: allProbeLimit, Now: p.env.Now, Random: rand.Reader,
		Progress: func(kind evidence.ProbeKind) {
			p.progress.step("probe: " + cause.Question(&evidence.Probe{Kind: kind}))
		},
	}
	if alpn := text(p.o.ALPN); alpn != "" {
		cfg.ALPN = []string{alpn}
	}
	if p.dialer.TLS != nil && !p.o.WebSocket {
		cfg.Connect = p.anonymous()
	}
	found := probe.Run(ctx, cfg)
	p.probes.Runs, p.probes.Offers, p.probes.CutShort = found.Runs, found.Offers, found.CutShort
}

// anonymous is a CONNECT without anything that is secret or that belongs to somebody.
func (p *prober) anonymous() []byte {
	connect := mqtt.Connect{Version: p.o.MQTTVersion(), CleanStart: true, KeepAlive: uint16(options.DefaultKeepAlive)}
	if connect.Version == mqtt.V31 {
		connect.ClientID = "mosq-" + strings.ToLower(rand.Text())[:12]
	}
	packet, err := mqtt.AppendConnect(nil, &connect)
	if err != nil {
		return nil
	}
	return packet
}

// report prints what was found.
func (p *prober) report(s *evidence.Session, err error) Exit {
	r := report.Probe{Session: s}
	r.Failures, r.Warnings = cause.All(s)
	if err != nil && len(r.Failures) == 0 {
		r.Trouble = trouble(err)
	}
	return p.env.printProbe(&r, p.o.Format)
}

// printProbe prints what a probe found, and ends with the code of the first stage that failed.
func (e *Env) printProbe(r *report.Probe, format options.FormFormat) Exit {
	stage := stageOfProbe(r)
	if format == options.FormJSON {
		return e.printJSON(r.Document(), stage)
	}
	return e.print(r.Text(report.Options{Width: e.reportWidth()}), stage)
}

// trouble says in one line what failed, where no finding does.
func trouble(err error) string {
	st := statusOf(err)
	text := strings.TrimSuffix(strings.TrimPrefix(st.line, "Error: "), ".")
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns):
		text = "the name could not be looked up: " + dns.Err
	case st.detail != "":
		text += "; " + st.detail
	}
	return text
}

// used marks the address that the attempt went to.
func used(addresses []evidence.Reach, address string) {
	for i := range addresses {
		if addresses[i].Address == address {
			addresses[i].Used = evidence.Yes
		}
	}
}

// stageOfProbe is the stage of what is to be put right first.
func stageOfProbe(r *report.Probe) options.Stage {
	switch {
	case r.Sound():
		return options.Sound
	case len(r.Session.Probes.Loads) > 0:
		return options.StageFiles
	case len(r.Failures) > 0:
		return stageOf(r.Failures[0], r.Session)
	case stageWithout(r.Session) == options.Sound:
		return options.StageMQTT // what came was heard, and not understood
	}
	return stageWithout(r.Session)
}

// load reads the files of TLS. What cannot be used is noted, each by itself, and left out.
func (p *prober) load() *interruptedError {
	err := p.secure()
	var interrupted *interruptedError
	if err == nil || errors.As(err, &interrupted) {
		return interrupted
	}
	p.unfit = true
	opener := p.opener()
	defer opener.Forget()
	all := p.tlsOptions()
	all.Opener = opener
	trust := transport.TLSOptions{CAFile: all.CAFile, CAPath: all.CAPath, OSCerts: all.OSCerts, CRLFiles: all.CRLFiles}
	pair := transport.TLSOptions{CertFile: all.CertFile, KeyFile: all.KeyFile, Opener: opener}
	if p.faulty(transport.TLSOptions{MinVersion: all.MinVersion, Ciphers: all.Ciphers}) {
		all.Ciphers = nil
	}
	if p.faulty(trust) {
		all.CAFile, all.CAPath, all.CRLFiles, all.Verify = "", "", nil, transport.VerifyNone
	}
	if all.CertFile != "" && p.faulty(pair) {
		all.CertFile, all.KeyFile = "", ""
	}
	if secured, err := transport.NewTLS(all, transport.Environment{Getenv: p.env.getenv, Now: p.env.Now}); err == nil {
		p.dialer.TLS = secured
	}
	return nil
}

// faulty notes the first fault of some of the options.
func (p *prober) faulty(o transport.TLSOptions) bool {
	_, err := transport.NewTLS(o, transport.Environment{Getenv: p.env.getenv, Now: p.env.Now})
	if err == nil {
		return false
	}
	w := tlsdiag.Watch(p.dialer.Watch)
	w.Failed(tlsdiag.OpLoad, err)
	p.probes.Loads = append(p.probes.Loads, *w.Evidence())
	return true
}

// reach looks the name up and tries each of its addresses.
func (p *prober) reach(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(p.o.ConnectTimeout))
	defer cancel()
	p.probes.Addresses = p.dialer.Reach(ctx, probeLimit)
}
