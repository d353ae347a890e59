package psk

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// Conn is a connection after its handshake. One goroutine may read while another writes, and any may close it or set a
// deadline. After a write that failed, timeouts included, nothing more can be written: half a record may be out.
type Conn struct {
	net.Conn // what is under TLS
	state    tls.ConnectionState
	closed   atomic.Bool
	in       input
	out      output
}

// input is the server's direction.
type input struct {
	sync.Mutex
	err error // what ended it
	protection
	buffer  []byte
	raw     []byte // the part of buffer that came and was not taken yet
	content []byte // of the last record, as far as it was not taken; it lies in buffer, before raw
	idle    int    // records in a row that brought nothing
	spoken  bool   // a record came, so it is TLS
}

// output is the client's direction.
type output struct {
	sync.Mutex
	err error // what ended it
	protection
	buffer []byte // for the next record
}

const (
	// maxIdle is how many records in a row may bring nothing: warnings, empty content, wishes to renegotiate.
	maxIdle = 16
	// farewell is how long Close may take to say so.
	farewell = 5 * time.Second
)

// errShutdown is the end of a direction that was closed here.
var errShutdown = errors.New("tls: protocol is shutdown")

// ConnectionState tells the version, the cipher suite, the group and the protocol of ALPN.
func (c *Conn) ConnectionState() tls.ConnectionState { return c.state }

// Read reads what the server sent. It ends with io.EOF after close_notify, and with io.ErrUnexpectedEOF where the connection
// ended without. After a deadline it can be called again.
func (c *Conn) Read(p []byte) (int, error) {
	c.in.Lock()
	defer c.in.Unlock()
	if len(p) == 0 {
		return 0, nil
	}
	for len(c.in.content) == 0 {
		kind, content, err := c.record()
		switch {
		case err != nil:
			return 0, err
		case kind == record.TypeApplicationData:
			c.in.content = content
		case kind == record.TypeHandshake && isHelloRequest(content):
			// It never renegotiates (RFC 5246 section 7.4.1.1).
			if err := c.alert(record.LevelWarning, alertNoRenegotiation); err != nil {
				return 0, c.end(err)
			}
		default:
			return 0, c.refuse(wrong(alertUnexpectedMessage, "the server sent a message out of turn"))
		}
		if len(c.in.content) == 0 {
			if err := c.waste(); err != nil {
				return 0, err
			}
		}
	}
	c.in.idle = 0
	n := copy(p, c.in.content)
	c.in.content = c.in.content[n:]
	return n, nil
}

func isHelloRequest(b []byte) bool {
	return len(b) == messageHeader && b[0] == msgHelloRequest && b[1] == 0 && b[2] == 0 && b[3] == 0
}

// waste counts a record that brought nothing.
func (c *Conn) waste() error {
	if c.in.idle++; c.in.idle > maxIdle {
		return c.refuse(wrong(alertUnexpectedMessage, "the server sends records without content"))
	}
	return nil
}

// record returns the next record that is no alert. Its content is valid until the next call. c.in is locked.
func (c *Conn) record() (kind byte, content []byte, err error) {
	for {
		if c.in.err != nil {
			return 0, nil, c.in.err
		}
		header, err := c.fill(headerSize)
		if err != nil {
			return 0, nil, err
		}
		length, err := c.checkHeader([headerSize]byte(header))
		if err != nil {
			return 0, nil, c.refuse(err)
		}
		whole, err := c.fill(headerSize + length)
		if err != nil {
			return 0, nil, err
		}
		c.in.raw = c.in.raw[headerSize+length:]
		kind = whole[0]
		if content, err = c.in.open(kind, whole[headerSize:]); err != nil {
			return 0, nil, c.refuse(err)
		}
		if kind != record.TypeAlert {
			return kind, content, nil
		}
		if err := c.alerted(content); err != nil {
			return 0, nil, err
		}
	}
}

// fill returns the first n bytes that came, which may take several calls if a deadline passes.
func (c *Conn) fill(n int) ([]byte, error) {
	if in := &c.in; cap(in.raw) < n {
		const least = 4 << 10
		if len(in.buffer) < n {
			in.buffer = make([]byte, max(n, least))
		}
		in.raw = in.buffer[:copy(in.buffer, in.raw)]
	}
	for len(c.in.raw) < n {
		raw := c.in.raw
		k, err := c.Conn.Read(raw[len(raw):cap(raw)])
		c.in.raw = raw[:len(raw)+k]
		if len(c.in.raw) >= n {
			break
		}
		if err == io.EOF {
			return nil, c.end(io.ErrUnexpectedEOF)
		}
		if err != nil {
			return nil, err
		}
	}
	return c.in.raw[:n], nil
}

// checkHeader returns the length of a record. What does not look like TLS from the first is no TLS.
func (c *Conn) checkHeader(header [headerSize]byte) (int, error) {
	kind, length := header[0], int(binary.BigEndian.Uint16(header[3:]))
	if !c.in.spoken {
		if !record.LooksLikeTLS(header[:]) || kind != record.TypeAlert && kind != record.TypeHandshake {
			return 0, tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake", RecordHeader: header, Conn: c.Conn}
		}
		c.in.spoken = true
	}
	limit := maxPlaintext
	if c.in.aead != nil {
		limit = maxCiphertext
	}
	switch {
	case header[1] != version12>>8, c.state.Version != 0 && header[2] != version12&0xff:
		return 0, wrong(record.ProtocolVersion, "a record has the wrong version")
	case length > limit:
		return 0, wrong(alertRecordOverflow, "a record is longer than allowed")
	}
	return length, nil
}

// alerted takes an alert. c.in is locked.
func (c *Conn) alerted(content []byte) error {
	if len(content) != 2 {
		return c.refuse(wrong(record.DecodeError, "an alert has the wrong length"))
	}
	level, code := content[0], alert(content[1])
	switch {
	case code == record.CloseNotify:
		return c.end(io.EOF)
	case level == record.LevelWarning:
		return c.waste()
	case level == record.LevelFatal:
		err := remoteError(code)
		c.breakOut(err)
		return c.end(err)
	}
	return c.refuse(wrong(record.IllegalParameter, "an alert has an unknown level"))
}

// end ends the server's direction. c.in is locked.
func (c *Conn) end(err error) error {
	if c.in.err == nil {
		c.in.err = err
	}
	return err
}
