package mqtt

import (
	"bytes"
	"io"
	"math"
	"os"
	"runtime"
	"testing"
)

// allocated returns how many bytes f allocates in all: the least of three runs, as other goroutines count too.
func allocated(f func()) uint64 {
	least := uint64(math.MaxUint64)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		f()
		runtime.ReadMemStats(&after)
		least = min(least, after.TotalAlloc-before.TotalAlloc)
	}
	return least
}

// The buffer follows what arrived: a packet that announces 256 MiB and ends after one has cost a few.
func TestReaderGrowsWithWhatArrived(t *testing.T) {
	const arrived = 1 << 20
	stream := append([]byte{0x30, 0xff, 0xff, 0xff, 0x7f}, make([]byte, arrived)...)
	got := allocated(func() {
		if _, err := NewReader(bytes.NewReader(stream), 0).Next(); err != io.ErrUnexpectedEOF {
			t.Fatal(err)
		}
	})
	if got > 5*arrived {
		t.Errorf("%d bytes that arrived took %d", arrived, got)
	}
}

func TestReaderGivesLargeBufferBack(t *testing.T) {
	var stream []byte
	for _, n := range []int{3, 4 << 20, 3, 3} {
		stream = append(stream, packetOf(t, n)...)
	}
	r := NewReader(bytes.NewReader(stream), 0)
	for i, most := range []int{steadyBuffer, 4<<20 + 5, 4<<20 + 5, steadyBuffer} {
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
		if i == 3 {
			break
		}
		if len(r.buf) > most {
			t.Errorf("packet %d is in a buffer of %d bytes, more than %d", i, len(r.buf), most)
		}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Fatal(err)
	}
	if len(r.buf) != steadyBuffer {
		t.Errorf("after a packet of 4 MiB the buffer still has %d bytes", len(r.buf))
	}
}

// Packets of up to keptBuffer do not make the buffer come and go.
func TestLargePacketsDoNotAllocate(t *testing.T) {
	packet := packetOf(t, 200_000)
	r := NewReader(&repeated{packet: packet}, 0)
	step := func() {
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
	}
	for range 10 {
		step()
	}
	if n := testing.AllocsPerRun(50, step); n > 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// repeated sends a packet again and again, in pieces of any size.
type repeated struct {
	packet []byte
	at     int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.packet[r.at:])
	r.at = (r.at + n) % len(r.packet)
	return n, nil
}

// deadlines lets every second Read run into a deadline.
type deadlines struct {
	data []byte
	odd  bool
}

func (d *deadlines) Read(p []byte) (int, error) {
	if d.odd = !d.odd; d.odd {
		return 0, os.ErrDeadlineExceeded
	}
	if len(d.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:1], d.data)
	d.data = d.data[n:]
	return n, nil
}

func TestReaderGoesOnAfterDeadline(t *testing.T) {
	packet := packetOf(t, 130)
	r := NewReader(&deadlines{data: packet}, 0)
	for timeouts := 0; ; timeouts++ {
		f, err := r.Next()
		if err == os.ErrDeadlineExceeded {
			continue
		}
		if err != nil || !bytes.Equal(f.Body, packet[3:]) || timeouts != len(packet) {
			t.Errorf("%d bytes after %d deadlines (%v), want %d after %d", len(f.Body), timeouts, err, len(packet)-3, len(packet))
		}
		return
	}
}

// silent neither sends nor ends.
type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }

func TestReaderGivesUpOnSilence(t *testing.T) {
	if _, err := NewReader(silent{}, 0).Next(); err != io.ErrNoProgress {
		t.Errorf("%v, want io.ErrNoProgress", err)
	}
}

// A list of the smallest properties is not blown up by being read.
func TestPropertiesTakeNoMemory(t *testing.T) {
	list := bytes.Repeat([]byte{byte(UserProperty), 0, 0, 0, 0}, 200_000)
	with := func(before, after []byte) []byte {
		body := append(appendVarint(bytes.Clone(before), len(list)), list...)
		return append(body, after...)
	}
	for _, f := range []Frame{
		{Header: 0x20, Body: with([]byte{0, 0}, nil)},
		{Header: 0x30, Body: with([]byte{0, 1, 't'}, nil)},
		{Header: 0x40, Body: with([]byte{0, 1, 0}, nil)},
		{Header: 0x50, Body: with([]byte{0, 1, 0}, nil)},
		{Header: 0x62, Body: with([]byte{0, 1, 0}, nil)},
		{Header: 0x70, Body: with([]byte{0, 1, 0}, nil)},
		{Header: 0x90, Body: with([]byte{0, 1}, []byte{0})},
		{Header: 0xb0, Body: with([]byte{0, 1}, []byte{0})},
		{Header: 0xe0, Body: with([]byte{0}, nil)},
	} {
		got := allocated(func() {
			if err := parse(V5, f); err != nil {
				t.Fatal(err)
			}
		})
		if got > 64<<10 {
			t.Errorf("%v with %d bytes of properties took %d bytes", f.Type(), len(list), got)
		}
	}
}

// parse reads a frame by its type and keeps nothing.
func parse(v Version, f Frame) (err error) {
	switch f.Type() {
	case CONNACK:
		_, err = ParseConnack(v, f)
	case PUBLISH:
		err = ParsePublish(v, f, new(Publish))
	case SUBACK:
		_, err = ParseSuback(v, f)
	case UNSUBACK:
		_, err = ParseUnsuback(v, f)
	case DISCONNECT:
		_, err = ParseDisconnect(f)
	default:
		_, err = ParseAck(v, f)
	}
	return err
}

// Acknowledgements with a Reason Code come once a message: "No matching subscribers" is an everyday answer.
func TestReadingDoesNotAllocate(t *testing.T) {
	props := samplePublish(t).Properties
	short := Frame{Header: 0x40, Body: []byte{0, 1}}
	code := Frame{Header: 0x40, Body: []byte{0, 1, 0x10}}
	reason := Frame{Header: 0x40, Body: []byte{0, 1, 0x87, 5, 0x1f, 0, 2, 'n', 'o'}}
	ack := func(v Version, f Frame) func() {
		return func() {
			if _, err := ParseAck(v, f); err != nil {
				t.Error(err)
			}
		}
	}
	for name, f := range map[string]func(){
		"PUBACK":         ack(V311, short),
		"PUBACK, code":   ack(V5, code),
		"PUBACK, reason": ack(V5, reason),
		"properties": func() {
			for p := range props.All() {
				if p.ID == 0 {
					t.Error("a property without identifier")
				}
			}
			if _, ok := props.Uint(MessageExpiryInterval); !ok {
				t.Error("no message-expiry-interval")
			}
			if _, ok := props.Data(CorrelationData); !ok {
				t.Error("no correlation-data")
			}
		},
	} {
		if n := testing.AllocsPerRun(100, f); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
