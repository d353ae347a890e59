package session

import (
	"encoding/hex"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

func accepted(t *testing.T, cfg Config, retry Retry) (*running, *peer) {
	t.Helper()
	dial, accept := listen(t)
	r := start(t, cfg, dial, retry)
	p := accept()
	if cfg.Connect.Version == mqtt.V5 {
		p.expect(connect5)
		p.send(connack5)
	} else {
		p.expect(connect311)
		p.send(connack311)
	}
	return r, p
}

func TestPublishEachQoS(t *testing.T) {
	r, p := accepted(t, config(mqtt.V311), nil)
	r.publish(0, "a")
	r.Flush()
	p.expect("3004 0001 74 61")

	id := r.publish(1, "b")
	acked := r.inBackground(func() error { return r.Wait(id) })
	p.expect("3206 0001 74 0002 62")
	p.send("4002 0002")
	if err := acked(); err != nil {
		t.Error(err)
	}

	id = r.publish(2, "c")
	acked = r.inBackground(func() error { return r.Wait(id) })
	p.expect("3406 0001 74 0003 63")
	p.send("5002 0003")
	p.expect("6202 0003")
	p.send("7002 0003")
	if err := acked(); err != nil {
		t.Error(err)
	}
	r.leave(p)
}

func TestMessageAndDisconnectAreOneWrite(t *testing.T) {
	r, p := accepted(t, config(mqtt.V311), nil)
	if err := r.Connected(); err != nil {
		t.Fatal(err)
	}
	r.publish(0, "a")
	p.nothing()
	r.leave2(p, "3004 0001 74 61"+goodbye)
}

// leave2 is leave with what comes before the end.
func (r *running) leave2(p *peer, want string) {
	r.t.Helper()
	r.Disconnect(mqtt.Success)
	p.expect(want)
	p.closed()
	_ = p.conn.Close()
	if err := r.end(); err != nil {
		r.t.Errorf("Run: %v", err)
	}
}

func TestWindowHoldsPublishersBack(t *testing.T) {
	cfg := config(mqtt.V311)
	cfg.MaxInflight = 2
	r, p := accepted(t, cfg, nil)
	r.publish(1, "a")
	r.publish(1, "b")
	third := r.inBackground(func() error { r.publish(1, "c"); r.Flush(); return nil })
	p.expect("3206 0001 74 0001 61" + "3206 0001 74 0002 62")
	p.nothing()
	p.send("4002 0001")
	p.expect("3206 0001 74 0003 63")
	if err := third(); err != nil {
		t.Error(err)
	}
	p.send("4002 0003" + "4002 0002")
	if err := r.Drain(); err != nil {
		t.Error(err)
	}
	r.leave(p)
}

func TestReceiveMaximumOfTheBroker(t *testing.T) {
	dial, accept := listen(t)
	r := start(t, config(mqtt.V5), dial, nil)
	p := accept()
	p.expect(connect5)
	p.send("2006 0000 03 21 0001") // Receive Maximum 1
	r.publish(1, "a")
	second := r.inBackground(func() error { r.publish(1, "b"); r.Flush(); return nil })
	p.expect("3207 0001 74 0001 00 61")
	p.nothing()
	p.send("4002 0001")
	p.expect("3207 0001 74 0002 00 62")
	if err := second(); err != nil {
		t.Error(err)
	}
	p.send("4002 0002")
	if err := r.Drain(); err != nil {
		t.Error(err)
	}
	r.leave(p)
}

func TestLimitsOfTheBroker(t *testing.T) {
	dial, accept := listen(t)
	r := start(t, config(mqtt.V5), dial, nil)
	p := accept()
	p.expect(connect5)
	p.send("200c 0000 09 24 00 25 00 27 0000000a") // Maximum QoS 0, Retain Available 0, Maximum Packet Size 10
	if err := r.Connected(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Publish(&mqtt.Publish{Topic: []byte("t"), QoS: 1}); err != ErrQoS {
		t.Errorf("QoS 1: %v, want ErrQoS", err)
	}
	if _, err := r.Publish(&mqtt.Publish{Topic: []byte("t"), Payload: make([]byte, 20)}); err != ErrPacketSize {
		t.Errorf("20 bytes: %v, want ErrPacketSize", err)
	}
	if _, err := r.Publish(&mqtt.Publish{Topic: []byte("t"), Retain: true}); err != nil {
		t.Error(err)
	}
	r.leave2(p, "3004 0001 74 00"+goodbye)
}

func TestRefusedConnection(t *testing.T) {
	for _, c := range []struct {
		version mqtt.Version
		connect string
		connack string
		code    mqtt.ReasonCode
	}{
		{mqtt.V311, connect311, "2002 0005", 5},
		{mqtt.V5, connect5, "2003 0087 00", 135},
	} {
		dial, accept := listen(t)
		r := start(t, config(c.version), dial, nil)
		p := accept()
		p.expect(c.connect)
		p.send(c.connack)
		var refused *RefusedError
		if err := r.end(); !errors.As(err, &refused) || refused.Connack.Code != c.code {
			t.Errorf("version %v: %v, want a refusal with %d", c.version, err, c.code)
		}
		if _, err := r.Publish(&mqtt.Publish{Topic: []byte("t")}); !errors.As(err, &refused) {
			t.Errorf("Publish after the end: %v, want the refusal", err)
		}
	}
}

func TestConnectionsThatEnd(t *testing.T) {
	for name, c := range map[string]struct {
		answer  string
		connack bool
	}{
		"before CONNACK": {"", false},
		"in CONNACK":     {"2002 00", false},
		"after CONNACK":  {connack311, true},
		"in PUBLISH":     {connack311 + "30 10 00", true},
	} {
		dial, accept := listen(t)
		r := start(t, config(mqtt.V311), dial, nil)
		p := accept()
		p.expect(connect311)
		p.send(c.answer)
		_ = p.conn.Close()
		var lost *LostError
		if err := r.end(); !errors.As(err, &lost) || lost.Connack != c.connack {
			t.Errorf("%s: %v, want a LostError with Connack %v", name, err, c.connack)
		}
	}
}

// A broker's rubbish ends in an error that says what was wrong, and in MQTT 5.0 in a DISCONNECT with the reason.
func TestRubbish(t *testing.T) {
	for name, c := range map[string]struct {
		version mqtt.Version
		first   string // instead of CONNACK
		then    string
		reply   string
	}{
		"HTTP":                   {mqtt.V311, hex.EncodeToString([]byte("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n")), "", ""},
		"PUBLISH before CONNACK": {mqtt.V311, "3004 0001 74 61", "", ""},
		"second CONNACK":         {mqtt.V5, connack5, connack5, "e001 82"},
		"CONNECT":                {mqtt.V311, connack311, connect311, ""},
		"QoS 3":                  {mqtt.V5, connack5, "3606 0001 74 0001 00", "e001 81"},
		"endless length":         {mqtt.V311, connack311, "30 ffffffffff", ""},
		"session out of nothing": {mqtt.V311, "2002 0100", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dial, accept := listen(t)
			r := start(t, config(c.version), dial, func(error, bool) bool { return false })
			p := accept()
			if c.version == mqtt.V5 {
				p.expect(connect5)
			} else {
				p.expect(connect311)
			}
			p.send(c.first + c.then)
			p.expect(c.reply)
			p.closed()
			_ = p.conn.Close()
			err := r.end()
			var bad *mqtt.Malformed
			if !errors.As(err, &bad) {
				t.Fatalf("%v, want a *mqtt.Malformed", err)
			}
			if bad.What == "" || bad.Section == "" {
				t.Errorf("%#v does not say what was wrong", bad)
			}
		})
	}
}

func TestKeepAlive(t *testing.T) {
	t.Parallel()
	cfg := config(mqtt.V311)
	cfg.Connect.KeepAlive = 1
	dial, accept := listen(t)
	r := start(t, cfg, dial, nil)
	p := accept()
	p.expect("100c 0004 4d515454 04 02 0001 0000")
	p.send(connack311)
	began := time.Now()
	p.expect("c000")
	p.send("d000")
	p.expect("c000")
	if d := time.Since(began); d < 1900*time.Millisecond {
		t.Errorf("two PINGREQ after %v, want 2 s", d)
	}
	if err := r.end(); err != ErrKeepAlive {
		t.Errorf("Run: %v, want ErrKeepAlive", err)
	}
}

func TestNoConnack(t *testing.T) {
	cfg := config(mqtt.V311)
	cfg.ConnectTimeout = 100 * time.Millisecond
	dial, accept := listen(t)
	r := start(t, cfg, dial, nil)
	p := accept()
	p.expect(connect311)
	if err := r.end(); err != ErrKeepAlive {
		t.Errorf("Run: %v, want ErrKeepAlive", err)
	}
}

func TestDisconnectWithoutConnection(t *testing.T) {
	dial, accept := listen(t)
	r := start(t, config(mqtt.V311), dial, nil)
	p := accept()
	p.expect(connect311)
	r.Disconnect(mqtt.Success)
	if err := r.end(); err != nil {
		t.Errorf("Run: %v", err)
	}
	if b, _ := io.ReadAll(p.conn); len(b) > 0 {
		t.Errorf("the broker read %x", b)
	}
	if err := r.Connected(); err != ErrClosed {
		t.Errorf("Connected: %v, want ErrClosed", err)
	}
}
