package session

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// ledger is a broker for one client that counts how often each message arrives. It releases what has QoS 2 at PUBREL.
type ledger struct {
	keeps   bool       // the session, from one connection to the next
	maximum *rand.Rand // for the Receive Maximum of each connection, in MQTT 5.0; nil for 3.1.1

	mu      sync.Mutex // held by the connection that is served
	present bool
	pending map[uint16]int // of QoS 2, not released
	arrived []int
	highest int
	late    int             // arrived for the first time after a later one
	allowed int             // Receive Maximum
	open    map[uint16]bool // messages of this connection that are not answered
	overrun int             // the most of them

	taking  sync.Mutex
	current net.Conn
}

// serve plays the broker on one connection, once the one before has ended.
func (b *ledger) serve(c net.Conn) {
	b.taking.Lock()
	if b.current != nil {
		_ = b.current.Close()
	}
	b.current = c
	b.mu.Lock()
	b.taking.Unlock()
	defer b.mu.Unlock()
	defer c.Close()
	if !b.keeps || !b.present {
		b.pending = map[uint16]int{}
	}
	b.open = map[uint16]bool{}
	out := b.connack()
	b.present = true
	r := mqtt.NewReader(c, 0)
	if _, err := r.Next(); err != nil {
		return
	}
	for {
		if !r.Buffered() && len(out) > 0 {
			if _, err := c.Write(out); err != nil {
				return
			}
			out = out[:0]
			maps.DeleteFunc(b.open, func(id uint16, _ bool) bool { return b.pending[id] == 0 })
		}
		f, err := r.Next()
		if err != nil || f.Type() == mqtt.DISCONNECT {
			return
		}
		out = b.answer(out, f)
	}
}

func (b *ledger) version() mqtt.Version {
	if b.maximum != nil {
		return mqtt.V5
	}
	return mqtt.V311
}

func (b *ledger) connack() []byte {
	present := byte(0)
	if b.keeps && b.present {
		present = 1
	}
	if b.version() == mqtt.V5 {
		b.allowed = 1 + b.maximum.IntN(40)
		return []byte{0x20, 6, present, 0, 3, byte(mqtt.ReceiveMaximum), 0, byte(b.allowed)}
	}
	b.allowed = DefaultMaxInflight
	return []byte{0x20, 2, present, 0}
}

func (b *ledger) answer(out []byte, f mqtt.Frame) []byte {
	if f.Type() == mqtt.PUBREL {
		id := uint16(f.Body[0])<<8 | uint16(f.Body[1])
		if n, ok := b.pending[id]; ok {
			delete(b.pending, id)
			b.count(n)
		}
		return mqtt.AppendAck(out, mqtt.V311, mqtt.PUBCOMP, id, mqtt.Success)
	}
	var p mqtt.Publish
	if err := mqtt.ParsePublish(b.version(), f, &p); err != nil {
		return out
	}
	if b.open[p.PacketID] = true; len(b.open) > b.allowed {
		b.overrun = max(b.overrun, len(b.open)-b.allowed)
	}
	n, _ := strconv.Atoi(string(p.Payload)) // from 1
	if p.QoS == 1 {
		b.count(n)
		return mqtt.AppendAck(out, mqtt.V311, mqtt.PUBACK, p.PacketID, mqtt.Success)
	}
	b.pending[p.PacketID] = n
	return mqtt.AppendAck(out, mqtt.V311, mqtt.PUBREC, p.PacketID, mqtt.Success)
}

func (b *ledger) count(n int) {
	if b.arrived[n] == 0 && n < b.highest {
		b.late++
	}
	b.highest = max(b.highest, n)
	b.arrived[n]++
}

// relay stands between a session and the broker. It cuts some of the connections, in both directions at once, after a
// random number of bytes in either.
type relay struct {
	random *rand.Rand
	mean   int // bytes of a connection that will be cut
	left   int // cuts
	serve  func(net.Conn)
	group  sync.WaitGroup
	cuts   atomic.Int32
}

