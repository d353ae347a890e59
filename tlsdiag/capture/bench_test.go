package capture_test

import (
	"net"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/capture"
)

// source is a connection that always has a record to read, and takes every write.
type source struct{ net.Conn }

func (source) Read(p []byte) (int, error)  { return copy(p, "\x17\x03\x03\x00\x04abcd"), nil }
func (source) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkWatched is what watching costs a read and a write: until Stop, where it ends at its limits, and after it.
func BenchmarkWatched(b *testing.B) {
	for name, stop := range map[string]bool{"watching": false, "stopped": true} {
		b.Run(name, func(b *testing.B) {
			c := capture.NewConn(source{}, true, time.Now, func() {})
			if stop {
				c.Stop()
			}
			buf := make([]byte, 4096)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Read(buf); err != nil {
					b.Fatal(err)
				}
				if _, err := c.Write(buf[:9]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestStoppedAllocatesNothing: after CONNACK the watching leaves nothing behind.
func TestStoppedAllocatesNothing(t *testing.T) {
	c := capture.NewConn(source{}, true, time.Now, func() {})
	c.Stop()
	buf := make([]byte, 4096)
	if n := testing.AllocsPerRun(1000, func() { _, _ = c.Read(buf); _, _ = c.Write(buf) }); n != 0 {
		t.Errorf("%v allocations for a read and a write", n)
	}
}
