package transport

import (
	"encoding/binary"
	"net"
	"sync"
)

const (
	maxPlaintext = 16 << 10 // bytes that a TLS record holds (RFC 8446 5.1)
	corkSize     = 64 << 10 // bytes of records that are written at once
	recordHeader = 5
)

// cork lies under TLS and gathers the records of one large write, which crypto/tls writes one by one.
type cork struct {
	net.Conn

	mu   sync.Mutex // Read may write, too: an answer to a KeyUpdate
	held bool
	buf  []byte
	sent int // records written since hold
	err  error
}

// Write writes a record, or keeps it for release.
func (c *cork) Write(record []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.held {
		return c.Conn.Write(record)
	}
	if c.buf = append(c.buf, record...); len(c.buf) >= corkSize {
		c.flush()
	}
	if c.err != nil {
		return 0, c.err
	}
	return len(record), nil
}

// hold has records kept back.
func (c *cork) hold() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held, c.sent = true, 0
}

// release writes what was kept back. It returns how many records were written in full since hold.
func (c *cork) release() (records int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = false
	c.flush()
	return c.sent, c.err
}

func (c *cork) flush() {
	if c.err != nil || len(c.buf) == 0 {
		return
	}
	n, err := c.Conn.Write(c.buf)
	for at := 0; at+recordHeader <= n; c.sent++ {
		if at += recordHeader + int(binary.BigEndian.Uint16(c.buf[at+3:])); at > n {
			break
		}
	}
	c.err, c.buf = err, c.buf[:0]
}

// Write writes all of p. Under TLS many records go into one write; of a failed one n is what went in whole records.
func (c *Conn) Write(p []byte) (int, error) {
	if c.cork == nil || len(p) <= maxPlaintext {
		return c.Conn.Write(p)
	}
	c.cork.hold()
	n, err := c.Conn.Write(p)
	records, failed := c.cork.release()
	if failed != nil {
		return min(n, records*maxPlaintext), failed
	}
	return n, err
}
