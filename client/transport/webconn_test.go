package transport

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// frameOf is a frame as a server sends it.
func frameOf(fin bool, op opcode, payload string) string {
	b := []byte{byte(op)}
	if fin {
		b[0] |= finBit
	}
	switch n := len(payload); {
	case n < length16:
		b = append(b, byte(n))
	case n>>16 == 0:
		b = binary.BigEndian.AppendUint16(append(b, length16), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, length64), uint64(n))
	}
	return string(b) + payload
}

// wire is a connection made of what a server says, in pieces of one size, and of what it heard.
type wire struct {
	net.Conn
	in    *strings.Reader
	piece int
	out   bytes.Buffer
	wrote chan struct{} // gets a value for each write, if it is not nil
}

func (w *wire) Read(p []byte) (int, error) { return w.in.Read(p[:min(len(p), w.piece)]) }

func (w *wire) Write(p []byte) (int, error) {
	n, err := w.out.Write(p)
	if w.wrote != nil {
		w.wrote <- struct{}{}
	}
	return n, err
}

func TestWebSocketRead(t *testing.T) {
	long := strings.Repeat("0123456789", 7000)
	closing := frameOf(true, opClose, "\x03\xe8bye")
	for _, c := range []struct {
		name, said, want string
		end              string // of the error's text
	}{
		{"one frame", frameOf(true, opBinary, "abc") + closing, "abc", "EOF"},
		{"several frames", frameOf(true, opBinary, "abc") + frameOf(true, opBinary, "") + frameOf(true, opBinary, "def") + closing, "abcdef", "EOF"},
		{"fragments", frameOf(false, opBinary, "abc") + frameOf(false, opContinuation, "") + frameOf(true, opContinuation, "def") + closing, "abcdef", "EOF"},
		{"16 bits of length", frameOf(true, opBinary, long[:300]) + closing, long[:300], "EOF"},
		{"64 bits of length", frameOf(true, opBinary, long) + frameOf(true, opBinary, "x") + closing, long + "x", "EOF"},
		{"pings between", frameOf(true, opBinary, "a") + frameOf(true, opPing, "p") + frameOf(false, opBinary, "b") + frameOf(true, opPong, strings.Repeat("q", 125)) + frameOf(true, opContinuation, "c") + closing, "abc", "EOF"},
		{"close without a code", frameOf(true, opClose, ""), "", "EOF"},
		{"close with a failure", frameOf(true, opBinary, "a") + frameOf(true, opClose, "\x03\xf0policy\x1b"), "a", `the server closed the WebSocket with code 1008 ("policy\x1b")`},
		{"end between frames", frameOf(true, opBinary, "a"), "a", "EOF"},
		{"end in a header", frameOf(true, opBinary, "a") + "\x82", "a", "unexpected EOF"},
		{"end in a frame", frameOf(true, opBinary, "abc")[:3], "a", "unexpected EOF"},
		{"end in a message", frameOf(false, opBinary, "abc"), "abc", "unexpected EOF"},
		{"masked", "\x82\x81abcd", "", "the server masks its frames"},
		{"text", frameOf(true, opText, "abc"), "", "MQTT comes in binary frames"},
		{"reserved bit", "\xc2\x00", "", "no extension was agreed on"},
		{"unknown opcode", frameOf(true, 3, ""), "", "the unknown opcode 3"},
		{"fragmented ping", frameOf(false, opPing, ""), "", "a control frame that is fragmented or has more than 125 bytes"},
		{"long ping", frameOf(true, opPing, strings.Repeat("x", 126)), "", "a control frame that is fragmented or has more than 125 bytes"},
		{"continuation of nothing", frameOf(true, opContinuation, "x"), "", "goes on where none has begun"},
		{"message in a message", frameOf(false, opBinary, "x") + frameOf(true, opBinary, "y"), "x", "goes on where none has begun"},
		{"long form of 5", "\x82\x7e\x00\x05abcde", "", "longer than it has to be"},
		{"long form of 65535", "\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff", "", "out of range"},
		{"2^63", "\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00", "", "out of range"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, piece := range []int{1, 2, 7, 1 << 20} {
				for ahead := 0; ahead <= len(c.said); ahead += 1 + len(c.said)/3 {
					r := &wire{in: strings.NewReader(c.said[ahead:]), piece: piece}
					w := newWebSocket(r, []byte(c.said[:ahead]))
					got, err := io.ReadAll(onlyReader{w})
					if err == nil {
						err = io.EOF
					}
					if string(got) != c.want || !strings.HasSuffix(err.Error(), c.end) {
						t.Fatalf("pieces of %d, %d ahead: %d bytes and %v, want %d and %s", piece, ahead, len(got), err, len(c.want), c.end)
					}
					if _, again := w.Read(make([]byte, 1)); again == nil {
						t.Error("the error is forgotten")
					}
				}
			}
		})
	}
}

