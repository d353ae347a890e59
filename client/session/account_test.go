package session

import (
	"net"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// What became of messages of QoS 0 shows only in how their connection ends.
func TestAccountOfQoS0(t *testing.T) {
	reset := func(p *peer) { _ = p.conn.(*net.TCPConn).SetLinger(0); _ = p.conn.Close() }
	for name, c := range map[string]struct {
		notify bool
		end    func(*running, *peer)
		want   Account
	}{
		"in order": {false, func(r *running, p *peer) {
			r.Disconnect(mqtt.Success)
			p.expect(goodbye)
			_ = p.conn.Close()
		}, Account{Accepted: 3}},
		"not closed in time": {false, func(r *running, p *peer) {
			r.Disconnect(mqtt.Success)
			p.expect(goodbye)
			p.closed()
		}, Account{Accepted: 3}},
		"reset after DISCONNECT": {false, func(r *running, p *peer) {
			r.Disconnect(mqtt.Success)
			p.expect(goodbye)
			reset(p)
		}, Account{3, 3, 1}},
		"the same, but the transport has said more": {true, func(r *running, p *peer) {
			r.Disconnect(mqtt.Success)
			p.expect(goodbye)
			reset(p)
		}, Account{Accepted: 3}},
		"closed":                {false, func(_ *running, p *peer) { _ = p.conn.Close() }, Account{3, 3, 1}},
		"reset":                 {false, func(_ *running, p *peer) { reset(p) }, Account{3, 3, 1}},
		"closed after PINGRESP": {false, func(_ *running, p *peer) { p.send("d000"); _ = p.conn.Close() }, Account{3, 3, 1}}, // to no PINGREQ
		"protocol broken":       {false, func(_ *running, p *peer) { p.send("c000") }, Account{3, 3, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := config(mqtt.V311)
			cfg.CloseNotify = c.notify
			r, p := accepted(t, cfg, nil)
			for range 3 {
				r.publish(0, "a")
			}
			r.Flush()
			p.expect("3004 0001 74 61" + "3004 0001 74 61" + "3004 0001 74 61")
			c.end(r, p)
			_ = r.end()
			if got := r.Account(); got != c.want {
				t.Errorf("the account is %+v, want %+v", got, c.want)
			}
		})
	}
}

// An answered PINGREQ proves what came before it, and nothing else.
func TestAccountAfterPing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, broker := pipe(t)
		r := start(t, config(mqtt.V311), dial, nil)
		broker.accept(mqtt.V311)
		r.publish(0, "a")
		r.publish(0, "b")
		r.Flush()
		broker.hear(2)
		time.Sleep(time.Second)
		r.publish(0, "c")
		if last := broker.hear(2); last != "PINGREQ" { // which takes the third along
			t.Fatal(last)
		}
		r.publish(0, "d")
		r.Flush()
		broker.hear(1)
		broker.say("d000")
		synctest.Wait()
		_ = broker.conn.Close()
		<-r.ended
		if got, want := r.Account(), (Account{4, 1, 4}); got != want {
			t.Errorf("the account is %+v, want %+v", got, want)
		}
	})
}

// What no connection took is told apart from what one took.
func TestAccountOfUnsent(t *testing.T) {
	r, p := accepted(t, config(mqtt.V311), nil)
	r.publish(0, "a")
	r.Flush()
	p.expect("3004 0001 74 61")
	r.publish(1, "b")
	r.publish(1, "c")
	r.publish(0, "d")
	_ = p.conn.Close()
	_ = r.end()
	if got, want := r.Account(), (Account{4, 4, 1}); got != want {
		t.Errorf("the account is %+v, want %+v", got, want)
	}
}

// A session that has ended leaves no goroutine behind, however it ended.
func TestNoGoroutineIsLeft(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, end := range []string{"e000", "4002 0001", "ffff", "6202 0009 6202 0009"} {
		for range 5 {
			r, p := accepted(t, config(mqtt.V311), nil)
			r.publish(1, "a")
			r.Flush()
			p.send("3206 0001 74 0007 62")
			p.send(end)
			r.Disconnect(mqtt.Success)
			_ = p.conn.Close()
			_ = r.end()
		}
	}
	for end := time.Now().Add(patience); runtime.NumGoroutine() > before; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, there were %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}
