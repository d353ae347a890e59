package session

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// reconnecting returns a configuration for tests with several connections.
func reconnecting(v mqtt.Version) Config {
	cfg := config(v)
	cfg.Pause = time.Millisecond
	return cfg
}

// A broker that allows fewer unacknowledged messages after a reconnect than are in flight is not sent more at once.
func TestLowerReceiveMaximum(t *testing.T) {
	t.Parallel()
	dial, accept := listen(t)
	r := start(t, reconnecting(mqtt.V5), dial, again)
	p := accept()
	p.expect(connect5)
	p.send(connack5)
	for qos := byte(1); qos <= 2; qos++ {
		r.publish(qos, "a")
		r.publish(qos, "b")
	}
	r.Flush()
	p.expect("3207 0001 74 0001 00 61" + "3207 0001 74 0002 00 62" + "3407 0001 74 0003 00 61" + "3407 0001 74 0004 00 62")
	p.send("5002 0004")
	p.expect("6202 0004")
	_ = p.conn.Close()

	p = accept()
	p.expect(connect5)
	p.send("2006 0000 03 21 0002") // Receive Maximum 2, and the session is lost
	fifth := r.inBackground(func() error { r.publish(1, "e"); r.Flush(); return nil })
	p.expect("3a07 0001 74 0001 00 61" + "3a07 0001 74 0002 00 62")
	p.nothing()
	p.send("4002 0002")
	p.expect("3c07 0001 74 0003 00 61")
	p.nothing()
	p.send("5002 0003")
	p.expect("6202 0003")
	p.nothing()
	p.send("7002 0003" + "4002 0001")
	p.expect("3c07 0001 74 0004 00 62" + "3207 0001 74 0005 00 65")
	if err := fifth(); err != nil {
		t.Error(err)
	}
	p.send("5003 0004 91" + "4002 0005")
	if err := r.Drain(); err != nil {
		t.Error(err)
	}
	r.leave(p)
	if a := r.Account(); a.Accepted != 5 || a.Unknown != 0 {
		t.Errorf("the account is %+v", a)
	}
}

// What is in flight and what the broker does not take any more after a reconnect do not go together.
func TestLowerLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		connack string
		want    error
	}{
		"Maximum QoS":         {"2005 0000 02 24 00", ErrQoS},
		"Maximum Packet Size": {"2008 0000 05 27 00000008", ErrPacketSize},
	} {
		dial, accept := listen(t)
		attempts := 0
		r := start(t, reconnecting(mqtt.V5), dial, func(error, bool) bool { attempts++; return attempts == 1 })
		p := accept()
		p.expect(connect5)
		p.send(connack5)
		r.publish(1, "a")
		r.Flush()
		p.expect("3207 0001 74 0001 00 61")
		_ = p.conn.Close()
		p = accept()
		p.expect(connect5)
		p.send(c.connack)
		p.expect(goodbye)
		_ = p.conn.Close()
		if err := r.end(); err != c.want {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if a := r.Account(); a.Unknown != 1 || a.First != 1 {
			t.Errorf("%s: the account is %+v", name, a)
		}
	}
}

// RETAIN goes where the broker does not have it any more.
func TestRetainIsGone(t *testing.T) {
	t.Parallel()
	dial, accept := listen(t)
	r := start(t, reconnecting(mqtt.V5), dial, again)
	p := accept()
	p.expect(connect5)
	p.send(connack5)
	if _, err := r.Publish(&mqtt.Publish{Topic: []byte("t"), QoS: 1, Retain: true}); err != nil {
		t.Fatal(err)
	}
	r.Flush()
	p.expect("3306 0001 74 0001 00")
	_ = p.conn.Close()
	p = accept()
	p.expect(connect5)
	p.send("2005 0000 02 25 00")
	p.expect("3a06 0001 74 0001 00")
	p.send("4002 0001")
	if err := r.Drain(); err != nil {
		t.Error(err)
	}
	r.leave(p)
}

