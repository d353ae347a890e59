package tlsdiag

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/capture"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// describe puts everything that was seen into plain data. w.mu is held.
func (w *Watcher) describe() *evidence.Session {
	var flow record.Seen
	if w.conn != nil {
		flow = record.Read(w.conn.Flow())
	}
	return w.describeSeen(flow, w.hooks.Seen())
}

// describeSeen is describe for what was on the wire, and what the hooks were
// told.
func (w *Watcher) describeSeen(flow record.Seen, seen capture.Seen) *evidence.Session {
	s := w.begin()
	s.Local.Clock = evidence.Clock{
		Now: w.settings.Now().UTC(), Build: w.settings.BuildTime.UTC(), Synchronised: synchronised(),
	}
	if len(w.failures) > 0 {
		s.Local.Clock.Now = w.failures[0].at.UTC()
	}
	s.Flow = flow.Flow
	if w.conn != nil {
		if a := w.conn.RemoteAddr(); a != nil {
			s.Target.Address = a.String()
		}
	}
	s.Answer, s.Way = w.answer, w.way
	if w.connack != nil {
		s.Connack = int(*w.connack)
	}
	w.describeEnd(s)
	s.Stage = w.stage(s, &flow, &seen)
	w.mergeAlerts(s, &seen)
	w.describeNegotiated(s, &seen)
	w.describeCertificates(s, &flow, &seen)
	w.describeThoroughly(s, &flow)
	return s
}

// begin is what the settings alone tell.
func (w *Watcher) begin() *evidence.Session {
	return &evidence.Session{
		Schema: evidence.Schema,
		Target: evidence.Target{Host: w.settings.Host, Port: w.settings.Port, ServerName: w.settings.Policy.ServerName},
		Asked:  asked(&w.settings),
	}
}

func asked(t *Settings) evidence.Asked {
	return evidence.Asked{
		Program: t.Program, TLS: t.TLS,
		AskedTrust:    evidence.AskedTrust{CAFile: t.Trust.CAFile, CAPath: t.Trust.CAPath, OSCerts: t.Trust.OSCerts, CRLFiles: t.CRLFiles},
		AskedIdentity: evidence.AskedIdentity{CertFile: t.CertFile, KeyFile: t.KeyFile, PSKIdentity: t.PSKIdentity},
		AskedPolicy: evidence.AskedPolicy{
			Insecure: t.Policy.Insecure, MinVersion: evidence.Version(t.Policy.MinVersion), ALPN: t.Policy.ALPN,
			SecurityLevel: t.Policy.SecurityLevel, Ciphers: t.Policy.Ciphers, Pins: pins(t.Policy.Pins), NoVerify: t.Policy.NoVerify,
		},
	}
}

// pins writes digests in hexadecimal.
func pins(digests [][sha256.Size]byte) []string {
	var out []string
	for _, d := range digests {
		out = append(out, hex.EncodeToString(d[:]))
	}
	return out
}

// describeEnd picks the failure that decides: the first, unless a later one
// tells what the server had to say.
func (w *Watcher) describeEnd(s *evidence.Session) {
	if len(w.failures) == 0 {
		return
	}
	decisive := 0
	for i, f := range w.failures {
		if from, _, ok := capture.Alert(f.err); ok && from == evidence.SideServer {
			decisive = i
			break
		}
	}
	for i, f := range w.failures {
		how := capture.How(f.err)
		if i != decisive {
			s.End.Later = append(s.End.Later, evidence.Failure{Op: f.op, How: how, Error: f.err.Error()})
			continue
		}
		s.End.Op, s.End.How, s.End.Error = f.op, how, f.err.Error()
		if how == evidence.EndTimeout && w.conn != nil {
			s.End.Silence = f.at.Sub(w.conn.LastHeard()).Milliseconds()
		}
	}
	// Of what is read before anything is sent, only files and the list of
	// ciphers can be wrong.
	var file *certs.FileError
	if first := w.failures[0]; first.op == OpLoad && s.Asked.Ciphers != "" {
		s.Local.UnknownCiphers = evidence.Of(!errors.As(first.err, &file))
	}
}

