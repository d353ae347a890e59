package pcap_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/offline/pcap"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// real is a capture of 178 real connections.
const real = "../../testdata/captures.pcap"

func realCapture(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile(real)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// packets reads a capture to its end, or to its damage.
func packets(b []byte) (list []pcap.Packet, err error) {
	r, err := pcap.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	for {
		p, err := r.Next()
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		p.Data = bytes.Clone(p.Data)
		list = append(list, p)
	}
}

// rewrite writes a capture anew with gopacket.
func rewrite(t *testing.T, b []byte, format string) []byte {
	t.Helper()
	list, err := packets(b)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	var write func(pcap.Packet) error
	info := func(p pcap.Packet) gopacket.CaptureInfo {
		return gopacket.CaptureInfo{Timestamp: p.Time, CaptureLength: len(p.Data), Length: p.Length}
	}
	switch format {
	case "pcapng":
		w, err := pcapgo.NewNgWriter(&out, layers.LinkTypeEthernet)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.AddInterface(pcapgo.NgInterface{Name: "second", LinkType: layers.LinkTypeEthernet, SnapLength: 9000}); err != nil {
			t.Fatal(err)
		}
		write = func(p pcap.Packet) error {
			i := info(p)
			i.InterfaceIndex = p.Number % 2
			if err := w.WritePacket(i, p.Data); err != nil {
				return err
			}
			return w.Flush()
		}
	default:
		w := pcapgo.NewWriter(&out)
		if format == "nanoseconds" {
			w = pcapgo.NewWriterNanos(&out)
		}
		if err := w.WriteFileHeader(65536, layers.LinkTypeEthernet); err != nil {
			t.Fatal(err)
		}
		write = func(p pcap.Packet) error { return w.WritePacket(info(p), p.Data) }
	}
	for _, p := range list {
		if err := write(p); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

// TestReaderAgainstGopacket reads the same packets as gopacket, of all formats.
func TestReaderAgainstGopacket(t *testing.T) {
	original := realCapture(t)
	for _, format := range []string{"microseconds", "nanoseconds", "pcapng"} {
		b := rewrite(t, original, format)
		got, err := packets(b)
		if err != nil {
			t.Fatal(err)
		}
		var referee interface {
			ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
		}
		if format == "pcapng" {
			referee, err = pcapgo.NewNgReader(bytes.NewReader(b), pcapgo.DefaultNgReaderOptions)
		} else {
			referee, err = pcapgo.NewReader(bytes.NewReader(b))
		}
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; ; i++ {
			data, info, err := referee.ReadPacketData()
			if err != nil {
				if i != len(got) || i < 1000 {
					t.Errorf("%s: %d packets, gopacket has %d", format, len(got), i)
				}
				break
			}
			if p := got[i]; !bytes.Equal(p.Data, data) || !p.Time.Equal(info.Timestamp) || p.Length != info.Length || p.Number != i+1 {
				t.Fatalf("%s: packet %d at %v, gopacket has it at %v", format, i+1, p.Time, info.Timestamp)
			}
		}
	}
}

// bigEndian turns the headers of a pcap file round.
func bigEndian(b []byte) []byte {
	b = bytes.Clone(b)
	turn := func(at, n int) {
		for i, j := at, at+n-1; i < j; i, j = i+1, j-1 {
			b[i], b[j] = b[j], b[i]
		}
	}
	for at, n := 0, 0; n < 7; n++ {
		size := map[int]int{1: 2, 2: 2}[n]
		if size == 0 {
			size = 4
		}
		turn(at, size)
		at += size
	}
	for at := 24; at < len(b); {
		length := int(binary.LittleEndian.Uint32(b[at+8:]))
		for i := range 4 {
			turn(at+4*i, 4)
		}
		at += 16 + length
	}
	return b
}

func TestByteOrder(t *testing.T) {
	little := realCapture(t)
	want, _ := packets(little)
	got, err := packets(bigEndian(little))
	if err != nil || len(got) != len(want) || !got[9].Time.Equal(want[9].Time) || !bytes.Equal(got[9].Data, want[9].Data) {
		t.Errorf("%d packets of %d, %v", len(got), len(want), err)
	}
}

// ng builds a pcapng capture.
type ng struct {
	bytes.Buffer
	order binary.ByteOrder
}

func (w *ng) block(kind uint32, body ...any) {
	var b bytes.Buffer
	for _, v := range body {
		binary.Write(&b, w.order, v)
	}
	for b.Len()%4 != 0 {
		b.WriteByte(0)
	}
	length := uint32(b.Len() + 12)
	binary.Write(w, w.order, kind)
	binary.Write(w, w.order, length)
	w.Write(b.Bytes())
	binary.Write(w, w.order, length)
}

func (w *ng) section(order binary.ByteOrder) {
	w.order = order
	w.block(0x0a0d0d0a, uint32(0x1a2b3c4d), uint16(1), uint16(0), int64(-1))
}

// iface describes an interface with these options, a byte each.
func (w *ng) iface(link uint16, snapLen uint32, options ...any) {
	w.block(1, append([]any{link, uint16(0), snapLen}, options...)...)
}

func (w *ng) resolution(b byte) []any {
	return []any{uint16(2), uint16(3), []byte("lan\x00"), uint16(9), uint16(1), []byte{b, 0, 0, 0}, uint16(0), uint16(0)}
}

func (w *ng) packet(iface uint32, units uint64, data []byte) {
	w.block(6, iface, uint32(units>>32), uint32(units), uint32(len(data)), uint32(len(data)), data)
}

// TestNGSections: several sections of both byte orders, several interfaces with clocks of their own, and all kinds of packets.
func TestNGSections(t *testing.T) {
	var w ng
	data := []byte{0x45, 1, 2, 3, 4}
	w.section(binary.LittleEndian)
	w.iface(101, 0)
	w.iface(101, 3, w.resolution(9)...)
	w.packet(0, 1700000000_000001, data)
	w.packet(1, 1700000000_000000001, data)
	w.block(0x0bad, make([]byte, 2<<20)) // a block that nobody knows, longer than any packet
	w.block(10, uint32(0x544c534b), uint32(5), []byte("keys\n"))
	w.section(binary.BigEndian)
	w.iface(228, 3, w.resolution(0x8a)...) // 1024 units to a second
	w.packet(0, 1700000000*1024+512, data)
	w.block(3, uint32(1500), data)                                                      // simple: cut at the snap length
	w.block(2, uint16(0), uint16(0), uint32(1), uint32(0), uint32(5), uint32(5), data)  // the old kind
	w.iface(229, 0, uint16(14), uint16(8), int64(100), uint16(9), uint16(1), uint32(0)) // an offset, and whole seconds
	w.packet(1, 7, data)
	r, err := pcap.NewReader(bytes.NewReader(w.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		at     time.Time
		link   pcap.LinkType
		length int
	}{
		{time.Unix(1700000000, 1000), 101, 5},
		{time.Unix(1700000000, 1), 101, 5},
		{time.Unix(1700000000, 500000000), 228, 5},
		{time.Time{}, 228, 3},
		{time.Unix((1<<32)/1024, 0), 228, 5},
		{time.Unix(107, 0), 229, 5},
	} {
		p, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if !p.Time.Equal(want.at) || p.Link != want.link || len(p.Data) != want.length || p.Number != i+1 {
			t.Errorf("%d: %+v", i, p)
		}
	}
	if _, err := r.Next(); !errors.Is(err, io.EOF) {
		t.Error(err)
	}
	if s := string(r.Secrets()); s != "keys\n" || r.Secrets() != nil {
		t.Errorf("%q", s)
	}
}

// TestDamage: what was read before is kept, and the error says what is wrong and where.
func TestDamage(t *testing.T) {
	whole := realCapture(t)
	var w ng
	w.section(binary.LittleEndian)
	w.iface(1, 0)
	w.packet(0, 1, make([]byte, 64))
	good := w.Len()
	w.packet(7, 1, nil)
	lost := bytes.Clone(w.Bytes())
	w.Truncate(good)
	w.block(6, uint32(0), uint32(0), uint32(0), uint32(99), uint32(99), []byte("short"))
	long := bytes.Clone(w.Bytes())
	w.Truncate(good)
	w.iface(1, 0, w.resolution(0xff)...)
	clock := bytes.Clone(w.Bytes())
	differ := bytes.Clone(lost[:good])
	differ[good-1] ^= 1
	change := func(at int, v byte) []byte {
		b := bytes.Clone(whole)
		b[at] = v
		return b
	}
	for _, test := range []struct {
		name string
		b    []byte
		n    int
		want string
	}{
		{"empty", nil, 0, "the capture is empty"},
		{"three bytes", whole[:3], 0, "cut short"},
		{"text", []byte("hello, world"), 0, "begins with 68 65 6c 6c"},
		{"gzip", []byte("\x1f\x8b\x08\x00"), 0, "gunzip"},
		{"zstd", []byte("\x28\xb5\x2f\xfd"), 0, "zstd"},
		{"modified", []byte("\x34\xcd\xb2\xa1"), 0, "editcap"},
		{"a header cut short", whole[:20], 0, "in the middle of the file's header"},
		{"a version", change(4, 3), 0, "pcap version 3.4"},
		{"a link type", change(20, 105), 0, "link type 105"},
		{"in a packet's header", whole[:30], 0, "in the middle of a packet's header"},
		{"in a packet", whole[:24+16+74+16+10], 1, "in the middle of a packet"},
		{"a length", change(24+16+74+11, 0x7f), 1, "damaged: a packet of 2130706"},
		{"ng: an interface that is not there", lost, 1, "interface 7"},
		{"ng: longer than its block", long, 1, "99 bytes in a block of"},
		{"ng: an impossible clock", clock, 1, "resolution"},
		{"ng: lengths differ", differ, 0, "lengths differ"},
		{"ng: cut short", lost[:good-5], 0, "in the middle of a block"},
		{"ng: no byte order", append([]byte("\x0a\x0d\x0d\x0a\x1c\x00\x00\x00"), make([]byte, 20)...), 0, "byte order"},
		{"ng: a length of 0", append(bytes.Clone(lost[:good]), make([]byte, 8)...), 1, "a block of 0 bytes"},
	} {
		list, err := packets(test.b)
		var format *pcap.FormatError
		if !errors.As(err, &format) || !strings.Contains(err.Error(), test.want) || len(list) != test.n || format.Packet != test.n {
			t.Errorf("%s: %d packets, %v", test.name, len(list), err)
		}
	}
}

// TestReadError: an error of reading is neither hidden nor taken for damage.
func TestReadError(t *testing.T) {
	broken := errors.New("input/output error")
	in := io.MultiReader(bytes.NewReader(realCapture(t)[:5000]), failing{broken})
	n := 0
	totals, err := pcap.Read(in, pcap.Options{}, func(*pcap.Connection) { n++ })
	if !errors.Is(err, broken) || n == 0 || totals.Packets == 0 {
		t.Errorf("%d connections, %+v, %v", n, totals, err)
	}
}

type failing struct{ err error }

// Read fails.
func (f failing) Read([]byte) (int, error) { return 0, f.err }

func FuzzPcap(f *testing.F) { fuzz(f, realCapture(f)[:4000]) }

func FuzzPcapng(f *testing.F) {
	var w ng
	w.section(binary.BigEndian)
	w.iface(1, 0, w.resolution(6)...)
	list, err := packets(realCapture(f)[:8000])
	if len(list) == 0 {
		f.Fatal(err)
	}
	for _, p := range list[:min(len(list), 12)] {
		w.packet(0, 1, p.Data)
	}
	fuzz(f, w.Bytes())
}

// fuzz reads whatever comes, and puts its connections together.
func fuzz(f *testing.F, seed []byte) {
	f.Add(seed)
	f.Fuzz(func(t *testing.T, b []byte) {
		totals, err := pcap.Read(bytes.NewReader(b), pcap.Options{}, func(c *pcap.Connection) {
			if c.Packets.Count == 0 || c.Missing < 0 {
				t.Errorf("%+v", c)
			}
		})
		var format *pcap.FormatError
		if err != nil && !errors.As(err, &format) {
			t.Error(err)
		}
		if totals.Packets > len(b)/12 {
			t.Errorf("%d packets in %d bytes", totals.Packets, len(b))
		}
	})
}
