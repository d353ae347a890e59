package mqtt

import (
	"io"
	"runtime/debug"
)

const (
	// maxPacketSize is the largest packet that MQTT has: type, four length bytes and the rest.
	maxPacketSize = 1 + 4 + maxVarint

	firstBuffer  = 4 << 10  // enough for a one-shot
	steadyBuffer = 64 << 10 // what a Read is offered when data keeps coming
	keptBuffer   = 1 << 20  // a larger buffer is given back after its packet
	largeBuffer  = 16 << 20 // from here on the memory of the buffers before counts
	emptyReads   = 100      // Reads without data or error before io.ErrNoProgress
)

// Frame is one packet as it arrived: its first byte, and what follows the
// Remaining Length.
type Frame struct {
	Header  byte
	Body    []byte
	padding byte // length bytes more than the Remaining Length needed
}

// Type returns the Control Packet type.
func (f Frame) Type() PacketType { return PacketType(f.Header >> 4) }

// Flags returns the lower four bits of the first byte.
func (f Frame) Flags() byte { return f.Header & 0x0f }

// Size returns how many bytes the whole packet took.
func (f Frame) Size() int {
	return 1 + varintSize(len(f.Body)) + int(f.padding) + len(f.Body)
}

// expect holds the fixed header against the one that a packet of type t has. In
// 3.1 the flags of all packets but PUBLISH are unused, and PUBREL may carry DUP.
func (f Frame) expect(v Version, t PacketType, flags byte) *Malformed {
	switch {
	case f.Type() != t:
		return protocolError(f.Type(), cite(v, "4.13", "4.8"), "it came where a %v was expected", t)
	case f.Flags() != flags && v != V31:
		return malformed(t, cite(v, "[MQTT-2.1.3-1]", "[MQTT-2.2.2-2]"), "the fixed header flags are %04b, not %04b", f.Flags(), flags)
	case f.padding > 0 && v == V5:
		return f.padded()
	}
	return nil
}

func (f Frame) padded() *Malformed {
	return malformed(f.Type(), "MQTT 5.0 [MQTT-1.5.5-1]", "the Remaining Length is written with more bytes than it needs")
}

// Reader cuts a stream of bytes into packets. Its buffer grows with what arrived,
// not with what a packet announces. It is not for concurrent use.
type Reader struct {
	src        io.Reader
	max        int
	buf        []byte
	start, end int   // buf[start:end] is what was read and not yet returned
	filled     bool  // the last Read left no room: a larger buffer saves Reads
	err        error // what the last Read returned beside data
}

// NewReader returns a Reader of src that refuses packets of more than maxPacket
// bytes, type and length included; with 0 or less, of more than MQTT has
// (268,435,460).
func NewReader(src io.Reader, maxPacket int) *Reader {
	if maxPacket <= 0 {
		maxPacket = maxPacketSize
	}
	return &Reader{src: src, max: maxPacket}
}

// Next returns the next packet, reading until it is complete. The Body is valid
// until the following Next. The error is a *Malformed or a *TooLarge, which the
// following Next returns again; io.EOF at the end of a packet,
// io.ErrUnexpectedEOF inside one; or what src returned, after which Next may be
// called again (a read deadline loses nothing).
func (r *Reader) Next() (Frame, error) {
	for {
		header, size, err := r.peek()
		if err != nil {
			return Frame{}, err
		}
		if size > 0 && size <= r.end-r.start {
			f := Frame{
				Header:  r.buf[r.start],
				Body:    r.buf[r.start+header : r.start+size : r.start+size],
				padding: byte(header - 1 - varintSize(size-header)),
			}
			r.start += size
			return f, nil
		}
		if err := r.fill(size); err != nil {
			return Frame{}, err
		}
	}
}

// Buffered reports whether Next would return without reading, because a further
// packet is complete in the buffer.
func (r *Reader) Buffered() bool {
	_, size, err := r.peek()
	return err != nil || size > 0 && size <= r.end-r.start
}

// peek looks at the fixed header at the start of the buffer. Both sizes are 0
// when it is not complete.
func (r *Reader) peek() (header, size int, err error) {
	unread := r.buf[r.start:r.end]
	if len(unread) < 2 {
		return 0, 0, nil
	}
	t := PacketType(unread[0] >> 4)
	if t == 0 {
		return 0, 0, malformed(t, "MQTT 5.0, 2.1.2", "packet type 0 is reserved")
	}
	remaining, n := int(unread[1]), 1
	if remaining >= 0x80 {
		remaining, n = decodeLength(unread[1:])
		if n == 0 {
			return 0, 0, nil
		}
		if n < 0 {
			return 0, 0, malformed(t, "MQTT 5.0, 2.1.4", "the Remaining Length is longer than four bytes")
		}
	}
	size = 1 + n + remaining
	if size > r.max {
		return 0, 0, &TooLarge{Packet: t, Size: size, Max: r.max}
	}
	return 1 + n, size, nil
}

// decodeLength is decodeVarint for the Remaining Length, where 3.x allows more
// bytes than the value needs.
func decodeLength(b []byte) (v, n int) {
	for i, c := range b[:min(4, len(b))] {
		v |= int(c&0x7f) << (7 * i)
		if c < 0x80 {
			return v, i + 1
		}
	}
	if len(b) >= 4 {
		return 0, -1
	}
	return 0, 0
}

// fill reads once, into room for the rest of a packet of size bytes (0: not known).
func (r *Reader) fill(size int) error {
	if r.err != nil {
		return r.take(r.err)
	}
	r.makeRoom(size)
	for range emptyReads {
		n, err := r.src.Read(r.buf[r.end:])
		if n < 0 || n > len(r.buf)-r.end {
			return r.take(io.ErrNoProgress)
		}
		r.end += n
		r.filled = r.end == len(r.buf)
		if n > 0 {
			r.err = err
			return nil
		}
		if err != nil {
			return r.take(err)
		}
	}
	return io.ErrNoProgress
}

// take makes err the answer, and forgets it: the next call reads again.
func (r *Reader) take(err error) error {
	r.err = nil
	if err == io.EOF && r.end > r.start {
		return io.ErrUnexpectedEOF
	}
	return err
}

// makeRoom leaves some of the buffer free behind r.end. size is that of the
// incomplete packet, 0 when it is not known.
func (r *Reader) makeRoom(size int) {
	unread, want := r.buf[r.start:r.end], len(r.buf)
	switch {
	case want == 0:
		want = firstBuffer
	case len(unread) == want && want >= keptBuffer && want < size && size <= 4*want:
		want = size // the last step is a larger one: what it leaves behind is a quarter of the packet, not half
	case len(unread) == want:
		// Twice what arrived at most, and above the steady size no more than the packet needs.
		want = min(2*want, max(size, steadyBuffer))
	case want > keptBuffer && max(size, len(unread)) <= steadyBuffer:
		want = steadyBuffer
	case r.filled && want < steadyBuffer:
		want *= 2
	}
	if want == len(r.buf) && r.start == 0 {
		return
	}
	grown := want > len(r.buf)
	if want != len(r.buf) {
		r.buf = make([]byte, want)
	}
	r.start, r.end = 0, copy(r.buf, unread)
	if grown && want >= largeBuffer {
		debug.FreeOSMemory() // or all the smaller buffers would stay beside it while it fills
	}
}