// onlyReader reads in pieces of an odd size.
type onlyReader struct{ r io.Reader }

func (o onlyReader) Read(p []byte) (int, error) { return o.r.Read(p[:min(len(p), 1001)]) }

// unmask reads frames as a server does.
func unmask(t *testing.T, b []byte) (frames []string) {
	t.Helper()
	for len(b) > 0 {
		if b[0]&finBit == 0 || b[1]&maskBit == 0 {
			t.Fatalf("not final, or not masked: % x", b[:2])
		}
		plain := append([]byte{b[0], b[1] &^ maskBit}, b[2:]...)
		h, n, err := parseHeader(plain[:min(len(plain), maxHeader)])
		var fault webSocketFault
		if err != nil && (h.op != opText || !errors.As(err, &fault)) {
			t.Fatal(err)
		}
		mask := b[n : n+maskSize]
		payload := b[n+maskSize : n+maskSize+int(h.size)]
		text := make([]byte, len(payload))
		for i := range payload {
			text[i] = payload[i] ^ mask[i%maskSize]
		}
		frames = append(frames, string(rune('0'+h.op))+string(text))
		b = b[n+maskSize+int(h.size):]
	}
	return frames
}

func TestWebSocketWrite(t *testing.T) {
	r := &wire{in: strings.NewReader("")}
	w := newWebSocket(r, nil)
	random := rand.NewChaCha8([32]byte{})
	var want []string
	for _, n := range []int{1, 7, 8, 9, 125, 126, 65535, 65536, webWriteSize - 1, webWriteSize + 1, 3*webWriteSize + 5, 1 << 20} {
		p := make([]byte, n)
		_, _ = random.Read(p)
		want = append(want, "2"+string(p))
		if k, err := w.Write(p); k != n || err != nil {
			t.Fatalf("%d bytes: %d, %v", n, k, err)
		}
	}
	if n, err := w.Write(nil); n != 0 || err != nil {
		t.Errorf("nothing: %d, %v", n, err)
	}
	for range 2 { // only the first is sent
		if err := w.CloseWrite(); err != nil {
			t.Error(err)
		}
	}
	if _, err := w.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	got := unmask(t, r.out.Bytes())
	if want = append(want, "8\x03\xe8"); len(got) != len(want) {
		t.Fatalf("%d frames, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("frame %d: %d bytes, want %d", i, len(got[i]), len(want[i]))
		}
	}
}

// Masks must not repeat: nobody may foresee one (RFC 6455, 10.3).
func TestMasks(t *testing.T) {
	m := newMasks()
	seen := map[[maskSize]byte]bool{}
	for range 1000 {
		seen[m.next()] = true
	}
	if len(seen) < 990 {
		t.Errorf("%d different masks of 1000", len(seen))
	}
}

// Ping is answered with its payload, Close with its code, while nobody writes, and by no more than one goroutine.
func TestWebSocketAnswers(t *testing.T) {
	for _, c := range []struct{ said, want string }{
		{frameOf(true, opPing, "now"), "\x3anow"},
		{frameOf(true, opClose, "\x03\xe9away"), "8\x03\xe9"},
		{frameOf(true, opClose, ""), "8"},
		{frameOf(true, opText, "x"), "8\x03\xea"},
	} {
		r := &wire{in: strings.NewReader(c.said), piece: 9, wrote: make(chan struct{})}
		w := newWebSocket(r, nil)
		_, _ = w.Read(make([]byte, 9))
		select {
		case <-r.wrote:
		case <-time.After(5 * time.Second):
			t.Fatalf("%q is not answered", c.said)
		}
		if got := unmask(t, r.out.Bytes()); len(got) != 1 || got[0] != c.want {
			t.Errorf("%q is answered with %q, want %q", c.said, got, c.want)
		}
	}
}

