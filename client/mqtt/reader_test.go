package mqtt

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"runtime"
	"testing"
	"testing/iotest"
)

// packetOf returns a PUBLISH whose Remaining Length is n.
func packetOf(tb testing.TB, n int) []byte {
	tb.Helper()
	b, err := AppendPublish(nil, V311, &Publish{Topic: []byte("t"), Payload: make([]byte, n-3)})
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// The boundaries of the Remaining Length are those of the standard's own table (MQTT 5.0, 2.1.4).
func TestRemainingLength(t *testing.T) {
	for n, digits := range map[int]int{
		127: 1, 128: 2, 16_383: 2, 16_384: 3, 2_097_151: 3, 2_097_152: 4,
	} {
		packet := packetOf(t, n)
		if len(packet) != 1+digits+n || PacketSize(packet) != len(packet) {
			t.Errorf("Remaining Length %d: %d bytes, PacketSize %d, want %d", n, len(packet), PacketSize(packet), 1+digits+n)
		}
		f, err := NewReader(bytes.NewReader(packet), 0).Next()
		if err != nil || len(f.Body) != n || f.Size() != len(packet) {
			t.Errorf("Remaining Length %d: read %d bytes, Size %d (%v)", n, len(f.Body), f.Size(), err)
		}
	}
	huge := make([]byte, maxVarint) // never touched, so never in memory
	largest, err := AppendPublishHeader(nil, V311, &Publish{Topic: []byte("t"), Payload: huge[:maxVarint-3]})
	if want := "30ffffff7f000174"; err != nil || hex.EncodeToString(largest) != want {
		t.Errorf("the largest packet begins with %x (%v), want %s", largest, err, want)
	}
	if got := PacketSize(largest); got != 268_435_460 {
		t.Errorf("the largest packet has %d bytes, want 268435460", got)
	}
	var bad *Unencodable
	if _, err := AppendPublishHeader(nil, V311, &Publish{Topic: []byte("t"), Payload: huge[:maxVarint-2]}); !errors.As(err, &bad) {
		t.Errorf("a Remaining Length of 268435456: %v, want an *Unencodable", err)
	}
}

func TestPacketSizeOfPieces(t *testing.T) {
	for _, b := range [][]byte{nil, {0x30}, {0x30, 0x80}, {0x30, 0xff, 0xff, 0xff, 0xff, 1}} {
		if got := PacketSize(b); got != 0 {
			t.Errorf("PacketSize(%x) is %d, want 0", b, got)
		}
	}
}

// However the bytes arrive, the frames are the same.
func TestReaderPieces(t *testing.T) {
	var stream []byte
	sizes := []int{3, 127, 128, 5000, 3, 70_000, 3}
	for _, n := range sizes {
		stream = append(stream, packetOf(t, n)...)
	}
	for name, src := range map[string]io.Reader{
		"whole":     bytes.NewReader(stream),
		"one byte":  iotest.OneByteReader(bytes.NewReader(stream)),
		"halves":    iotest.HalfReader(bytes.NewReader(stream)),
		"with data": iotest.DataErrReader(bytes.NewReader(stream)),
	} {
		r := NewReader(src, 0)
		for i, n := range sizes {
			f, err := r.Next()
			if err != nil || len(f.Body) != n || f.Type() != PUBLISH {
				t.Fatalf("%s: packet %d has %d bytes (%v), want %d", name, i, len(f.Body), err, n)
			}
		}
		if _, err := r.Next(); err != io.EOF {
			t.Errorf("%s: after the last packet: %v, want io.EOF", name, err)
		}
	}
}

func TestReaderEnds(t *testing.T) {
	for packet, want := range map[string]error{
		"":                 io.EOF,
		"\x30":             io.ErrUnexpectedEOF,
		"\x30\x80":         io.ErrUnexpectedEOF,
		"\x30\x03\x00":     io.ErrUnexpectedEOF,
		"\x30\xff\xff\x01": io.ErrUnexpectedEOF,
	} {
		if _, err := NewReader(bytes.NewReader([]byte(packet)), 0).Next(); err != want {
			t.Errorf("%x: %v, want %v", packet, err, want)
		}
	}
}

func TestBuffered(t *testing.T) {
	r := NewReader(bytes.NewReader(append(packetOf(t, 3), append(packetOf(t, 4), 0x30, 9)...)), 0)
	for i, want := range []bool{false, true} {
		if r.Buffered() != want {
			t.Errorf("before packet %d: Buffered is %v", i, !want)
		}
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if r.Buffered() {
		t.Error("Buffered counts a packet that is not complete")
	}
}

func TestReaderMaximum(t *testing.T) {
	r := NewReader(bytes.NewReader(append(packetOf(t, 8), packetOf(t, 9)...)), 10)
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	var large *TooLarge
	if _, err := r.Next(); !errors.As(err, &large) || large.Size != 11 || large.Max != 10 {
		t.Errorf("11 bytes: %v, want a *TooLarge", err)
	}
}

// A length that is announced but never sent costs no memory.
func TestReaderMemory(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 100 {
		_, err := NewReader(bytes.NewReader([]byte{0x30, 0xff, 0xff, 0xff, 0x7f, 0, 1}), 0).Next()
		if err != io.ErrUnexpectedEOF {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 100*64<<10 {
		t.Errorf("100 packets that never came took %d bytes", grown)
	}
}

// endless repeats a packet.
type endless struct{ packet []byte }

func (e endless) Read(p []byte) (int, error) {
	n := 0
	for len(p)-n >= len(e.packet) {
		n += copy(p[n:], e.packet)
	}
	return n, nil
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	m := samplePublish(t)
	packet, err := AppendPublish(nil, V5, m)
	if err != nil {
		t.Fatal(err)
	}
	r, got, out := NewReader(endless{packet}, 0), Publish{}, make([]byte, 0, 1024)
	step := func() {
		f, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if err := ParsePublish(V5, f, &got); err != nil {
			t.Fatal(err)
		}
		if out, err = AppendPublish(out[:0], V5, &got); err != nil {
			t.Fatal(err)
		}
	}
	for range 1000 {
		step()
	}
	if n := testing.AllocsPerRun(1000, step); n > 0 {
		t.Errorf("%v allocations a message", n)
	}
	if !bytes.Equal(out, packet) {
		t.Errorf("read and written again: %x, want %x", out, packet)
	}
}

// samplePublish is a message with properties of each kind.
func samplePublish(tb testing.TB) *Publish {
	tb.Helper()
	m := &Publish{QoS: 1, PacketID: 7, Topic: []byte("gateway/test0"), Payload: bytes.Repeat([]byte("x"), 64)}
	var err error
	add := func(p Properties, e error) {
		if m.Properties = p; e != nil {
			err = e
		}
	}
	add(AppendPropertyUint(m.Properties, PayloadFormatIndicator, 1))
	add(AppendPropertyUint(m.Properties, MessageExpiryInterval, 3600))
	add(AppendPropertyString(m.Properties, ContentType, "text/plain"))
	add(AppendPropertyBinary(m.Properties, CorrelationData, []byte{0, 1, 2}))
	add(AppendPropertyPair(m.Properties, UserProperty, "k", "v"))
	add(AppendPropertyPair(m.Properties, UserProperty, "k", "w"))
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

func BenchmarkAppendPublish(b *testing.B) {
	m, out := samplePublish(b), make([]byte, 0, 1024)
	for _, v := range []Version{V311, V5} {
		m := *m
		if v != V5 {
			m.Properties = nil
		}
		b.Run(v.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				out, _ = AppendPublish(out[:0], v, &m)
			}
		})
	}
}

func BenchmarkReadPublish(b *testing.B) {
	m := samplePublish(b)
	for _, v := range []Version{V311, V5} {
		m := *m
		if v != V5 {
			m.Properties = nil
		}
		packet, err := AppendPublish(nil, v, &m)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(v.String(), func(b *testing.B) {
			r, got := NewReader(endless{packet}, 0), Publish{}
			b.ReportAllocs()
			b.SetBytes(int64(len(packet)))
			for b.Loop() {
				f, _ := r.Next()
				if err := ParsePublish(v, f, &got); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
