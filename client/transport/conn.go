package transport

import (
	"crypto/tls"
	"errors"
	"net"

	"github.com/culex-mqtt/culex/tlsdiag"
)

// Conn is a connection to the broker. Until Settle it is observed, for the diagnosis, and acknowledges at once.
type Conn struct {
	// Conn is the top layer: what is read and written is MQTT.
	net.Conn
	// Watcher has seen all of the connection up to Settle.
	Watcher *tlsdiag.Watcher
	quick   *quickAck
	secured tlsConn     // nil for plain MQTT
	resumed *resumption // nil for none
	cork    *cork       // nil without TLS, and under a WebSocket
	web     *webSocket  // nil for none
	first   []byte      // what came first, inside all layers; nil once settled
	settled bool
}

// tlsConn is a connection with TLS.
type tlsConn interface {
	tlsdiag.Secured
	CloseWrite() error
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
	if c.resumed != nil {
		c.resumed.settle(c.secured.ConnectionState())
	}
}

// TLSVersion names the version of TLS, such as "TLS 1.3"; empty for plain MQTT.
func (c *Conn) TLSVersion() string {
	if c.secured == nil {
		return ""
	}
	return tls.VersionName(c.secured.ConnectionState().Version)
}

// Resumed tells whether a TLS session was resumed.
func (c *Conn) Resumed() bool { return c.secured != nil && c.secured.ConnectionState().DidResume }

// CloseWrite closes our direction: a FIN, under TLS after close_notify. A WebSocket gets a Close frame instead, and its
// server closes the connection (RFC 6455, 7.1.1).
func (c *Conn) CloseWrite() error {
	if c.web != nil {
		return c.web.CloseWrite()
	}
	var err error
	if c.secured != nil {
		err = c.secured.CloseWrite()
	}
	return errors.Join(err, c.quick.CloseWrite())
}

func closeWrite(c net.Conn) error {
	if h, ok := c.(interface{ CloseWrite() error }); ok {
		return h.CloseWrite()
	}
	return nil
}