func (r *relay) run(l net.Listener) {
	defer r.group.Wait()
	for {
		near, err := l.Accept()
		if err != nil {
			return
		}
		back, far := net.Pipe()
		r.group.Go(func() { r.serve(far) })
		up, down := int64(1<<40), int64(1<<40)
		if r.left > 0 {
			r.left--
			up, down = int64(r.random.IntN(2*r.mean)), int64(r.random.IntN(2*r.mean))
		}
		r.forward(near.(*net.TCPConn), back, up, down)
	}
}

// forward passes so many bytes on at most, then resets the session's connection and ends the broker's.
func (r *relay) forward(near *net.TCPConn, back net.Conn, up, down int64) {
	cut := sync.OnceFunc(func() {
		r.cuts.Add(1)
		_ = near.SetLinger(0)
		_ = near.Close()
		_ = back.Close()
	})
	pass := func(to, from net.Conn, limit int64) {
		if n, _ := io.CopyN(to, from, limit); n == limit {
			cut()
			return
		}
		_ = from.Close() // one side has ended: so does the other
		_ = to.Close()
	}
	r.group.Go(func() { pass(back, near, up) })
	r.group.Go(func() { pass(near, back, down) })
}

// However often the connection is cut, every message arrives, in order; those of QoS 2 once, if the broker keeps the session.
func TestCuts(t *testing.T) {
	for _, c := range []struct {
		version mqtt.Version
		qos     byte
		keeps   bool
		cuts    int
		lines   int
	}{
		{mqtt.V311, 1, true, 1, 20_000}, {mqtt.V311, 1, false, 5, 20_000}, {mqtt.V311, 1, true, 20, 20_000}, {mqtt.V311, 1, false, 3, 70_000},
		{mqtt.V311, 2, true, 1, 20_000}, {mqtt.V311, 2, true, 5, 20_000}, {mqtt.V311, 2, true, 20, 20_000}, {mqtt.V311, 2, true, 3, 70_000},
		{mqtt.V311, 2, false, 20, 20_000}, {mqtt.V5, 1, true, 20, 20_000}, {mqtt.V5, 2, true, 20, 20_000}, {mqtt.V5, 2, false, 20, 20_000},
	} {
		t.Run(fmt.Sprintf("%v, %d lines, QoS %d, %d cuts, keeps %v", c.version, c.lines, c.qos, c.cuts, c.keeps), func(t *testing.T) {
			b := &ledger{keeps: c.keeps, arrived: make([]int, c.lines+1)}
			if c.version == mqtt.V5 {
				b.maximum = rand.New(rand.NewPCG(1, 2))
			}
			mean := c.lines * 14 / (c.cuts + 1)
			r := &relay{random: rand.New(rand.NewPCG(uint64(c.qos), uint64(c.cuts))), mean: mean, left: c.cuts, serve: b.serve}
			publishAll(t, r, c.version, c.qos, c.keeps, c.lines)
			lost, twice := 0, 0
			for _, n := range b.arrived[1:] {
				lost += max(0, 1-n)
				twice += max(0, n-1)
			}
			t.Logf("%d cuts, %d lost, %d arrived twice, %d late", r.cuts.Load(), lost, twice, b.late)
			if lost > 0 || r.cuts.Load() == 0 || c.qos == 2 && c.keeps && twice > 0 || b.late > 0 || b.overrun > 0 {
				t.Errorf("%d cuts: %d messages are lost, %d came again, %d came late, %d too many at once", r.cuts.Load(), lost, twice, b.late, b.overrun)
			}
		})
	}
}

func publishAll(t *testing.T, r *relay, v mqtt.Version, qos byte, keeps bool, lines int) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go r.run(l)
	defer r.group.Wait()
	defer l.Close()
	cfg := reconnecting(v)
	cfg.Connect.CleanStart, cfg.Connect.ClientID = !keeps, "k"
	s := start(t, cfg, func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", l.Addr().String())
	}, again)
	m := &mqtt.Publish{Topic: []byte("t"), QoS: qos}
	for n := range lines {
		m.Payload = strconv.AppendInt(m.Payload[:0], int64(n+1), 10)
		if _, err := s.Publish(m); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Drain(); err != nil {
		t.Fatal(err)
	}
	s.Disconnect(mqtt.Success)
	if err := s.end(); err != nil {
		t.Error(err)
	}
	if a := s.Account(); a != (Account{Accepted: lines}) {
		t.Errorf("the account is %+v", a)
	}
}
