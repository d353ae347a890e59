package psk

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// canned is a connection on which everything that comes is there already.
type canned struct {
	net.Conn
	in []byte
	n  int // the most that one Read gives
}

func (c *canned) Read(p []byte) (int, error) {
	if len(c.in) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), c.n)], c.in)
	c.in = c.in[n:]
	return n, nil
}

func (c *canned) Write(p []byte) (int, error)      { return len(p), nil }
func (c *canned) Close() error                     { return nil }
func (c *canned) SetWriteDeadline(time.Time) error { return nil }

// FuzzHandshake: whatever a server says, the handshake does not succeed without the key, and the client does not panic.
func FuzzHandshake(f *testing.F) {
	for _, suite := range []uint16{PSKAES128GCM, ECDHEPSKChaCha20} {
		flight := flightOf(f, suite)
		f.Add(flight, byte(255))
		f.Add(slices.Concat(flight, []byte{20, 3, 3, 0, 1, 1}, []byte{22, 3, 3, 0, 40}, make([]byte, 40)), byte(1))
	}
	f.Add([]byte{21, 3, 1, 0, 2, 2, 115}, byte(3))
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"), byte(9))
	f.Fuzz(func(t *testing.T, in []byte, step byte) {
		if c, err := Client(t.Context(), &canned{in: in, n: int(step) + 1}, testConfig()); err == nil {
			t.Fatalf("%+v", c.ConnectionState())
		}
	})
}

// flightOf is a server's first flight.
func flightOf(t testing.TB, suite uint16) []byte {
	client, peer := pair(t)
	s := &server{Conn: peer, suite: suite, curve: tls.X25519, key: testKey()}
	go s.accept()
	kept := &tap{Conn: client}
	cfg := testConfig()
	cfg.KeyLog = closer{client} // which is used when the flight was read
	if _, err := Client(t.Context(), kept, cfg); err == nil {
		t.Fatal("the handshake went on")
	}
	return kept.read
}

// closer closes at the first write.
type closer struct{ io.Closer }

func (c closer) Write(p []byte) (int, error) { return len(p), c.Close() }

// FuzzRecords: whatever comes behind the handshake, only what is sealed under the server's key is given to the reader, in order.
// Each of the plan's bytes is a record: sealed, or not, of a type and of a length.
func FuzzRecords(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3}, []byte("CONNACK"), byte(255))
	f.Add([]byte{0x10, 0x21, 0x42, 0x83, 0xff}, []byte("\x15\x03\x03\x00\x02\x01\x00"), byte(0))
	f.Fuzz(func(t *testing.T, plan, raw []byte, step byte) {
		plan, raw = plan[:min(len(plan), 32)], raw[:min(len(raw), 1024)]
		for _, id := range []uint16{PSKAES256GCM, PSKChaCha20} {
			s := secrets{suite: suiteOf(id), master: make([]byte, masterSize)}
			_, out, err := s.protections()
			if err != nil {
				t.Fatal(err)
			}
			in := out
			var stream, sealed []byte
			for i, b := range plan {
				if b >= 0xf0 {
					stream = append(stream, raw...)
					continue
				}
				content := make([]byte, int(b)%64)
				for j := range content {
					content[j] = byte(i)
				}
				kind := byte(record.TypeApplicationData)
				if b >= 0xe0 {
					kind = b & 0x0f << 1
				}
				if kind == record.TypeApplicationData {
					sealed = append(sealed, content...)
				}
				stream, _ = out.seal(stream, kind, content)
			}
			c := &Conn{Conn: &canned{in: stream, n: int(step) + 1}}
			c.state.Version = tls.VersionTLS12
			c.in.protection, c.in.spoken = in, true
			got, err := io.ReadAll(c)
			if len(got) > len(sealed) || !slices.Equal(got, sealed[:len(got)]) {
				t.Fatalf("got %x, sealed %x, %v", got, sealed, err)
			}
		}
	})
}

// TestSealOpen: records of every length near the limits, and the explicit nonce of GCM.
func TestSealOpen(t *testing.T) {
	for _, id := range Suites() {
		s := secrets{suite: suiteOf(id), master: make([]byte, masterSize)}
		out, _, err := s.protections()
		if err != nil {
			t.Fatal(err)
		}
		in := out
		for i, n := range []int{0, 1, 15, 16, 17, maxPlaintext - 1, maxPlaintext} {
			sealed, err := out.seal([]byte("before"), record.TypeApplicationData, make([]byte, n))
			if err != nil {
				t.Fatal(err)
			}
			sealed = sealed[len("before"):]
			if want := headerSize + in.explicit + n + tagSize; len(sealed) != want || int(binary.BigEndian.Uint16(sealed[3:])) != want-headerSize {
				t.Errorf("%04x: %d bytes became %d, want %d", id, n, len(sealed), want)
			}
			if in.explicit == 8 && binary.BigEndian.Uint64(sealed[headerSize:]) != uint64(i) {
				t.Errorf("%04x: nonce %x of record %d", id, sealed[headerSize:headerSize+8], i)
			}
			content, err := in.open(record.TypeApplicationData, sealed[headerSize:])
			if err != nil || len(content) != n {
				t.Errorf("%04x: %d bytes: %d, %v", id, n, len(content), err)
			}
		}
	}
}
