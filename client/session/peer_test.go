package session

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

const patience = 5 * time.Second

// peer is the broker's end of a connection, played by the test.
type peer struct {
	t    *testing.T
	conn net.Conn
}

// listen returns a Dial to a loopback port and a function that accepts the next connection there.
func listen(t *testing.T) (Dial, func() *peer) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	dial := func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", l.Addr().String())
	}
	accept := func() *peer {
		t.Helper()
		_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(patience))
		c, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(patience))
		t.Cleanup(func() { _ = c.Close() })
		return &peer{t, c}
	}
	return dial, accept
}

// unhex reads hexadecimal with blanks.
func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hexBytes(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func hexBytes(s string) ([]byte, error) { return hex.DecodeString(strings.ReplaceAll(s, " ", "")) }

// expect reads exactly these bytes.
func (p *peer) expect(want string) {
	p.t.Helper()
	w := unhex(p.t, want)
	got := make([]byte, len(w))
	n, err := io.ReadFull(p.conn, got)
	if err != nil || !bytes.Equal(got, w) {
		p.t.Fatalf("the broker read %x (%v), want %s", got[:n], err, want)
	}
}

func (p *peer) send(s string) {
	p.t.Helper()
	if _, err := p.conn.Write(unhex(p.t, s)); err != nil {
		p.t.Fatal(err)
	}
}

// nothing asserts that nothing comes for a moment.
func (p *peer) nothing() {
	p.t.Helper()
	_ = p.conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	b := make([]byte, 16)
	if n, err := p.conn.Read(b); n > 0 || err == io.EOF {
		p.t.Fatalf("the broker read %x (%v), want nothing", b[:n], err)
	}
	_ = p.conn.SetDeadline(time.Now().Add(patience))
}

// closed asserts that the client closes and sends nothing before.
func (p *peer) closed() {
	p.t.Helper()
	if b, err := io.ReadAll(p.conn); len(b) > 0 || err != nil {
		p.t.Fatalf("the broker read %x (%v), want the end", b, err)
	}
}

const (
	connect311 = "100c 0004 4d515454 04 02 003c 0000"
	connack311 = "2002 0000"
	connect5   = "100d 0004 4d515454 05 02 003c 00 0000"
	connack5   = "2003 0000 00"
	goodbye    = "e000"
)

func config(v mqtt.Version) Config {
	return Config{
		Connect: mqtt.Connect{Version: v, CleanStart: true, KeepAlive: 60},
		Now:     time.Now,
	}
}

// running is a session under test.
type running struct {
	*Session
	t     *testing.T
	ended chan error
}

func start(t *testing.T, cfg Config, dial Dial, retry Retry) *running {
	t.Helper()
	r := &running{New(cfg), t, make(chan error, 1)}
	go func() { r.ended <- r.Run(context.Background(), dial, retry) }()
	return r
}

// end waits for Run to return.
func (r *running) end() error {
	r.t.Helper()
	select {
	case err := <-r.ended:
		return err
	case <-time.After(patience):
		r.t.Fatal("Run does not return")
		return nil
	}
}

// inBackground runs f and returns a function that waits for its result.
func (r *running) inBackground(f func() error) func() error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	return func() error {
		r.t.Helper()
		select {
		case err := <-done:
			return err
		case <-time.After(patience):
			r.t.Fatal("the call does not return")
			return nil
		}
	}
}

func (r *running) publish(qos byte, payload string) uint16 {
	r.t.Helper()
	id, err := r.Publish(&mqtt.Publish{Topic: []byte("t"), Payload: []byte(payload), QoS: qos})
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// leave ends a session as a program does.
func (r *running) leave(p *peer) {
	r.t.Helper()
	r.Disconnect(mqtt.Success)
	p.expect(goodbye)
	p.closed()
	_ = p.conn.Close()
	if err := r.end(); err != nil {
		r.t.Errorf("Run: %v", err)
	}
}

// log collects what a session reports, in order.
type log struct {
	mu    sync.Mutex
	lines []string
}

func (l *log) add(s string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, s)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

// Write takes one debug line.
func (l *log) Write(p []byte) (int, error) {
	l.add(strings.TrimSuffix(string(p), "\n"))
	return len(p), nil
}