// A deadline in the middle of a frame loses nothing.
func TestWebSocketDeadline(t *testing.T) {
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	w := newWebSocket(ours, nil)
	go func() { _, _ = theirs.Write([]byte(frameOf(true, opBinary, "abcdef")[:4])) }()
	p := make([]byte, 10)
	if n, err := w.Read(p); string(p[:n]) != "ab" || err != nil {
		t.Fatalf("%q, %v", p[:n], err)
	}
	_ = w.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if n, err := w.Read(p); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("%d bytes, %v", n, err)
	}
	_ = w.SetReadDeadline(time.Time{})
	go func() { _, _ = theirs.Write([]byte("cdef")) }()
	if n, err := io.ReadFull(w, p[:4]); string(p[:n]) != "cdef" || err != nil {
		t.Fatalf("%q, %v", p[:n], err)
	}
	go func() { _, _ = io.Copy(io.Discard, theirs) }()
	_ = w.SetWriteDeadline(time.Unix(1, 0))
	if _, err := w.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("write: %v", err)
	}
}

// endless says the same for ever and hears nothing.
type endless struct {
	net.Conn
	said []byte
	at   int
}

func (e *endless) Read(p []byte) (n int, err error) {
	for n < len(p) {
		k := copy(p[n:], e.said[e.at:])
		e.at = (e.at + k) % len(e.said)
		n += k
	}
	return n, nil
}

func (e *endless) Write(p []byte) (int, error) { return len(p), nil }

func TestWebSocketAllocations(t *testing.T) {
	w := newWebSocket(&endless{said: []byte(frameOf(true, opBinary, strings.Repeat("x", 100)))}, nil)
	p := make([]byte, 4096)
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := w.Read(p); err != nil {
			t.Error(err)
		}
		if _, err := w.Write(p[:100]); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations for a message", n)
	}
}

func BenchmarkWebSocketWrite(b *testing.B) {
	w := newWebSocket(&endless{}, nil)
	p := make([]byte, 64<<10)
	b.SetBytes(int64(len(p)))
	for b.Loop() {
		_, _ = w.Write(p)
	}
}

func FuzzWebSocketRead(f *testing.F) {
	f.Add([]byte(frameOf(false, opBinary, "ab")+frameOf(true, opPing, "p")+frameOf(true, opContinuation, "c")+frameOf(true, opClose, "\x03\xe8")), 3)
	f.Add([]byte(frameOf(true, opBinary, strings.Repeat("x", 70000))), 1000)
	f.Add([]byte("\x82\x7f\x00\x00\x00\x01\x00\x00\x00\x00"), 1)
	f.Fuzz(func(t *testing.T, said []byte, piece int) {
		read := func(piece int) (string, string) {
			w := newWebSocket(&wire{in: strings.NewReader(string(said)), piece: piece, Conn: nil}, nil)
			got, err := io.ReadAll(onlyReader{w})
			if err == nil {
				return string(got), ""
			}
			return string(got), err.Error()
		}
		if len(said) > 1<<17 {
			return
		}
		whole, end := read(1 << 20)
		inPieces, endPieces := read(max(1, piece&0xff))
		if whole != inPieces || end != endPieces {
			t.Errorf("as a whole %q and %s, in pieces %q and %s", whole, end, inPieces, endPieces)
		}
		if len(whole) > len(said) {
			t.Errorf("%d bytes out of %d", len(whole), len(said))
		}
	})
}

func FuzzReadHead(f *testing.F) {
	f.Add([]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x82\x00"))
	f.Add([]byte("HTTP/1.0 407 \nProxy-Authenticate: Basic\n\n<html>"))
	f.Add([]byte("HTTP/1.1 200 OK\r\n folded\r\n\r\n"))
	f.Add([]byte("\x15\x03\x01\x00\x02\x02\x46"))
	f.Fuzz(func(t *testing.T, said []byte) {
		h, rest, err := readHead(bytes.NewReader(said))
		again, restAgain, errAgain := readHead(&wire{in: strings.NewReader(string(said)), piece: 1})
		if (h == nil) != (again == nil) || (err == nil) == (h == nil) || (err == nil) != (errAgain == nil) {
			t.Fatalf("%v and %v, then %v and %v", h, err, again, errAgain)
		}
		if h == nil {
			return
		}
		if h.status < 100 || h.status > 999 || len(h.fields) > maxFields || !strings.HasSuffix(string(said), string(rest)) || len(restAgain) > 0 {
			t.Errorf("%+v and %q", h, rest)
		}
	})
}