// stage says how far the connection came.
func (w *Watcher) stage(s *evidence.Session, flow *record.Seen, seen *capture.Seen) evidence.Stage {
	if len(w.failures) > 0 {
		first := w.failures[0]
		var dns *net.DNSError
		switch {
		case first.op == OpLoad:
			return evidence.StageLocal
		case first.op == OpResolve, errors.As(first.err, &dns):
			return evidence.StageResolve
		case first.op == OpProxy:
			return evidence.StageProxy
		case first.op == OpDial, w.conn == nil:
			return evidence.StageDial
		case first.op == OpWebSocket:
			return evidence.StageWebSocket
		}
	}
	switch {
	case w.connack != nil:
		return evidence.StageConnack
	case !s.Asked.TLS:
		return evidence.StagePlain
	case w.secured != nil:
		return evidence.StageEstablished
	case seen.Verdict != nil, w.unverified() != nil:
		return evidence.StageVerify
	case flow.Stage == evidence.StageEstablished && s.Flow.ServerHello != nil && s.Flow.ServerHello.Version >= evidence.TLS13:
		// crypto/tls did not get that far; what was sent was an alert.
		return evidence.StageServerFlight
	}
	return flow.Stage
}

// unverified is the chain that crypto/tls itself refused.
func (w *Watcher) unverified() []*x509.Certificate {
	for _, f := range w.failures {
		if chain := capture.Unverified(f.err); chain != nil {
			return chain
		}
	}
	return nil
}

// mergeAlerts adds to the alerts seen on the wire what this side knows of
// those that were encrypted.
func (w *Watcher) mergeAlerts(s *evidence.Session, seen *capture.Seen) {
	for i := range s.Flow.Alerts {
		if a := &s.Flow.Alerts[i]; a.Stage == evidence.StageConnected || a.Code == evidence.AlertUnread {
			a.Stage = s.Stage
		}
	}
	ended := false
	for _, f := range w.failures {
		ended = ended || errors.Is(f.err, io.EOF)
		from, code, ok := capture.Alert(f.err)
		if !ok {
			continue
		}
		if a := unread(s.Flow.Alerts, from, int(code)); a != nil {
			a.Code, a.Level = int(code), record.LevelFatal
			continue
		}
		s.Flow.Alerts = append(s.Flow.Alerts, evidence.Alert{
			From: from, Level: record.LevelFatal, Code: int(code), Stage: s.Stage, Encrypted: true,
		})
	}
	for i := range s.Flow.Alerts {
		a := &s.Flow.Alerts[i]
		switch {
		case a.Code != evidence.AlertUnread:
		case a.From == evidence.SideServer && ended:
			// crypto/tls turns close_notify, and no other alert, into io.EOF.
			a.Code, a.Level = record.CloseNotify, record.LevelWarning
		case a.From == evidence.SideClient && seen.Verdict != nil:
			a.Code, a.Level = w.alertSent(), record.LevelFatal
		}
	}
	if w.secured != nil {
		// What this side sent after a handshake that it accepted is its farewell.
		s.Flow.Alerts = slices.DeleteFunc(s.Flow.Alerts, func(a evidence.Alert) bool {
			return a.From == evidence.SideClient && a.Code == evidence.AlertUnread
		})
	}
}

// unread returns the alert on the wire that an error's alert is: one with the
// same code, else one that could not be read.
func unread(alerts []evidence.Alert, from evidence.Side, code int) *evidence.Alert {
	var hidden *evidence.Alert
	for i := range alerts {
		a := &alerts[i]
		if a.From != from {
			continue
		}
		if a.Code == code {
			return a
		}
		if a.Code == evidence.AlertUnread {
			hidden = a
		}
	}
	return hidden
}

func (w *Watcher) describeNegotiated(s *evidence.Session, seen *capture.Seen) {
	state := seen.State
	if w.secured != nil {
		cs := w.secured.ConnectionState()
		state = &cs
	}
	if state == nil {
		return
	}
	s.Negotiated = evidence.Negotiated{
		Version: evidence.Version(state.Version), CipherSuite: suiteName(state.CipherSuite),
		ALPN: state.NegotiatedProtocol, Resumed: evidence.Of(state.DidResume),
	}
	if state.CurveID != 0 {
		s.Negotiated.Group = state.CurveID.String()
	}
}

// suiteName is the registry's name of a cipher suite. Those with a pre-shared
// key are not among those of crypto/tls.
func suiteName(id uint16) string {
	switch id {
	case 0x00a8:
		return "TLS_PSK_WITH_AES_128_GCM_SHA256"
	case 0x00a9:
		return "TLS_PSK_WITH_AES_256_GCM_SHA384"
	case 0xccab:
		return "TLS_PSK_WITH_CHACHA20_POLY1305_SHA256"
	case 0xccac:
		return "TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256"
	case 0xd001:
		return "TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256"
	case 0xd002:
		return "TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384"
	}
	return tls.CipherSuiteName(id)
}

