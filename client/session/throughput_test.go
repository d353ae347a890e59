package session

import (
	"context"
	"io"
	"net"
	"testing"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// broker accepts one connection and acknowledges every QoS 1 message.
func broker(tb testing.TB) Dial {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		acknowledgeAll(c)
	}()
	return func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", l.Addr().String())
	}
}

func acknowledgeAll(c net.Conn) {
	r := mqtt.NewReader(c, 0)
	out := []byte{0x20, 2, 0, 0}
	var p mqtt.Publish
	for {
		if !r.Buffered() && len(out) > 0 {
			if _, err := c.Write(out); err != nil {
				return
			}
			out = out[:0]
		}
		f, err := r.Next()
		switch {
		case err != nil || f.Type() == mqtt.DISCONNECT:
			_, _ = io.Copy(io.Discard, c)
			return
		case f.Type() == mqtt.PUBLISH && mqtt.ParsePublish(mqtt.V311, f, &p) == nil && p.QoS == 1:
			out = mqtt.AppendAck(out, mqtt.V311, mqtt.PUBACK, p.PacketID, mqtt.Success)
		}
	}
}

func benchmarkPublish(b *testing.B, qos byte) {
	s := New(config(mqtt.V311))
	ended := make(chan error, 1)
	go func() { ended <- s.Run(context.Background(), broker(b), nil) }()
	m := &mqtt.Publish{Topic: []byte("gateway/test0"), Payload: make([]byte, 64), QoS: qos}
	if err := s.Connected(); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Publish(m); err != nil {
			b.Fatal(err)
		}
	}
	if err := s.Drain(); err != nil {
		b.Fatal(err)
	}
	s.Disconnect(mqtt.Success)
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}

func BenchmarkPublishQoS0(b *testing.B) { benchmarkPublish(b, 0) }
func BenchmarkPublishQoS1(b *testing.B) { benchmarkPublish(b, 1) }

// stream is a connection from which messages come without end, and which takes everything.
type stream struct {
	net.Conn
	packet []byte
}

func (s *stream) Read(p []byte) (int, error) {
	n := 0
	for len(p)-n >= len(s.packet) {
		n += copy(p[n:], s.packet)
	}
	return n, nil
}

func (s *stream) Write(p []byte) (int, error) { return len(p), nil }

func TestReceiveDoesNotAllocate(t *testing.T) {
	for name, packet := range map[string]string{
		"QoS 0":            "3004 0001 74 61",
		"QoS 1":            "3206 0001 74 0007 62",
		"QoS 2 and PUBREL": "3406 0001 74 0008 63" + "6202 0008",
	} {
		s := New(config(mqtt.V311))
		l := newLink(&stream{packet: unhex(t, packet)}, &s.cfg)
		step := func() {
			if _, err := s.step(l); err != nil {
				t.Fatal(err)
			}
			s.mu.Lock() // nobody writes these
			l.out.buf = l.out.buf[:0]
			s.mu.Unlock()
		}
		for range 10000 {
			step()
		}
		if n := testing.AllocsPerRun(10000, step); n > 0 {
			t.Errorf("%s: %v allocations a packet", name, n)
		}
	}
}
