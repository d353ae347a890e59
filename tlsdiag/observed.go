package tlsdiag

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"slices"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/capture"
	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/offline/pcap"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// Outcome is what became of a connection of somebody else.
type Outcome string

// The outcomes.
const (
	// Sound: the server answered.
	Sound Outcome = "sound"
	// Failed: the finding says why.
	Failed Outcome = "failed"
	// Undecided: the capture does not hold enough of it. It may have begun
	// before, or not have ended.
	Undecided Outcome = "undecided"
)

// Observed is a connection of a packet capture, judged.
type Observed struct {
	Outcome  Outcome
	Evidence *evidence.Session
	// Finding is the cause, if it failed.
	Finding Finding
}

// patient is how long a client waits that did not just give up.
const patient = time.Second

// unsettled is for how long a server may be silent at the end of a capture
// without that being its fault.
const unsettled = 5 * time.Second

// hasty is how soon a client leaves that did not wait for an answer, as those
// do that only look whether a port is open.
const hasty = 100 * time.Millisecond

// Observe judges a connection of somebody else in the terms of the client's
// own: "this side" is then the client, and its clock that of the capture. What
// is trusted, as far as settings say so, helps to find what the client did not
// say. Host, Port, TLS and Now are taken from the capture; a Host that is given
// is what the client dialled.
func Observe(settings Settings, c *pcap.Connection) Observed {
	w, s := sketch(settings, c)
	o := Observed{Evidence: s}
	switch {
	case answered(s, c):
		o.Outcome = Sound
		return o
	case c.Late, c.End.Open && c.End.Silence < unsettled:
		o.Outcome = Undecided
		return o
	}
	w.complete(s, c)
	if s.End.How == evidence.EndTimeout && c.End.By == evidence.SideClient && c.End.Silence < hasty && s.Flow.Decisive() == nil {
		o.Outcome = Undecided
		return o
	}
	o.Outcome = Failed
	if found, ok := cause.Find(s); ok {
		o.Finding = found
	}
	return o
}

// sketch is what tells whether a connection failed.
func sketch(settings Settings, c *pcap.Connection) (*Watcher, *evidence.Session) {
	flow := &c.Seen
	settings.Port, settings.TLS = int(c.Server.Port()), c.Protocol == pcap.TLS
	settings.Now = func() time.Time { return c.End.Time }
	if hello := flow.Flow.ClientHello; hello != nil {
		settings.Policy.ALPN = hello.ALPN
		settings.Policy.MinVersion = leastVersion(hello)
		settings.Host = cmp.Or(settings.Host, hello.ServerName)
	}
	settings.Host = cmp.Or(settings.Host, c.Server.Addr().String())
	w := Watch(settings)
	s := w.begin()
	s.Observed = true
	s.Local.Clock = evidence.Clock{Now: c.End.Time.UTC()}
	s.Target.Address = c.Server.String()
	s.Flow = flow.Flow
	s.Stage = flow.Stage
	switch {
	case !c.Established:
		s.Stage = evidence.StageDial
	case !settings.TLS:
		s.Stage = evidence.StagePlain
	}
	describeAnswer(s, flow)
	return w, s
}

// complete describes what a failure needs.
func (w *Watcher) complete(s *evidence.Session, c *pcap.Connection) {
	flow := &c.Seen
	if flow.Accepted {
		// An alert behind other data, which cannot be read, is a farewell.
		s.Flow.Alerts = slices.DeleteFunc(s.Flow.Alerts, func(a evidence.Alert) bool {
			return a.From == evidence.SideServer && a.Code == evidence.AlertUnread
		})
	}
	seen := hooksOf(flow)
	w.describeDeparture(s, c, seen)
	w.describeNegotiated(s, seen)
	if reason := unreadable(flow.Server); reason != "" {
		w.failures = append(w.failures, failure{op: OpHandshake, err: errors.New(unparsedPrefix + reason), at: c.End.Time})
	}
	w.describeCertificates(s, flow, seen)
	for i := range s.Local.Files {
		// When the files here were written says nothing of the client's clock.
		s.Local.Files[i].Time = time.Time{}
	}
}

