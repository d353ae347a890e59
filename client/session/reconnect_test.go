package session

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

func again(error, bool) bool { return true }

// What was not acknowledged is sent again, in order, with DUP. What was received with PUBREC goes on with PUBREL, if the
// broker has kept the session; if not, nobody has that message any more, and it is sent again like the others.
func TestReconnectSendsAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		clean   bool
		connect string
		connack string
		third   string
	}{
		{"kept", false, "100d 0004 4d515454 04 00 003c 0001 6b", "2002 0100", "6202 0003"},
		{"lost", true, "100d 0004 4d515454 04 02 003c 0001 6b", connack311, "3c06 0001 74 0003 63"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg := config(mqtt.V311)
			cfg.Connect.CleanStart, cfg.Connect.ClientID = c.clean, "k"
			cfg.Pause = time.Millisecond
			sendsAgain(t, cfg, c.connect, c.connack, c.third)
		})
	}
}

func sendsAgain(t *testing.T, cfg Config, connect, connack, third string) {
	dial, accept := listen(t)
	r := start(t, cfg, dial, again)
	p := accept()
	p.expect(connect)
	p.send(connack311)
	r.publish(1, "a")
	r.publish(2, "b")
	r.publish(2, "c")
	r.publish(1, "d")
	r.Flush()
	p.expect("3206 0001 74 0001 61" + "3406 0001 74 0002 62" + "3406 0001 74 0003 63" + "3206 0001 74 0004 64")
	p.send("4002 0001" + "5002 0003")
	p.expect("6202 0003")
	_ = p.conn.Close()

	p = accept()
	p.expect(connect)
	p.nothing()
	p.send(connack)
	p.expect("3c06 0001 74 0002 62" + third + "3a06 0001 74 0004 64")
	p.send("4002 0004" + "5002 0002" + "5002 0003")
	p.expect("6202 0002" + "6202 0003")
	p.send("7002 0002" + "7002 0003")
	if err := r.Drain(); err != nil {
		t.Error(err)
	}
	if n := r.Account().Unknown; n != 0 {
		t.Errorf("%d messages are left", n)
	}
	r.leave(p)
}

// refusing is a connection whose writes fail after the first.
type refusing struct {
	net.Conn
	writes int
}

func (c *refusing) Write(p []byte) (int, error) {
	if c.writes++; c.writes > 1 {
		_ = c.Conn.Close()
		return 0, net.ErrClosed
	}
	return c.Conn.Write(p)
}

// A QoS 0 message that no connection took goes out on the next one, without DUP.
func TestReconnectKeepsUnsent(t *testing.T) {
	dial, accept := listen(t)
	first := true
	r := start(t, reconnecting(mqtt.V311), func(ctx context.Context) (net.Conn, error) {
		c, err := dial(ctx)
		if first {
			c, first = &refusing{Conn: c}, false
		}
		return c, err
	}, again)
	p := accept()
	p.expect(connect311)
	p.send(connack311)
	r.publish(0, "a")
	r.publish(1, "b")
	r.publish(0, "c")
	r.Flush()

	p = accept()
	p.expect(connect311)
	p.send(connack311)
	p.expect("3a06 0001 74 0002 62" + "3004 0001 74 61" + "3004 0001 74 63")
	p.send("4002 0002")
	if err := r.Drain(); err != nil {
		t.Error(err)
	}
	r.leave(p)
}

func TestNoRetryReportsWhatIsLeft(t *testing.T) {
	r, p := accepted(t, config(mqtt.V311), nil)
	r.publish(1, "a")
	r.Flush()
	p.expect("3206 0001 74 0001 61")
	_ = p.conn.Close()
	if err := r.end(); err == nil {
		t.Error("Run: no error")
	}
	if n := r.Account().Unknown; n != 1 {
		t.Errorf("%d messages are left, want 1", n)
	}
}

func TestDisconnectEndsThePause(t *testing.T) {
	cfg, lost := config(mqtt.V311), make(chan time.Duration, 1)
	cfg.Events.Lost = func(_ error, pause time.Duration) { lost <- pause }
	r, p := accepted(t, cfg, again)
	if err := r.Connected(); err != nil {
		t.Fatal(err)
	}
	_ = p.conn.Close()
	if pause := <-lost; pause < 800*time.Millisecond || pause > 1200*time.Millisecond {
		t.Errorf("the first pause is %v, want 1 s ±20 %%", pause)
	}
	r.Disconnect(mqtt.Success)
	if err := r.end(); err != nil {
		t.Errorf("Run: %v", err)
	}
}

// The identifiers wrap around without touching those in use.
func TestIdentifiersWrap(t *testing.T) {
	var ids identifiers
	kept := ids.next()
	ids.keep(kept)
	for range 1<<16 - 2 {
		if id := ids.next(); id == 0 || id == kept {
			t.Fatalf("identifier %d came again", id)
		}
	}
	if id := ids.next(); id != 2 {
		t.Errorf("after 65535 comes %d, want 2", id)
	}
	ids.free(kept)
	ids.last = 65535
	if id := ids.next(); id != kept {
		t.Errorf("after 65535 comes %d, want %d", id, kept)
	}
}

func TestAppendUnsent(t *testing.T) {
	chunk := unhex(t, "3004 0001 74 61"+"3206 0001 74 0002 62"+"c000"+"3004 0001 74 63")
	for n, want := range map[int]string{
		0:  "3004 0001 74 61" + "3004 0001 74 63",
		5:  "3004 0001 74 61" + "3004 0001 74 63",
		6:  "3004 0001 74 63",
		21: "3004 0001 74 63",
		22: "",
	} {
		if got := appendUnsent(nil, chunk, n); string(got) != string(unhex(t, want)) {
			t.Errorf("%d bytes written: %x is left, want %s", n, got, want)
		}
	}
}