// A message of QoS 2 that was received but not released belongs to us: where the broker keeps the session it releases it,
// where not it is delivered at once, and its identifier is free for another.
func TestHeldMessages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		connack string
		want    string
	}{
		{"2002 0100", "message t a q2"}, // what comes again is the same message
		{"2002 0000", "message t a q2\nmessage t b q2\nmessage t c q2"},
	} {
		cfg, l := reconnecting(mqtt.V311), &log{}
		cfg.Connect.CleanStart, cfg.Connect.ClientID = false, "k"
		receiver(&cfg, l, 0)
		dial, accept := listen(t)
		r := start(t, cfg, dial, again)
		const connect = "100d 0004 4d515454 04 00 003c 0001 6b"
		p := accept()
		p.expect(connect)
		p.send(connack311 + "3406 0001 74 0009 61" + "3406 0001 74 0008 62")
		p.expect("5002 0009" + "5002 0008")
		_ = p.conn.Close()

		p = accept()
		p.expect(connect)
		p.send(c.connack + "3406 0001 74 0009 63")
		p.expect("5002 0009")
		p.send("6202 0009")
		p.expect("7002 0009")
		r.leave(p)
		if got := l.String(); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.connack, got, c.want)
		}
	}
}

// What Ready does not want yet waits, unacknowledged, in its order, and with the connection it goes.
func TestReady(t *testing.T) {
	t.Parallel()
	cfg, l := reconnecting(mqtt.V311), &log{}
	receiver(&cfg, l, 0)
	cfg.Events.Ready = func(held int) bool { return held == 0 }
	dial, accept := listen(t)
	r := start(t, cfg, dial, again)
	p := accept()
	p.expect(connect311)
	p.send(connack311)
	p.send("3406 0001 74 0001 61" + "3406 0001 74 0002 62" + "3206 0001 74 0003 63" + "3004 0001 74 64")
	p.send("3c06 0001 74 0002 62" + "3c06 0001 74 0001 61") // once more
	p.expect("5002 0001" + "5002 0001")
	p.nothing()
	p.send("6202 0001")
	p.expect("7002 0001" + "5002 0002")
	p.nothing()
	_ = p.conn.Close()

	p = accept()
	p.expect(connect311)
	p.send(connack311 + "3a06 0001 74 0003 63")
	p.expect("4002 0003")
	r.leave(p)
	if got, want := l.String(), "message t a q2\nmessage t b q2\nmessage t c q1"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// What waits counts for the Receive Maximum, and more of QoS 0 than that is not kept.
func TestReadyIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, broker := pipe(t)
		cfg := wary(t, mqtt.V5) // Receive Maximum 2
		var got []string
		cfg.Events.Message = func(m *mqtt.Publish) error { got = append(got, string(m.Payload)); return nil }
		cfg.Events.Ready = func(held int) bool { return held == 0 }
		r := start(t, cfg, dial, nil)
		broker.accept(mqtt.V5)
		broker.say("3407 0001 74 0001 00 61")
		for i := range 1000 {
			broker.say(fmt.Sprintf("3005 0001 74 00 %02x", 'A'+i%26))
		}
		broker.say("6202 0001")
		synctest.Wait()
		if want := "[a A B]"; fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s", got, want)
		}
		broker.say("3407 0001 74 0001 00 61" + "3207 0001 74 0002 00 62" + "3207 0001 74 0003 00 63")
		packets, _ := broker.rest()
		if last := packets[len(packets)-1]; last != "DISCONNECT 93" {
			t.Errorf("the broker is told %v", packets)
		}
		<-r.ended
	})
}

// At the end what the broker was promised to take is taken, and nothing more: in the broker's eyes it has arrived.
func TestLeavingTakesWhatIsPromised(t *testing.T) {
	t.Parallel()
	cfg, l := config(mqtt.V311), &log{}
	receiver(&cfg, l, 0)
	r, p := accepted(t, cfg, nil)
	p.send("3406 0001 74 0001 61" + "3406 0001 74 0002 62")
	p.expect("5002 0001" + "5002 0002")
	r.Disconnect(mqtt.Success)
	p.send("3406 0001 74 0003 63" + "6202 0001")
	p.expect("7002 0001")
	p.nothing()
	p.send("6202 0002")
	p.expect("7002 0002" + goodbye)
	p.closed()
	_ = p.conn.Close()
	if err := r.end(); err != nil {
		t.Error(err)
	}
	if got, want := l.String(), "message t a q2\nmessage t b q2"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// It is not waited for long.
func TestLeavingWaitsNotLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, broker := pipe(t)
		r := start(t, config(mqtt.V311), dial, nil)
		broker.accept(mqtt.V311)
		broker.say("3406 0001 74 0001 61")
		broker.hear(1)
		began := time.Now()
		r.Disconnect(mqtt.Success)
		if last := broker.hear(1); last != "DISCONNECT" || time.Since(began) != finishing {
			t.Errorf("%s after %v", last, time.Since(began))
		}
		_ = broker.conn.Close()
		if err := <-r.ended; err != nil {
			t.Error(err)
		}
	})
}
