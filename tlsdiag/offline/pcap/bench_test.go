package pcap_test

import (
	"bytes"
	"io"
	"runtime"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/offline/pcap"
)

// bulk is an endless capture: a real handshake, then packets of 1448 bytes of application data, and some acknowledgements.
type bulk struct {
	left int64
	buf  []byte
	rest []byte
	seq  uint32
	in   int // bytes to come of the TLS record at hand
}

// newBulk takes the connection of the capture that works, and puts n bytes between its CONNACK and its end.
func newBulk(t testing.TB, n int64) *bulk {
	t.Helper()
	b := &bulk{left: n}
	w := capture(101)
	w.hello()
	b.rest = bytes.Clone(w.Bytes())
	b.seq = w.sent[server]
	return b
}

// Read makes packets as they are asked for.
func (b *bulk) Read(p []byte) (int, error) {
	if len(b.rest) == 0 {
		if b.left <= 0 {
			return 0, io.EOF
		}
		b.make()
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// make makes the next 64 packets.
func (b *bulk) make() {
	const segment, record = 1448, 0x4000
	b.buf = b.buf[:0]
	for range 64 {
		payload := make([]byte, segment)
		for i := 0; i < segment; {
			if b.in == 0 {
				if i+5 > segment {
					payload = payload[:i]
					break
				}
				i += copy(payload[i:], []byte{23, 3, 3, record >> 8, record & 0xff})
				b.in = record
			}
			n := min(b.in, segment-i)
			b.in -= n
			i += n
		}
		w := &writer{link: 101}
		w.tcp(server, flagACK, b.seq, 0, payload)
		b.seq += uint32(len(payload))
		b.buf = append(b.buf, w.Bytes()...)
	}
	b.left -= int64(len(b.buf))
	b.rest = b.buf
}

// BenchmarkBulk reads bulk traffic behind a handshake.
func BenchmarkBulk(b *testing.B) {
	const size = 64 << 20
	source, err := io.ReadAll(newBulk(b, size))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(source)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := pcap.Read(bytes.NewReader(source), pcap.Options{}, func(*pcap.Connection) {}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestFlatMemory: 256 MB of bulk traffic take no more memory than 8 MB.
func TestFlatMemory(t *testing.T) {
	heap := func(size int64) uint64 {
		source := newBulk(t, size)
		var peak, now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&now)
		before := now.HeapAlloc
		seen := 0
		_, err := pcap.Read(&sampled{source, &peak, 0}, pcap.Options{}, func(c *pcap.Connection) { seen++ })
		if err != nil || seen != 1 {
			t.Fatal(seen, err)
		}
		return max(peak.HeapAlloc, before) - before
	}
	small, large := heap(8<<20), heap(128<<20)
	if large > small+4<<20 {
		t.Errorf("%d bytes for 128 MB, %d for 8 MB", large, small)
	}
}

// sampled measures the live heap now and then while it is read.
type sampled struct {
	io.Reader
	peak *runtime.MemStats
	n    int
}

// Read reads on.
func (s *sampled) Read(p []byte) (int, error) {
	if s.n++; s.n%200 == 0 {
		var now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&now)
		if now.HeapAlloc > s.peak.HeapAlloc {
			*s.peak = now
		}
	}
	return s.Reader.Read(p)
}