// describeCertificates tells of the certificates of both sides, of what is
// trusted, and of the verdict.
func (w *Watcher) describeCertificates(s *evidence.Session, flow *record.Seen, seen *capture.Seen) {
	var fileError *certs.FileError
	for _, f := range w.failures {
		if errors.As(f.err, &fileError) {
			break
		}
	}
	w.describeFiles(s, fileError)
	if s.Stage == evidence.StageLocal {
		return
	}
	peer := seen.Chain
	if peer == nil {
		peer = w.unverified()
	}
	if peer == nil {
		peer = parse(flow.Server)
	}
	own := sentChain(seen)
	store := w.store()
	all := anchors(store, peer, own)
	p := pool{}
	p.add(peer...)
	p.add(own...)
	for _, a := range all {
		p.add(a.Certificate)
	}
	if w.settings.Trust.CAPath != "" {
		p.add(w.directory(s)...)
	}
	s.Peer.Chain = p.describe(peer)
	s.Peer.Unparsed = w.unparsed()
	s.Trust = p.describeTrust(all)
	s.Trust.CRLs = describeCRLs(store.CRLs())
	describeMatch(s, peer)
	w.describeVerdict(s, seen, peer)
	w.describeClient(s, &p, flow, seen, own)
}

// describeMatch says whether the name that was dialled is in the certificate.
func describeMatch(s *evidence.Session, peer []*x509.Certificate) {
	if len(peer) == 0 {
		return
	}
	match := certs.MatchHost(peer[0], s.Target.Name())
	s.Peer.NameMatches = evidence.Of(match != certs.NoMatch)
	s.Peer.NameInCommonName = evidence.Of(match == certs.MatchCommonName)
}

func (w *Watcher) describeVerdict(s *evidence.Session, seen *capture.Seen, peer []*x509.Certificate) {
	now := s.Local.Clock.Now
	if seen.Verdict != nil {
		s.Verdict = describeVerdict(seen.Verdict, s.Target.Name(), now)
	} else if len(w.failures) > 0 {
		s.Verdict = describeVerdict(w.failures[0].err, s.Target.Name(), now)
	}
	if s.Verdict == nil && seen.State != nil {
		s.Verdict = &evidence.Verdict{}
	}
	if cannotBuild(s.Verdict) {
		s.Trust.InSystem = w.inSystem(peer)
	}
}

func cannotBuild(v *evidence.Verdict) bool {
	if v == nil {
		return false
	}
	switch certs.ErrorNumber(v.Error) {
	case certs.UnableToGetIssuerCert, certs.UnableToGetIssuerCertLocally, certs.SelfSignedCertInChain, certs.UnableToVerifyLeafSignature:
		return true
	}
	return false
}

// describeClient tells what was asked of this side and what it sent.
func (w *Watcher) describeClient(s *evidence.Session, p *pool, flow *record.Seen, seen *capture.Seen, own []*x509.Certificate) {
	c := &s.Client
	switch {
	case seen.Request != nil:
		c.Requested = evidence.Yes
		c.Request = &evidence.CertificateRequest{}
		for _, der := range seen.Request.AcceptableCAs {
			c.Request.CAs = append(c.Request.CAs, rawName(der))
		}
		for _, scheme := range seen.Request.SignatureSchemes {
			c.Request.Signatures = append(c.Request.Signatures, uint16(scheme))
		}
		c.Sent = evidence.Of(len(own) > 0)
	case flow.Request != nil:
		c.Requested = evidence.Yes
	case flow.Flight.Requested != evidence.NotObserved:
		c.Requested, c.Sent = flow.Flight.Requested, flow.Flight.Sent
	case seen.State != nil:
		// The verdict comes after the server's flight, and nothing was asked.
		c.Requested = evidence.No
	}
	c.Chain = p.describe(own)
	for i := range c.Chain {
		c.Chain[i].File = w.settings.CertFile
	}
}

// sentChain is the client's chain as it was sent.
func sentChain(seen *capture.Seen) []*x509.Certificate {
	if seen.Answer == nil {
		return nil
	}
	return parse(seen.Answer.Certificate)
}

// parse reads what can be read.
func parse(chain [][]byte) []*x509.Certificate {
	var out []*x509.Certificate
	for _, der := range chain {
		if c, err := x509.ParseCertificate(der); err == nil {
			out = append(out, c)
		}
	}
	return out
}

// unparsedPrefix is how crypto/tls begins an error about a certificate.
const unparsedPrefix = "tls: failed to parse certificate from server: "

// unparsed returns why crypto/tls could not read the server's certificate.
func (w *Watcher) unparsed() string {
	for _, f := range w.failures {
		if _, reason, ok := strings.Cut(f.err.Error(), unparsedPrefix); ok {
			return reason
		}
	}
	return ""
}
