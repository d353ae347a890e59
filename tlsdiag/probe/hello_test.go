package probe

import (
	"bytes"
	"slices"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// TestHelloIsRead: what is built is what package record reads.
func TestHelloIsRead(t *testing.T) {
	for _, h := range []Hello{
		{Lowest: evidence.TLS10, Highest: evidence.TLS10, Suites: []uint16{0x002f, 0xc014}},
		{Lowest: evidence.TLS12, Highest: evidence.TLS12, Suites: []uint16{0x009e}, Groups: []uint16{30}, Signatures: []uint16{0x0804}, ServerName: "broker.lan"},
		{Lowest: evidence.TLS13, Highest: evidence.TLS13, Suites: []uint16{0x1304}, Groups: []uint16{29, 24}, Share: x25519,
			Signatures: allSignatures(), ALPN: []string{"mqtt", "x-amzn-mqtt-ca"}},
		{Lowest: evidence.TLS11, Highest: evidence.TLS13, Suites: []uint16{0x1301, 0xc02f}, Groups: []uint16{23}, Signatures: []uint16{0x0403}, Pad: 1800},
		{Lowest: evidence.TLS12, Highest: evidence.TLS13, Suites: []uint16{0x1301}, Pad: 1 << 20},
	} {
		b := h.Record([96]byte{})
		seen := record.Read(record.Capture{Chunks: []record.Chunk{{From: evidence.SideClient, Data: b}}})
		got := seen.Flow.ClientHello
		if got == nil || seen.Flow.Truncated {
			t.Fatalf("%+v was not read: % x", h, b)
		}
		var versions []evidence.Version
		for v := h.Highest; v >= h.Lowest; v-- {
			versions = append(versions, v)
		}
		signatures := h.Signatures
		if !slices.Equal(got.Versions, versions) || !slices.Equal(got.CipherSuites, h.Suites) || !slices.Equal(got.Groups, h.Groups) ||
			!slices.Equal(got.Signatures, signatures) || got.ServerName != h.ServerName || !slices.Equal(got.ALPN, h.ALPN) {
			t.Errorf("%+v was read as %+v", h, got)
		}
		if got.Size != len(b) || h.Pad > len(b) && h.Pad <= maxHello || len(b) > maxHello+5 {
			t.Errorf("%d bytes, read as %d, asked for %d", len(b), got.Size, h.Pad)
		}
	}
}

// TestHelloBytes fixes the form on the wire.
func TestHelloBytes(t *testing.T) {
	h := Hello{Lowest: evidence.TLS12, Highest: evidence.TLS12, Suites: []uint16{0x009e}, Signatures: []uint16{0x0401}, ServerName: "b"}
	want := "\x16\x03\x01\x00\x7a" + "\x01\x00\x00\x76\x03\x03" + string(make([]byte, 32)) + "\x00" +
		"\x00\x02\x00\x9e" + "\x01\x00" + "\x00\x4b" +
		"\x00\x00\x00\x06\x00\x04\x00\x00\x01b" + "\xff\x01\x00\x01\x00" + "\x00\x17\x00\x00" +
		"\x00\x0d\x00\x04\x00\x02\x04\x01"
	got := h.Record([96]byte{})
	if !bytes.HasPrefix(got, []byte(want)) {
		t.Errorf("got\n% x\nwant\n% x …", got, want)
	}
}