// unreadable says why a server's certificate cannot be read; empty if it can.
func unreadable(chain [][]byte) string {
	for _, der := range chain {
		if _, err := x509.ParseCertificate(der); err != nil {
			return err.Error()
		}
	}
	return ""
}

// leastVersion is the lowest version that a client offers; 0 where that is no
// more than what is usual.
func leastVersion(h *evidence.ClientHello) uint16 {
	least := evidence.TLS13
	for _, v := range h.Versions {
		least = min(least, v)
	}
	if least < evidence.TLS13 {
		return 0
	}
	return uint16(least)
}

// describeAnswer tells what the server's first data is.
func describeAnswer(s *evidence.Session, flow *record.Seen) {
	first := flow.First
	if p := flow.Flow.Stranger; p != nil && !s.Asked.TLS {
		first = p.FirstBytes
	}
	if len(first) == 0 {
		return
	}
	switch code, progress := connack(first); {
	case progress == refusing:
		s.Connack, s.Stage = int(code), evidence.StageConnack
	case progress == other && s.Asked.TLS:
		s.Answer = record.Recognise(first)
	}
}

// answered says whether the server accepted a client's CONNECT, as far as it
// could be seen.
func answered(s *evidence.Session, c *pcap.Connection) bool {
	accepted := c.Seen.Answered
	if p := c.Seen.Flow.Stranger; p != nil && len(p.FirstBytes) > 0 && !s.Asked.TLS {
		_, progress := connack(p.FirstBytes)
		accepted = progress == accepting
	}
	return accepted && s.Connack == 0 && (s.Answer == nil || s.Answer.Protocol == "")
}

// hooksOf puts what was seen into the form of what a client of one's own tells.
func hooksOf(flow *record.Seen) *capture.Seen {
	seen := &capture.Seen{Chain: parse(flow.Server)}
	if flow.Request != nil {
		seen.Request = &tls.CertificateRequestInfo{AcceptableCAs: flow.Request.CAs}
		for _, scheme := range flow.Request.Signatures {
			seen.Request.SignatureSchemes = append(seen.Request.SignatureSchemes, tls.SignatureScheme(scheme))
		}
	}
	if flow.ClientAnswered {
		seen.Answer = &tls.Certificate{Certificate: flow.Client}
	}
	h := flow.Flow.ServerHello
	if h != nil && !refusedByClient(flow) && (flow.Stage == evidence.StageEstablished || flow.Stage == evidence.StageClientFlight) {
		seen.State = &tls.ConnectionState{Version: uint16(h.Version), CipherSuite: h.CipherSuite, CurveID: tls.CurveID(h.Group)}
	}
	return seen
}

// refusedByClient says that the client ended the handshake with an alert,
// which may be encrypted.
func refusedByClient(flow *record.Seen) bool {
	a := clientAlert(flow)
	return a != nil && (a.Stage == evidence.StageServerFlight || a.Stage == evidence.StageHello)
}

// clientAlert is the alert with which a client ended the connection, nil if it
// sent none that does.
func clientAlert(flow *record.Seen) *evidence.Alert {
	for i := range flow.Flow.Alerts {
		a := &flow.Flow.Alerts[i]
		if a.From == evidence.SideClient && a.Level != record.LevelWarning {
			return a
		}
	}
	return nil
}

