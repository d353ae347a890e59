package tlsdiag

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"sync"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/capture"
	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// lastWordsLimit is how long to wait for what the peer said before a write
// failed. It is there already if it is there at all; the limit only guards
// against a peer that keeps the connection open.
const lastWordsLimit = 250 * time.Millisecond

// Watcher observes one connection attempt. Its methods may be called from
// several goroutines.
type Watcher struct {
	settings Settings
	hooks    capture.Hooks

	mu       sync.Mutex
	conn     *capture.Conn
	secured  Secured
	failures []failure
	answer   *evidence.Stranger
	way      evidence.Way
	connack  *byte // its code, once it came
	heard    bool  // lastWords were read
	stopped  bool  // CONNACK came
	probes   *evidence.Probes
	session  *evidence.Session
}

// failure is one call of Failed.
type failure struct {
	op  Op
	err error
	at  time.Time
}

// Secured is a connection with TLS after its handshake, usually a *tls.Conn.
type Secured interface {
	net.Conn
	ConnectionState() tls.ConnectionState
}

// Watch begins to observe an attempt.
func Watch(s Settings) *Watcher {
	return &Watcher{settings: s}
}

// Conn wraps the raw connection, under TLS or for plain MQTT.
func (w *Watcher) Conn(c net.Conn) net.Conn {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.conn = capture.NewConn(c, w.settings.TLS, w.settings.Now, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.lastWords()
	})
	return w.conn
}

// Config adds the hooks to cfg. With verify not nil it switches crypto/tls's
// own verification off and lets verify judge the server's chain instead; its
// error comes back from the handshake unchanged. With verify nil crypto/tls
// judges as cfg says. Certificates in cfg are sent whenever the server asks
// for one, whatever issuers it lists, as OpenSSL does.
func (w *Watcher) Config(cfg *tls.Config, verify func([]*x509.Certificate) error) {
	w.hooks.Install(cfg, verify)
}

// Handshaked says that the handshake succeeded on this side. In TLS 1.3 the
// server may still refuse the client's certificate.
func (w *Watcher) Handshaked(c Secured) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secured = c
}

// Stop says that CONNACK came: the connection is no longer watched, and what
// was kept is freed. A later Failed is not TLS's, and is left alone.
func (w *Watcher) Stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	if w.conn != nil {
		w.conn.Stop()
	}
}

// Received returns how many bytes have come, as long as the connection is watched.
func (w *Watcher) Received() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.conn == nil {
		return 0
	}
	return w.conn.Flow().Received
}

// NotConnack says what came through TLS where a CONNACK was expected, at least
// its first bytes. It is told beside Failed.
func (w *Watcher) NotConnack(first []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(first) > 0 {
		w.answer, w.session = record.Recognise(first), nil
	}
}

// Way says what a name server, a proxy or a web server on the way answered. It
// is told before Failed.
func (w *Watcher) Way(way evidence.Way) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.way, w.session = way, nil
}

// Refused says that a CONNACK came which refuses with this return code or
// reason code. Few such refusals have to do with TLS; Finding knows which.
func (w *Watcher) Refused(code byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.connack, w.session = &code, nil
}

// Accepted says that a CONNACK came which accepts. Unlike after [Watcher.Stop]
// what was seen is kept.
func (w *Watcher) Accepted() { w.Refused(0) }

// Failed says that an operation failed. The first call decides how the
// attempt ended, unless a later one tells what the server had to say; the
// others are kept beside it.
//
// After a failed write what the server said before is read, for at most a
// quarter of a second, in Failed or when the connection is closed, whichever
// comes first: under TLS 1.3 a server that refuses a client certificate says
// so and closes at once, and its reset must not hide that. After ExactAlert a
// refused server gets as much time to read the alert.
func (w *Watcher) Failed(op Op, err error) {
	if err == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopped {
		return
	}
	w.fail(op, err)
	if w.conn == nil {
		return
	}
	if w.conn.WriteError() != nil {
		w.lastWords()
	}
	w.conn.DeliverAlert(lastWordsLimit)
}

func (w *Watcher) fail(op Op, err error) {
	w.failures = append(w.failures, failure{op, err, w.settings.Now()})
	w.session = nil
}

// lastWords reads once what the peer sent before a write to it failed. w.mu is
// held.
func (w *Watcher) lastWords() {
	if w.heard {
		return
	}
	w.heard = true
	var c net.Conn = w.conn
	if w.secured != nil {
		c = w.secured
	}
	// A deadline in the past, set late, needs no clock.
	limit := time.AfterFunc(lastWordsLimit, func() { _ = w.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer limit.Stop()
	_, err := c.Read(make([]byte, 512))
	if _, _, ok := capture.Alert(err); ok {
		w.fail(OpRead, err)
	}
}

// Evidence returns everything that was seen, described. It is not to be
// changed by the caller.
func (w *Watcher) Evidence() *evidence.Session {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.session == nil {
		w.session = w.describe()
	}
	return w.session
}

// Finding returns the cause of the failure. It returns false when nothing
// failed, and when what failed has nothing to do with TLS.
func (w *Watcher) Finding() (Finding, bool) {
	w.mu.Lock()
	failed := len(w.failures) > 0 || w.connack != nil && *w.connack != 0
	w.mu.Unlock()
	if !failed {
		return Finding{}, false
	}
	return cause.Find(w.Evidence())
}

// Warning returns what is worth a line although the connection works, for
// example that the broker's certificate ends soon. It may be asked after Stop.
func (w *Watcher) Warning() (Finding, bool) {
	seen := w.hooks.Seen()
	if len(seen.Chain) == 0 || seen.Verdict != nil {
		return Finding{}, false
	}
	s := &evidence.Session{
		Target: evidence.Target{Host: w.settings.Host, Port: w.settings.Port, ServerName: w.settings.Policy.ServerName},
		Asked:  asked(&w.settings),
	}
	s.Local.Clock.Now = w.settings.Now().UTC()
	s.Peer.Chain = []evidence.Certificate{describeCertificate(seen.Chain[0])}
	describeMatch(s, seen.Chain)
	return cause.Warn(s)
}
