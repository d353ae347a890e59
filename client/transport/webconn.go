package transport

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
)

const (
	webReadSize  = 16 << 10 // bytes that are read ahead
	webWriteSize = 32 << 10 // bytes of a frame that are masked and written at once
)

// webSocket carries a stream in binary messages (RFC 6455). Each Write is one frame; where frames begin and end in what
// is read means nothing [MQTT-6.0.0-2]. One goroutine may read while others write.
type webSocket struct {
	net.Conn
	in  webInput
	out webOutput
}

// webInput is the receiving half. Only the reader touches it.
type webInput struct {
	buf        []byte // what was read ahead: buf[at:]
	at         int
	frame      uint64 // bytes of the data frame's payload that are still to come
	fragmented bool   // a message has begun, and its last frame not come
	err        error  // ends the reading
}

// webOutput is the sending half.
type webOutput struct {
	mu     sync.Mutex // held for a whole frame
	buf    []byte
	masks  *masks
	err    error // after a frame that was not written to its end
	closed bool  // a Close frame was sent

	control sync.Mutex // guards what follows
	pending []byte     // the payload of a Pong or Close that is to be sent
	op      opcode     // which of them; 0 for none
	busy    bool       // a goroutine is sending it
}

// newWebSocket makes a connection of one whose opening handshake is over; rest is what came behind it.
func newWebSocket(c net.Conn, rest []byte) *webSocket {
	w := &webSocket{Conn: c}
	w.in.buf = append(make([]byte, 0, max(webReadSize, len(rest))), rest...)
	w.out.buf = make([]byte, 0, maxHeader+webWriteSize)
	w.out.masks = newMasks()
	return w
}

// Read returns the payload of data frames, of several if they are at hand. It answers Ping and Close. After an orderly
// Close it returns io.EOF.
func (w *webSocket) Read(p []byte) (n int, err error) {
	for n < len(p) && w.in.err == nil {
		switch {
		case w.in.frame > 0 && len(w.in.buf) > w.in.at:
			most := min(uint64(len(p)-n), w.in.frame)
			k := copy(p[n:n+int(most)], w.in.buf[w.in.at:])
			w.in.at += k
			w.in.frame -= uint64(k)
			n += k
		case n > 0 && !w.frameAtHand():
			return n, nil
		case w.in.frame > 0:
			return w.readPayload(p)
		default:
			if err := w.nextFrame(); err != nil {
				return n, w.stop(err, n)
			}
		}
	}
	if n > 0 || len(p) == 0 {
		return n, nil
	}
	return 0, w.in.err
}

// stop remembers an error that no later Read gets over. A deadline is not one.
func (w *webSocket) stop(err error, n int) error {
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		w.in.err = err
	}
	if n > 0 {
		return nil
	}
	return err
}

// frameAtHand tells whether the next frame can be begun, if it is one of control dealt with, without waiting.
func (w *webSocket) frameAtHand() bool {
	if w.in.frame > 0 {
		return false
	}
	h, n, err := parseHeader(w.in.buf[w.in.at:])
	if err != nil || h.op&controlBit == 0 {
		return !errors.Is(err, errShort)
	}
	return w.in.at+n+int(h.size) <= len(w.in.buf)
}

// readPayload reads a part of a large frame past the buffer, which is empty.
func (w *webSocket) readPayload(p []byte) (int, error) {
	n, err := w.Conn.Read(p[:min(uint64(len(p)), w.in.frame)])
	w.in.frame -= uint64(n)
	if err == nil || n > 0 {
		return n, nil
	}
	return 0, w.stop(broken(err), 0)
}

