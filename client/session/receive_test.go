package session

import (
	"fmt"
	"testing"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// receiver records the messages that a session hands over and the idle moments between them.
func receiver(cfg *Config, l *log, stop int) {
	n := 0
	cfg.Events.Message = func(m *mqtt.Publish) error {
		l.add(fmt.Sprintf("message %s %s q%d", m.Topic, m.Payload, m.QoS))
		if n++; n == stop {
			return ErrStop
		}
		return nil
	}
}

func TestReceiveEachQoS(t *testing.T) {
	cfg, l := config(mqtt.V311), &log{}
	receiver(&cfg, l, 0)
	r, p := accepted(t, cfg, nil)
	p.send("3004 0001 74 61" + "3206 0001 74 0007 62" + "3406 0001 74 0008 63")
	p.expect("4002 0007" + "5002 0008")
	p.send("3c06 0001 74 0008 63") // again, with DUP: still one message
	p.expect("5002 0008")
	p.send("6202 0008")
	p.expect("7002 0008")
	p.send("6202 0008")
	p.expect("7002 0008")
	r.leave(p)
	if got, want := l.String(), "message t a q0\nmessage t b q1\nmessage t c q2"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What is acknowledged was flushed to the output before.
func TestAcknowledgementFollowsOutput(t *testing.T) {
	cfg, flush := config(mqtt.V311), make(chan struct{})
	pending := false
	cfg.Events.Message = func(*mqtt.Publish) error { pending = true; return nil }
	cfg.Events.Idle = func() error {
		if pending {
			<-flush
			pending = false
		}
		return nil
	}
	r, p := accepted(t, cfg, nil)
	p.send("3206 0001 74 0007 62")
	p.nothing()
	close(flush)
	p.expect("4002 0007")
	r.leave(p)
}

// After the message that ends the program nothing more is acknowledged, so that the broker keeps the rest.
func TestStopAcknowledgesNothingMore(t *testing.T) {
	cfg, l := config(mqtt.V311), &log{}
	receiver(&cfg, l, 1)
	r, p := accepted(t, cfg, nil)
	p.send("3206 0001 74 0007 62" + "3206 0001 74 0008 63")
	p.expect("4002 0007" + goodbye)
	p.closed()
	_ = p.conn.Close()
	if err := r.end(); err != nil {
		t.Error(err)
	}
	if got, want := l.String(), "message t b q1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// An output that fails ends the session, and what it did not take is not acknowledged.
func TestIdleStops(t *testing.T) {
	cfg, failing := config(mqtt.V311), false
	cfg.Events.Message = func(*mqtt.Publish) error { failing = true; return nil }
	cfg.Events.Idle = func() error {
		if failing {
			return ErrStop
		}
		return nil
	}
	r, p := accepted(t, cfg, nil)
	p.send("3206 0001 74 0007 62")
	p.expect(goodbye)
	p.closed()
	_ = p.conn.Close()
	if err := r.end(); err != nil {
		t.Error(err)
	}
}

func TestTopicAlias(t *testing.T) {
	cfg, l := config(mqtt.V5), &log{}
	receiver(&cfg, l, 0)
	var err error
	if cfg.Connect.Properties, err = mqtt.AppendPropertyUint(nil, mqtt.TopicAliasMaximum, 2); err != nil {
		t.Fatal(err)
	}
	dial, accept := listen(t)
	r := start(t, cfg, dial, nil)
	p := accept()
	p.expect("1010 0004 4d515454 05 02 003c 03 22 0002 0000")
	p.send(connack5)
	p.send("3008 0001 74 03 23 0001 61" + "3007 0000 03 23 0001 62" + "3007 0000 03 23 0002 62")
	p.expect("e001 82")
	p.closed()
	_ = p.conn.Close()
	if err := r.end(); err == nil {
		t.Error("an unknown alias ended in no error")
	}
	if got, want := l.String(), "message t a q0\nmessage t b q0"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestReceiveMaximumIsHeld(t *testing.T) {
	t.Parallel()
	cfg := config(mqtt.V5)
	var err error
	if cfg.Connect.Properties, err = mqtt.AppendPropertyUint(nil, mqtt.ReceiveMaximum, 1); err != nil {
		t.Fatal(err)
	}
	dial, accept := listen(t)
	r := start(t, cfg, dial, nil)
	p := accept()
	p.expect("1010 0004 4d515454 05 02 003c 03 21 0001 0000")
	p.send(connack5)
	p.send("3406 0001 74 0001 00" + "3406 0001 74 0002 00")
	p.expect("e001 93")
	if err := r.end(); err == nil {
		t.Error("too many messages ended in no error")
	}
}

func TestBrokersDisconnect(t *testing.T) {
	r, p := accepted(t, config(mqtt.V5), nil)
	p.send("e001 8e")
	err, ok := r.end().(*DisconnectedError)
	if !ok || err.Code != mqtt.SessionTakenOver {
		t.Errorf("%v, want session taken over", err)
	}
}

func TestTrace(t *testing.T) {
	cfg, l := config(mqtt.V311), &log{}
	cfg.Connect.ClientID = "gold"
	cfg.Trace = NewTrace(l)
	dial, accept := listen(t)
	r := start(t, cfg, dial, nil)
	p := accept()
	p.expect("1010 0004 4d515454 04 02 003c 0004 676f6c64")
	p.send(connack311)
	if err := r.Connected(); err != nil {
		t.Fatal(err)
	}
	if err := r.Subscribe([]mqtt.Subscription{{Filter: "g/a", QoS: 1}, {Filter: "g/b", QoS: 1}}, nil); err != nil {
		t.Fatal(err)
	}
	p.expect("820e 0001 0003 672f61 01 0003 672f62 01")
	p.send("9004 0001 0101")
	p.send("3206 0001 74 0007 62")
	p.expect("4002 0007")
	r.leave(p)
	want := `Client gold sending CONNECT
Client gold received CONNACK (0)
Client gold sending SUBSCRIBE (Mid: 1, Topic: g/a, QoS: 1, Options: 0x00)
Client gold sending SUBSCRIBE (Mid: 1, Topic: g/b, QoS: 1, Options: 0x00)
Client gold received SUBACK
Client gold received PUBLISH (d0, q1, r0, m7, 't', ... (1 bytes))
Client gold sending PUBACK (m7, rc0)
Client gold sending DISCONNECT`
	if got := l.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What a broker chose is shown, but neither drives the terminal nor makes up lines.
func TestTraceOfControlCharacters(t *testing.T) {
	l := &log{}
	trace := NewTrace(l)
	trace.identify("a\x1b]0;x\x07\r\nb")
	trace.receivedPublish(&mqtt.Publish{Topic: []byte("t\x1b[2J\n\x7f\u009b\u00e9")})
	want := `Client a\x1b]0;x\a\r\nb received PUBLISH (d0, q0, r0, m0, 't\x1b[2J\n\x7f\u009bé', ... (0 bytes))`
	if got := l.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
