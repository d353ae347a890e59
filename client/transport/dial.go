package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Dialer says where the broker is and how to reach it.
type Dialer struct {
	// Host is a name or an address, or the path of a Unix socket if Port is 0.
	Host string
	Port int
	// Service is the service whose SRV records at Host name the broker's hosts and ports (RFC 2782), such as "mqtt";
	// empty for none.
	Service string
	// Bind is the local address or name to connect from; empty for any.
	Bind string
	// Names finds the addresses of names.
	Names Names
	// Proxy is nil for none.
	Proxy *Proxy
	// TLS is nil for plain MQTT.
	TLS *TLS
	// WebSocket is nil for MQTT on the bare connection.
	WebSocket *WebSocket
	// Watch is what tells the watchers of the connections what was asked for.
	Watch tlsdiag.Settings
}

// Address is what is dialled, as host:port or as the path of a Unix socket.
func (d *Dialer) Address() string {
	if d.Port == 0 {
		return d.Host
	}
	return net.JoinHostPort(d.Host, strconv.Itoa(d.Port))
}

// Dial connects through the layers that are asked for: TCP or a Unix socket, a proxy, TLS, a WebSocket. The Watcher is
// returned also with an error, which is an *Error. Where the attempt to resume a session fails, a second connection does
// without: what is told is how that one ended.
func (d *Dialer) Dial(ctx context.Context) (*Conn, *tlsdiag.Watcher, error) {
	if d.Service == "" || d.Port == 0 {
		return d.dial(ctx)
	}
	return d.dialService(ctx)
}

// dial connects to Host and Port.
func (d *Dialer) dial(ctx context.Context) (*Conn, *tlsdiag.Watcher, error) {
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
	c := &Conn{Watcher: w, quick: quick}
	if err := d.climb(ctx, c); err != nil {
		_ = raw.Close()
		return nil, w, err
	}
	return c, w, nil
}

// climb puts the layers over the socket, each in the place of the one below. What is watched lies directly under TLS.
func (d *Dialer) climb(ctx context.Context, c *Conn) error {
	below, op, err := d.through(ctx, c.quick)
	if err != nil {
		return d.failed(c.Watcher, op, err)
	}
	c.Conn = c.Watcher.Conn(below)
	if d.TLS != nil {
		if err := d.secure(ctx, c); err != nil {
			return err
		}
	}
	if d.WebSocket != nil {
		return d.upgrade(ctx, c)
	}
	return nil
}

// through has the proxy at the other end of c connect to the broker, if there is one. With an error it tells the step.
func (d *Dialer) through(ctx context.Context, c net.Conn) (net.Conn, tlsdiag.Op, error) {
	if d.Proxy == nil {
		return c, "", nil
	}
	host, err := d.target(ctx)
	if err != nil {
		return nil, connectOp(err), err
	}
	c, err = d.Proxy.connect(ctx, c, host, d.Port)
	return c, tlsdiag.OpProxy, err
}

// secure runs the TLS handshake over c and puts TLS in its place.
func (d *Dialer) secure(ctx context.Context, c *Conn) error {
	if d.TLS.psk != nil {
		return d.secureWithKey(ctx, c)
	}
	under := &cork{Conn: c.Conn}
	secured := tls.Client(under, d.TLS.config(c.Watcher, d))
	if err := secured.HandshakeContext(ctx); err != nil {
		return d.failed(c.Watcher, tlsdiag.OpHandshake, err)
	}
	c.Watcher.Handshaked(secured)
	c.Conn, c.secured, c.cork, c.resumed = secured, secured, under, d.TLS.resumed
	return nil
}

// upgrade makes a WebSocket of c. A server that refuses us in TLS 1.3 says so only here.
func (d *Dialer) upgrade(ctx context.Context, c *Conn) error {
	web, err := d.WebSocket.open(ctx, c.Conn, d)
	if err == nil {
		c.Conn, c.web, c.cork = web, web, nil // records no longer hold what is written
		return nil
	}
	var refused *WebSocketError
	var ended *net.OpError
	op := tlsdiag.OpRead
	switch {
	case errors.As(err, &refused):
		c.Watcher.Way(evidence.Way{WebSocket: &refused.WebSocket})
		if refused.Fault != evidence.FaultClosed && refused.Fault != evidence.FaultMalformed {
			op = tlsdiag.OpWebSocket
		}
	case errors.Is(err, context.DeadlineExceeded):
		op, err = tlsdiag.OpConnack, os.ErrDeadlineExceeded
	case errors.As(err, &ended) && ended.Op == "write":
		op = tlsdiag.OpWrite
	}
	return d.failed(c.Watcher, op, err)
}

func (d *Dialer) failed(w *tlsdiag.Watcher, op tlsdiag.Op, err error) error {
	var lookup *LookupError
	var proxy *ProxyError
	switch {
	case errors.As(err, &proxy):
		w.Way(evidence.Way{Proxy: &proxy.Proxy})
	case errors.As(err, &lookup):
		w.Way(evidence.Way{Lookup: &lookup.Lookup})
	}
	w.Failed(op, err)
	return &Error{Op: op, Address: d.Address(), Err: err}
}

// connect makes the connection that all layers rest on: to the broker, or to the proxy.
func (d *Dialer) connect(ctx context.Context) (net.Conn, error) {
	if d.Port == 0 {
		return (&net.Dialer{}).DialContext(ctx, "unix", d.Host)
	}
	if err := checkName(d.Host); err != nil {
		return nil, err
	}
	if d.Proxy == nil {
		return d.tcp(ctx, d.Host, d.Port)
	}
	c, err := d.tcp(ctx, d.Proxy.Host, d.Proxy.Port)
	if err == nil {
		return c, nil
	}
	var lookup *LookupError
	if errors.As(err, &lookup) {
		if lookup.Option == "" {
			lookup.Option = "--proxy"
		}
		return nil, err
	}
	return nil, d.Proxy.failed(evidence.StepReach, 0, "", err)
}

// target is the host that a proxy is asked to connect to: the name, unless it is to be looked up here or --resolve has an
// address for it.
func (d *Dialer) target(ctx context.Context) (string, error) {
	if !d.Proxy.LocalNames && d.Names.pinned(d.Host, d.Port) == nil {
		return d.Host, nil
	}
	found, err := d.Names.lookup(ctx, d.Host, d.Port)
	if err != nil {
		return "", err
	}
	return found[0].String(), nil
}

// connectOp tells a failed name lookup from a failed connection.
func connectOp(err error) tlsdiag.Op {
	var dns *LookupError
	if errors.As(err, &dns) {
		return tlsdiag.OpResolve
	}
	return tlsdiag.OpDial
}

// past is a deadline that has gone by.
func past() time.Time { return time.Unix(1, 0) }

// within runs a talk over c that ends when ctx does.
func within(ctx context.Context, c net.Conn, talk func() error) error {
	stop := context.AfterFunc(ctx, func() { _ = c.SetDeadline(past()) })
	err := talk()
	if !stop() {
		return ctx.Err()
	}
	return err
}

// ended tells whether err says that the peer closed the connection, in order or not.
func ended(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || isReset(err)
}
