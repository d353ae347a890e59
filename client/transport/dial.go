package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strconv"

	"github.com/culex-mqtt/culex/tlsdiag"
)

// Dialer says where the broker is and how to reach it.
type Dialer struct {
	// Host is a name or an address, or the path of a Unix socket if Port is 0.
	Host string
	Port int
	// Bind is the local address or name to connect from; empty for any.
	Bind string
	// TLS is nil for plain MQTT.
	TLS *TLS
	// Watch is what tells the watchers of the connections what was asked for.
	Watch tlsdiag.Settings
}

// Conn is a connection to the broker. Until Settle it is observed, for the diagnosis, and acknowledges at once.
type Conn struct {
	net.Conn
	// Watcher has seen all of the connection up to Settle.
	Watcher *tlsdiag.Watcher
	quick   *quickAck
	resumed *resumption // nil for none
	first   []byte      // what came first, inside TLS; nil once settled
	settled bool
}

// firstSize is how much of a peer's first words tells what it is.
const firstSize = 64

// Read keeps the first bytes until Settle.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if !c.settled && n > 0 && len(c.first) < firstSize {
		c.first = append(c.first, p[:min(n, firstSize-len(c.first))]...)
	}
	return n, err
}

// First is what the peer said first, at most 64 bytes of it, as long as the connection is not settled.
func (c *Conn) First() []byte { return c.first }

// Settle says that the broker has accepted the connection: nothing needs to be observed any more.
func (c *Conn) Settle() {
	c.settled, c.first = true, nil
	c.quick.stop()
	c.Watcher.Stop()
	if secured, ok := c.Conn.(*tls.Conn); ok && c.resumed != nil {
		c.resumed.settle(secured.ConnectionState())
	}
}

// TLSVersion names the version of TLS, such as "TLS 1.3"; empty for plain MQTT.
func (c *Conn) TLSVersion() string {
	if secured, ok := c.Conn.(*tls.Conn); ok {
		return tls.VersionName(secured.ConnectionState().Version)
	}
	return ""
}

// Resumed tells whether a TLS session was resumed.
func (c *Conn) Resumed() bool {
	secured, ok := c.Conn.(*tls.Conn)
	return ok && secured.ConnectionState().DidResume
}

// CloseWrite closes our direction: a FIN, under TLS after close_notify.
func (c *Conn) CloseWrite() error {
	var err error
	if secured, ok := c.Conn.(*tls.Conn); ok {
		err = secured.CloseWrite()
	}
	return errors.Join(err, c.quick.CloseWrite())
}

func closeWrite(c net.Conn) error {
	if h, ok := c.(interface{ CloseWrite() error }); ok {
		return h.CloseWrite()
	}
	return nil
}

// Address is what is dialled, as host:port or as the path of a Unix socket.
func (d *Dialer) Address() string {
	if d.Port == 0 {
		return d.Host
	}
	return net.JoinHostPort(d.Host, strconv.Itoa(d.Port))
}

// Dial connects, with TLS if that is asked for. The Watcher is returned also with an error, which is an *Error. Where the
// attempt to resume a session fails, a second connection does without: what is told is how that one ended.
func (d *Dialer) Dial(ctx context.Context) (*Conn, *tlsdiag.Watcher, error) {
	c, w, err := d.attempt(ctx, false)
	var failed *Error
	if errors.As(err, &failed) && failed.Op == tlsdiag.OpHandshake && d.TLS.resumed != nil && d.TLS.resumed.hasOffered() && ctx.Err() == nil {
		return d.attempt(ctx, true)
	}
	return c, w, err
}

// attempt makes one connection. With full it resumes no session.
func (d *Dialer) attempt(ctx context.Context, full bool) (*Conn, *tlsdiag.Watcher, error) {
	if d.TLS != nil {
		d.TLS.resume(d, full)
	}
	GrowStack()
	w := tlsdiag.Watch(d.Watch)
	raw, err := d.connect(ctx)
	if err != nil {
		return nil, w, d.failed(w, connectOp(err), err)
	}
	quick := &quickAck{Conn: raw}
	c := &Conn{Conn: w.Conn(quick), Watcher: w, quick: quick}
	if d.TLS == nil {
		return c, w, nil
	}
	if err := d.secure(ctx, c); err != nil {
		_ = raw.Close()
		return nil, w, err
	}
	return c, w, nil
}

// secure runs the TLS handshake over c and puts TLS in its place.
func (d *Dialer) secure(ctx context.Context, c *Conn) error {
	secured := tls.Client(c.Conn, d.TLS.config(c.Watcher, d))
	if err := secured.HandshakeContext(ctx); err != nil {
		return d.failed(c.Watcher, tlsdiag.OpHandshake, err)
	}
	c.Watcher.Handshaked(secured)
	c.Conn, c.resumed = secured, d.TLS.resumed
	return nil
}

func (d *Dialer) failed(w *tlsdiag.Watcher, op tlsdiag.Op, err error) error {
	w.Failed(op, err)
	return &Error{Op: op, Address: d.Address(), Err: err}
}

func (d *Dialer) connect(ctx context.Context) (net.Conn, error) {
	if d.Port == 0 {
		return (&net.Dialer{}).DialContext(ctx, "unix", d.Host)
	}
	if d.Host == "" { // which Go takes for this machine
		return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
	}
	dialer := net.Dialer{KeepAlive: -1} // MQTT has a keep alive of its own
	if d.Bind != "" {
		local, err := (&net.Resolver{}).LookupIPAddr(ctx, d.Bind)
		if err != nil {
			return nil, err
		}
		dialer.LocalAddr = &net.TCPAddr{IP: local[0].IP, Zone: local[0].Zone}
	}
	return dialer.DialContext(ctx, "tcp", d.Address())
}

// connectOp tells a failed name lookup from a failed connection.
func connectOp(err error) tlsdiag.Op {
	var dns *net.DNSError
	var address *net.AddrError
	if errors.As(err, &dns) || errors.As(err, &address) {
		return tlsdiag.OpResolve
	}
	return tlsdiag.OpDial
}