// broken is the error of a connection that ended within a WebSocket, without Close.
func broken(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// nextFrame reads up to the payload of the next data frame and deals with the control frames before it.
func (w *webSocket) nextFrame() error {
	for {
		h, n, err := parseHeader(w.in.buf[w.in.at:])
		switch {
		case errors.Is(err, errShort):
			if err := w.fill(); err != nil {
				return err
			}
			continue
		case err != nil:
			w.refuse()
			return err
		case h.op&controlBit == 0:
			w.in.at += n
			return w.beginFrame(h)
		}
		if have := len(w.in.buf) - w.in.at - n; uint64(have) < h.size {
			if err := w.fill(); err != nil {
				return err
			}
			continue
		}
		begin := w.in.at + n
		w.in.at = begin + int(h.size)
		if err := w.control(h.op, w.in.buf[begin:w.in.at]); err != nil {
			return err
		}
	}
}

// beginFrame holds a data frame against the one before (RFC 6455, 5.4).
func (w *webSocket) beginFrame(h frameHeader) error {
	if w.in.fragmented != (h.op == opContinuation) {
		err := webSocketFault("a message begins within another, or goes on where none has begun")
		w.refuse()
		return err
	}
	w.in.frame, w.in.fragmented = h.size, !h.fin
	return nil
}

// fill reads more behind what is in the buffer. No header and no control frame is larger than the buffer.
func (w *webSocket) fill() error {
	if w.in.at > 0 {
		w.in.buf = w.in.buf[:copy(w.in.buf[:cap(w.in.buf)], w.in.buf[w.in.at:])]
		w.in.at = 0
	}
	n, err := w.Conn.Read(w.in.buf[len(w.in.buf):cap(w.in.buf)])
	w.in.buf = w.in.buf[:len(w.in.buf)+n]
	if n > 0 {
		return nil
	}
	if len(w.in.buf) > 0 || w.in.fragmented {
		return broken(err)
	}
	return err
}

// The status codes of Close that are not failures (RFC 6455, 7.4.1), and that of a broken protocol.
const (
	closeNormal    = 1000
	closeGoingAway = 1001
	closeProtocol  = 1002
	closeNone      = 1005 // stands for a Close without a code
)

// CloseError is a Close frame of the server that tells of a failure.
type CloseError struct {
	Code   int    // RFC 6455, 7.4.1
	Reason string // in the server's words
}

func (e *CloseError) Error() string {
	text := fmt.Sprintf("the server closed the WebSocket with code %d", e.Code)
	if e.Reason != "" {
		text += fmt.Sprintf(" (%q)", e.Reason)
	}
	return text
}

// control deals with a control frame.
func (w *webSocket) control(op opcode, payload []byte) error {
	switch op {
	case opPing:
		w.answer(opPong, payload)
	case opClose:
		code, reason := closeNone, ""
		if len(payload) >= 2 {
			code, reason = int(binary.BigEndian.Uint16(payload)), excerpt(string(payload[2:]))
		}
		w.answer(opClose, payload[:min(len(payload), 2)])
		if code == closeNormal || code == closeGoingAway || code == closeNone {
			return io.EOF
		}
		return &CloseError{code, reason}
	}
	return nil
}

// refuse tells the server that it broke the protocol.
func (w *webSocket) refuse() { w.answer(opClose, binary.BigEndian.AppendUint16(nil, closeProtocol)) }

// answer has a control frame sent by a goroutine of its own: the reader must not wait for a server that waits for it to
// read. Of several that wait the last is sent (RFC 6455, 5.5.3), a Close for certain.
func (w *webSocket) answer(op opcode, payload []byte) {
	o := &w.out
	o.control.Lock()
	defer o.control.Unlock()
	if o.op == opClose {
		return
	}
	o.op, o.pending = op, append(o.pending[:0], payload...)
	if !o.busy {
		o.busy = true
		go w.sendControl()
	}
}

func (w *webSocket) sendControl() {
	o := &w.out
	for {
		var payload [maxControl]byte
		o.control.Lock()
		op, n := o.op, copy(payload[:], o.pending)
		if o.op != opClose {
			o.op = 0
		}
		o.busy = op != 0
		o.control.Unlock()
		if op == 0 {
			return
		}
		_, err := w.send(op, payload[:n])
		if err != nil || op == opClose {
			return // the reader sees the broken connection itself
		}
	}
}

// Write sends p as one binary frame. It returns how many bytes of p were written.
func (w *webSocket) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return w.send(opBinary, p)
}

// CloseWrite sends Close. The server answers with Close and closes the connection.
func (w *webSocket) CloseWrite() error {
	_, err := w.send(opClose, binary.BigEndian.AppendUint16(nil, closeNormal))
	return err
}

// send writes a frame in pieces that fit the buffer.
func (w *webSocket) send(op opcode, p []byte) (written int, err error) {
	o := &w.out
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.err != nil:
		return 0, o.err
	case o.closed && op == opClose:
		return 0, nil
	case o.closed:
		return 0, net.ErrClosed
	}
	o.closed = op == opClose
	mask := o.masks.next()
	piece := appendHeader(o.buf[:0], op, len(p), mask)
	for head := len(piece); ; head = 0 {
		k := min(len(p)-written, webWriteSize)
		piece = piece[:head+k]
		maskInto(piece[head:], p[written:written+k], mask)
		n, err := w.Conn.Write(piece)
		written += max(0, n-head)
		if err != nil {
			o.err = err
			return written, err
		}
		if written == len(p) {
			return written, nil
		}
	}
}
