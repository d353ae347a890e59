package tlsdiag

import (
	"errors"
	"net"
	"sync"
	"sync/atomic"

	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// Conn is a connection that a [Dialer] made. It is observed until the broker
// has answered, since in TLS 1.3 a broker refuses a client's certificate after
// a handshake that succeeded here; from then on it costs one comparison for
// each call.
type Conn struct {
	// Conn is the *tls.Conn, or what is under it if there is no TLS.
	net.Conn
	watcher *Watcher
	settled atomic.Bool

	mu    sync.Mutex
	first []byte // what came first, at most firstSize
}

// firstSize is how much of a peer's first words tells what it is.
const firstSize = 64

// Read reads from the connection. Its error is an [*Error] where the broker
// gave none of its data and TLS has to do with it. Deadlines that pass and a
// connection that was closed here are no failures.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if !c.settled.Load() {
		c.heard(p[:n], err != nil && !timedOut(err))
		err = c.failed(OpRead, err)
	}
	return n, err
}

// Write writes to the connection. Its error is an [*Error] as that of Read is.
func (c *Conn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err != nil && !c.settled.Load() {
		err = c.failed(OpWrite, err)
	}
	return n, err
}

// Accepted says that the broker has taken the client: there is nothing left to
// explain. A CONNACK that says so, or any other first data that is no known
// protocol's, has the same effect.
func (c *Conn) Accepted() {
	if !c.settled.Swap(true) {
		c.watcher.Stop()
	}
}

// Explain returns err as an [*Error] if what was seen explains it, and
// otherwise as it is. It is for what the MQTT client finds: a CONNACK that
// refuses, an answer that is no CONNACK, a time-out of its own.
func (c *Conn) Explain(err error) error {
	var known *Error
	switch {
	case err == nil || errors.As(err, &known) || c.settled.Load():
		return err
	case timedOut(err):
		return c.watcher.explain(OpConnack, err)
	}
	return c.watcher.explain(OpRead, err)
}

// Warning returns what is worth a line although the connection works; see
// [Watcher.Warning].
func (c *Conn) Warning() (Finding, bool) { return c.watcher.Warning() }

func (c *Conn) failed(op Op, err error) error {
	if err == nil || timedOut(err) || errors.Is(err, net.ErrClosed) || c.settled.Load() {
		return err
	}
	return c.watcher.explain(op, err)
}

// heard looks at what came from the broker, for as long as that may be other
// than an answer that was wanted. Nothing comes after last.
func (c *Conn) heard(b []byte, last bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.first = append(c.first, b[:min(len(b), firstSize-len(c.first))]...)
	if len(c.first) == 0 {
		return
	}
	switch code, progress := connack(c.first); {
	case progress == refusing:
		c.watcher.Refused(code)
	case progress == other && record.Recognise(c.first).Protocol != "":
		c.watcher.NotConnack(c.first)
	case record.LooksLikeTLS(c.first): // in answer to plain MQTT
	case !last && progress == begun, !last && progress == other && c.first[0] != packetAuth && len(c.first) < longestGreeting:
	default:
		c.Accepted()
	}
}

// The first bytes of what an MQTT server may send first ([MQTT-2.1.2], table
// 2-1).
const (
	packetConnack = 0x20
	packetAuth    = 0xf0
)

// longestGreeting is how many bytes decide that they are no known protocol's.
const longestGreeting = 9

// progress is what the first bytes of a connection are so far.
type progress int

const (
	other     progress = iota // no CONNACK
	begun                     // the beginning of one
	refusing                  // one that refuses
	accepting                 // one that accepts
)

// connack reads the return code or reason code of a CONNACK (MQTT 3.1.1 section
// 3.2.2.3, MQTT 5.0 section 3.2.2.2), once it is there.
func connack(b []byte) (code byte, p progress) {
	if b[0] != packetConnack {
		return 0, other
	}
	length := 1 // of the fixed header, [MQTT-2.2.3]
	for length < len(b) && length < 4 && b[length] >= 0x80 {
		length++
	}
	body := b[min(length+1, len(b)):]
	switch {
	case len(body) > 0 && body[0] > 1:
		return 0, other
	case len(body) < 2:
		return 0, begun
	case body[1] != 0:
		return body[1], refusing
	}
	return 0, accepting
}
