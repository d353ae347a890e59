package psk

import (
	"errors"
	"net"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// Alert descriptions (RFC 5246 section 7.2) that package record has no name for.
const (
	alertUnexpectedMessage    alert = 10
	alertRecordOverflow       alert = 22
	alertNoRenegotiation      alert = 100
	alertUnsupportedExtension alert = 110
)

// Write sends p, in several records if it is long.
func (c *Conn) Write(p []byte) (int, error) {
	c.out.Lock()
	defer c.out.Unlock()
	sent := 0
	for {
		switch {
		case c.closed.Load():
			return sent, net.ErrClosed
		case c.out.err != nil:
			return sent, c.out.err
		case sent == len(p):
			return sent, nil
		}
		n := min(len(p)-sent, maxPlaintext)
		if err := c.send(record.TypeApplicationData, p[sent:sent+n]); err != nil {
			return sent, err
		}
		sent += n
	}
}

// send writes one record. c.out is locked.
func (c *Conn) send(kind byte, content []byte) error {
	sealed, err := c.out.seal(c.out.buffer[:0], kind, content)
	if err == nil {
		c.out.buffer = sealed
		_, err = c.Conn.Write(sealed)
	}
	if err != nil {
		c.out.err = err
	}
	return err
}

// alert sends an alert.
func (c *Conn) alert(level byte, code alert) error {
	c.out.Lock()
	defer c.out.Unlock()
	if c.out.err != nil {
		return c.out.err
	}
	return c.send(record.TypeAlert, []byte{level, byte(code)})
}

// refuse ends both directions for what the server did wrong, and tells it. It returns err. c.in is locked.
func (c *Conn) refuse(err error) error {
	var local *localError
	if errors.As(err, &local) {
		// That it could not be told is of no interest beside what it did.
		_ = c.alert(record.LevelFatal, local.alert)
	}
	c.breakOut(err)
	return c.end(err)
}

// breakOut ends the client's direction.
func (c *Conn) breakOut(err error) {
	c.out.Lock()
	defer c.out.Unlock()
	if c.out.err == nil {
		c.out.err = err
	}
}

// CloseWrite says with close_notify that nothing more is to come (RFC 5246 section 7.2.1). What is under TLS stays open.
func (c *Conn) CloseWrite() error {
	c.out.Lock()
	defer c.out.Unlock()
	return c.closeNotify()
}

// closeNotify sends it once. c.out is locked.
func (c *Conn) closeNotify() error {
	switch {
	case errors.Is(c.out.err, errShutdown):
		return nil
	case c.out.err != nil:
		return c.out.err
	}
	err := c.send(record.TypeAlert, []byte{record.LevelWarning, record.CloseNotify})
	if err == nil {
		c.out.err = errShutdown
	}
	return err
}

// Close says goodbye and closes what is under TLS. A Write at the same time is interrupted, and then nothing is said.
func (c *Conn) Close() error {
	if c.closed.Swap(true) {
		return net.ErrClosed
	}
	if c.out.TryLock() {
		// A deadline in the past, set late, needs no clock.
		limit := time.AfterFunc(farewell, func() { _ = c.SetWriteDeadline(time.Unix(1, 0)) })
		_ = c.closeNotify()
		limit.Stop()
		c.out.Unlock()
	}
	return c.Conn.Close()
}
