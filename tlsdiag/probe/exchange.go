package probe

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/capture"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// maxAnswer is how much of an answer is read: a server's flight with a long
// chain and a long list of CAs is shorter.
const maxAnswer = 128 << 10

// open makes one connection that is closed, and whose reads and writes fail,
// when the time for it is over.
func (p *prober) open(ctx context.Context) (net.Conn, func(), error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Each)
	c, err := p.cfg.Dial(ctx)
	if err != nil {
		cancel()
		return nil, nil, err
	}
	// A deadline in the past, set late, needs no clock.
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	return c, func() {
		stop()
		cancel()
		_ = c.Close()
	}, nil
}

// hello sends a ClientHello and reads until the answer is clear: of TLS 1.3
// that is the ServerHello, before it the end of the server's flight.
func (p *prober) hello(ctx context.Context, h Hello) (evidence.Probe, error) {
	var random [3 * randomSize]byte
	if _, err := io.ReadFull(p.cfg.Random, random[:]); err != nil {
		return evidence.Probe{}, err
	}
	b := h.Record(random)
	out, err := p.exchange(ctx, b)
	out.HelloSize = len(b)
	return out, err
}

// answered says that more bytes would not tell more.
func answered(f *evidence.Flow) bool {
	if h := f.ServerHello; h != nil && (h.Version >= evidence.TLS13 || h.Retry) {
		return true
	}
	for _, m := range f.Messages {
		if m.Name == "ServerHelloDone" {
			return true
		}
	}
	p := f.Stranger
	return fatal(f) != nil || p != nil && (p.Protocol != "" || len(p.FirstBytes) >= longestGreeting)
}

// longestGreeting is how many bytes decide that they are no known protocol's.
const longestGreeting = 9

func fatal(f *evidence.Flow) *evidence.Alert {
	for i := range f.Alerts {
		if a := &f.Alerts[i]; a.From == evidence.SideServer && a.Level == record.LevelFatal {
			return a
		}
	}
	return nil
}

// exchange sends first and reads until the answer is clear. An error says that
// there was no connection, or that the time was over before that.
func (p *prober) exchange(ctx context.Context, first []byte) (evidence.Probe, error) {
	c, done, err := p.open(ctx)
	if err != nil {
		return evidence.Probe{Result: evidence.ProbeUnreached}, err
	}
	defer done()
	passed := record.Capture{Chunks: []record.Chunk{{From: evidence.SideClient, Data: first}}, Sent: int64(len(first))}
	// What a peer says before it closes can be read after a write that failed.
	_, err = c.Write(first)
	var seen record.Seen
	for buf := make([]byte, 16<<10); ; {
		n, failed := c.Read(buf)
		if n > 0 {
			passed.Chunks = append(passed.Chunks, record.Chunk{From: evidence.SideServer, Data: append([]byte(nil), buf[:n]...)})
			passed.Received += int64(n)
		}
		seen = record.Read(passed)
		if n > 0 && (answered(&seen.Flow) || passed.Received > maxAnswer) {
			break
		}
		if failed != nil {
			err = errors.Join(err, failed)
			break
		}
	}
	if capture.How(err) == evidence.EndTimeout {
		return outcome(&seen, err), err
	}
	return outcome(&seen, err), nil
}

// outcome puts what was seen of an answer into facts.
func outcome(seen *record.Seen, err error) evidence.Probe {
	f := &seen.Flow
	out := evidence.Probe{ServerHello: f.ServerHello, Stranger: f.Stranger}
	if len(seen.Server) > 0 {
		out.Leaf, out.Subject = identify(seen.Server[0])
	}
	alert := fatal(f)
	switch {
	case f.Stranger != nil && f.Stranger.Protocol == "MQTT":
		out.Result = evidence.ProbeConnack
	case f.Stranger != nil:
		out.Result = evidence.ProbeStranger
	case f.ServerHello != nil && alert == nil:
		out.Result = evidence.ProbeServerHello
	case alert != nil:
		out.Result, out.Alert = evidence.ProbeAlert, alert.Code
	case capture.How(err) == evidence.EndTimeout:
		out.Result = evidence.ProbeSilence
	default:
		out.Result = evidence.ProbeClosed
	}
	return out
}

// errEnough ends a handshake of which nothing more is wanted.
var errEnough = errors.New("the server's certificate has come")

// handshake goes up to the server's certificate, which TLS 1.3 encrypts, and
// leaves.
func (p *prober) handshake(ctx context.Context, serverName string, alpn []string) (evidence.Probe, error) {
	c, done, err := p.open(ctx)
	if err != nil {
		return evidence.Probe{Result: evidence.ProbeUnreached}, err
	}
	defer done()
	var state tls.ConnectionState
	watched := capture.NewConn(c, true, p.cfg.Now, func() {})
	err = tls.Client(watched, &tls.Config{
		ServerName: serverName, NextProtos: alpn, MinVersion: tls.VersionTLS10, CipherSuites: goSuites(),
		CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521},
		Time:             p.cfg.Now,
		// Nothing is sent after it, and the certificate is judged elsewhere.
		InsecureSkipVerify: true,
		VerifyConnection: func(cs tls.ConnectionState) error {
			state = cs
			return errEnough
		},
	}).HandshakeContext(ctx)
	seen := record.Read(watched.Flow())
	out := outcome(&seen, err)
	if seen.Flow.ClientHello != nil {
		out.HelloSize = seen.Flow.ClientHello.Size
	}
	if _, code, ok := capture.Alert(err); ok && out.Result == evidence.ProbeServerHello {
		out.Result, out.Alert = evidence.ProbeAlert, int(code)
	}
	out.ALPN = state.NegotiatedProtocol
	if len(state.PeerCertificates) > 0 {
		out.Leaf, out.Subject = identify(state.PeerCertificates[0].Raw)
	}
	if capture.How(err) == evidence.EndTimeout {
		return out, err
	}
	return out, nil
}

// identify returns a certificate's fingerprint and its subject, which is empty
// where it cannot be read.
func identify(der []byte) (sha, subject string) {
	sum := sha256.Sum256(der)
	if c, err := x509.ParseCertificate(der); err == nil {
		subject = certs.NameText(c.RawSubject)
	}
	return hex.EncodeToString(sum[:]), subject
}

func goSuites() []uint16 {
	var all []uint16
	for _, list := range [][]*tls.CipherSuite{tls.CipherSuites(), tls.InsecureCipherSuites()} {
		for _, s := range list {
			all = append(all, s.ID)
		}
	}
	return all
}
