// Package capture watches a live connection: the bytes under TLS, the hooks of
// tls.Config for what TLS 1.3 encrypts, and the alert in an error. It keeps
// copies and pointers only; everything is read and described later, when a
// failure has to be explained.
package capture

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// Limits of what a Conn keeps. A server's flight with a long chain and a long
// list of CAs stays under maxIn; what follows it is encrypted and of no use.
const (
	maxIn     = 128 << 10
	maxOut    = 16 << 10
	maxPlain  = 512
	maxChunks = 64
	firstIn   = 4096
	firstOut  = 1024
)

// Conn is a net.Conn that remembers what passes until Stop is called.
type Conn struct {
	net.Conn
	stopped atomic.Bool
	// last is called before the connection is closed after a failed write.
	last func()
	// alert is set when this side refuses the server's certificate.
	alert atomic.Pointer[exactAlert]

	mu   sync.Mutex
	tls  bool
	now  func() time.Time
	flow flow
	in   []byte
	out  []byte
}

// flow is the order and the amount of what passed.
type flow struct {
	chunks         []chunk
	received, sent int64
	truncated      bool
	lastIn         time.Time
	writeErr       error
}

// chunk says that n further bytes from one side passed.
type chunk struct {
	from evidence.Side
	n    int
}

// NewConn wraps c. With tls false, what is written is counted and never kept,
// because it would be an MQTT CONNECT with its password. If a write fails,
// last is called before the connection is closed: a peer may have said why.
func NewConn(c net.Conn, tls bool, now func() time.Time, last func()) *Conn {
	return &Conn{Conn: c, tls: tls, now: now, last: last, flow: flow{lastIn: now()}}
}

// Close closes the connection.
func (c *Conn) Close() error {
	if !c.stopped.Load() && c.WriteError() != nil {
		c.last()
	}
	return c.Conn.Close()
}

// Read reads from the connection and remembers what came.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && !c.stopped.Load() {
		c.sawIn(p[:n])
	}
	return n, err
}

// Write writes to the connection and remembers what went, if it is TLS.
func (c *Conn) Write(p []byte) (int, error) {
	if c.stopped.Load() {
		return c.Conn.Write(p)
	}
	if a := c.alert.Load(); a != nil {
		p = a.replace(p)
	}
	n, err := c.Conn.Write(p)
	c.sawOut(p[:n], err)
	return n, err
}

// Stop ends the watching and frees what was kept. Reads and writes cost one
// comparison from then on.
func (c *Conn) Stop() {
	if c.stopped.Swap(true) {
		return
	}
	c.mu.Lock()
	c.flow, c.in, c.out = flow{}, nil, nil
	c.mu.Unlock()
}

// WriteError returns the error of the first write that failed, or nil.
func (c *Conn) WriteError() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.flow.writeErr
}

// LastHeard returns when something last came from the peer, or when the
// watching began.
func (c *Conn) LastHeard() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.flow.lastIn
}

// Flow returns what was seen, in order, for reading with package record. The
// slices stay valid; later reads append behind them.
func (c *Conn) Flow() record.Capture {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := record.Capture{
		Sent: c.flow.sent, Received: c.flow.received, Truncated: c.flow.truncated,
		Chunks: make([]record.Chunk, 0, len(c.flow.chunks)),
	}
	in, out := c.in, c.out
	for _, k := range c.flow.chunks {
		src := &in
		if k.from == evidence.SideClient {
			src = &out
		}
		n := min(k.n, len(*src))
		r.Chunks = append(r.Chunks, record.Chunk{From: k.from, Data: (*src)[:n:n]})
		*src = (*src)[n:]
	}
	return r
}

func (c *Conn) sawIn(p []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	limit := maxIn
	if !c.tls {
		limit = maxPlain
	}
	c.flow.received += int64(len(p))
	c.flow.lastIn = c.now()
	if c.in == nil {
		c.in = make([]byte, 0, min(firstIn, limit))
	}
	n := c.keep(evidence.SideServer, len(p), limit-len(c.in))
	c.in = append(c.in, p[:n]...)
}

func (c *Conn) sawOut(p []byte, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil && c.flow.writeErr == nil {
		c.flow.writeErr = err
	}
	c.flow.sent += int64(len(p))
	if !c.tls {
		return
	}
	if c.out == nil {
		c.out = make([]byte, 0, firstOut)
	}
	n := c.keep(evidence.SideClient, len(p), maxOut-len(c.out))
	c.out = append(c.out, p[:n]...)
}

// keep notes that n bytes passed and returns how many of them have room.
func (c *Conn) keep(from evidence.Side, n, room int) int {
	f := &c.flow
	k := len(f.chunks)
	same := k > 0 && f.chunks[k-1].from == from
	if !same && k == maxChunks {
		room = 0
	}
	if n > room {
		n, f.truncated = room, true
	}
	switch {
	case n <= 0:
		return 0
	case same:
		f.chunks[k-1].n += n
	default:
		f.chunks = append(f.chunks, chunk{from, n})
	}
	return n
}