// describeDeparture tells who ended the connection, and why if it was the client.
func (w *Watcher) describeDeparture(s *evidence.Session, c *pcap.Connection, seen *capture.Seen) {
	end := &s.End
	end.Op = operation(s.Stage)
	fatal := s.Flow.Decisive()
	switch {
	case s.Stage == evidence.StageDial:
		end.Op, end.How = evidence.OpDial, c.End.How
		if c.End.How == "" {
			end.How, end.Silence = evidence.EndTimeout, c.End.Silence.Milliseconds()
		}
	case refusedByClient(&c.Seen):
		w.describeRefusal(s, c, seen)
	case fatal != nil && fatal.From == evidence.SideServer && fatal.Code > 0 && fatal.Level != record.LevelWarning:
		end.How = evidence.EndAlert
	case c.End.By == evidence.SideServer:
		end.How = c.End.How
	case c.Seen.Stage == evidence.StageServerFlight && c.End.Silence < patient && s.Flow.Unfinished == nil && c.End.How != "":
		// A client that hangs up on the server's flight did not like it.
		w.describeRefusal(s, c, seen)
	default:
		end.How, end.Silence = evidence.EndTimeout, c.End.Silence.Milliseconds()
	}
}

func operation(stage evidence.Stage) Op {
	switch stage {
	case evidence.StageEstablished, evidence.StagePlain, evidence.StageConnack:
		return OpRead
	}
	return OpHandshake
}

// describeRefusal says why the client refused the server.
func (w *Watcher) describeRefusal(s *evidence.Session, c *pcap.Connection, seen *capture.Seen) {
	s.End.How, s.End.Error = evidence.EndLocal, "the client hung up without an alert"
	if a := clientAlert(&c.Seen); a != nil {
		s.End.Error = "the client sent an alert that is encrypted"
		if a.Code >= 0 {
			s.End.Error = "the client sent alert " + record.Describe(a.Code).Name
		}
	}
	if len(seen.Chain) > 0 {
		seen.Verdict = w.presume(s, seen.Chain, clientAlert(&c.Seen))
	}
	if seen.Verdict == nil {
		s.End.Error += corruption(&c.Seen)
		return
	}
	s.Stage = evidence.StageVerify
}

// presume finds the verdict that a client came to which is not one's own: by
// what is trusted here, if that is known; else by the faults that the chain
// shows, whoever trusts it; else, if the client's alert is about that, by
// trusting nothing.
func (w *Watcher) presume(s *evidence.Session, chain []*x509.Certificate, a *evidence.Alert) error {
	o := certs.Options{
		Store: w.store(), Host: s.Target.Name(), Now: s.Local.Clock.Now,
		SecurityLevel: certs.DefaultSecurityLevel, SkipName: w.settings.Policy.Insecure,
	}
	if w.settings.Trust != (Trust{}) {
		_, err := certs.Verify(chain, o)
		return err
	}
	o.AssumeTrusted = true
	_, err := certs.Verify(chain, o)
	var fault *certs.VerifyError
	if errors.As(err, &fault) && fits(fault.Number, a) {
		return err
	}
	if a == nil || a.Code != record.UnknownCA {
		return nil
	}
	_, err = certs.Verify(chain, certs.Options{Now: o.Now, SkipName: true})
	return err
}

// fits says that a client may have told of a verdict with this alert.
func fits(n certs.ErrorNumber, a *evidence.Alert) bool {
	if a == nil || a.Code == evidence.AlertUnread {
		return true
	}
	switch a.Code {
	case int(n.Alert()), record.BadCertificate, record.CertificateUnknown:
		// Go says the second of everything, Java and Android the third.
		return true
	case record.InternalError:
		// libmosquitto up to 2.0.
		return n == certs.HostnameMismatch || n == certs.IPAddressMismatch
	}
	return false
}

// corruption says what a client found wrong with the bytes that a server sent.
func corruption(flow *record.Seen) string {
	a := clientAlert(flow)
	if a == nil {
		return ""
	}
	switch {
	case a.Code == record.BadRecordMAC:
		return ": bad record MAC"
	case a.Code == record.DecryptError, a.Code == record.IllegalParameter && exchanged(flow):
		// Go says the second.
		return ": invalid signature by the server certificate"
	}
	return ""
}

// exchanged says that the server sent a ServerKeyExchange, which it signs.
func exchanged(flow *record.Seen) bool {
	return slices.ContainsFunc(flow.Flow.Messages, func(m evidence.Message) bool { return m.Name == "ServerKeyExchange" })
}
