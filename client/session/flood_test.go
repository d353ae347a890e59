package session

import (
	"bytes"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// timed is a broker that takes its time, in the bubble's: what it does after CONNECT, and how and when the session ends.
type timed struct {
	name  string
	play  func(*script, mqtt.Version)
	want  error
	after time.Duration
}

func TestSlowBrokers(t *testing.T) {
	drip := func(b *script, v mqtt.Version, packet string, every time.Duration) {
		for _, c := range unhex(b.t, packet) {
			time.Sleep(every)
			if _, err := b.conn.Write([]byte{c}); err != nil {
				return
			}
		}
	}
	large := "30fc01000174" + strings.Repeat("00", 249)
	for _, c := range []timed{
		{"no CONNACK", func(*script, mqtt.Version) {}, ErrKeepAlive, 10 * time.Second},
		{"half a CONNACK", func(b *script, v mqtt.Version) { b.say("2002 00") }, ErrKeepAlive, 10 * time.Second},
		{"a CONNACK of one byte every 4 s", func(b *script, v mqtt.Version) { drip(b, v, connack311, 4*time.Second) }, ErrKeepAlive, 10 * time.Second},
		{"CONNACK, then silence", func(b *script, v mqtt.Version) { b.say(connackOf(v)) }, ErrKeepAlive, 120 * time.Second},
		{"a message of one byte a second", func(b *script, v mqtt.Version) {
			b.say(connackOf(v))
			drip(b, v, large, time.Second)
		}, ErrKeepAlive, 120 * time.Second},
		{"half a message, then the end", func(b *script, v mqtt.Version) {
			b.say(connackOf(v) + large[:20])
			_ = b.conn.Close()
		}, io.ErrUnexpectedEOF, 0},
		{"the end", func(b *script, v mqtt.Version) {
			b.say(connackOf(v))
			_ = b.conn.Close()
		}, io.EOF, 0},
	} {
		for _, v := range []mqtt.Version{mqtt.V311, mqtt.V5} {
			t.Run(c.name+"/"+v.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					began := time.Now()
					dial, broker := pipe(t)
					r := busy(t, wary(t, v), dial)
					broker.hear(1)
					played := make(chan struct{})
					go func() { c.play(broker, v); close(played) }()
					err := <-r.ended
					if took := time.Since(began).Round(100 * time.Millisecond); took != c.after || !errors.Is(err, c.want) {
						t.Errorf("after %v: %v, want %v after %v", took, err, c.want, c.after)
					}
					broker.rest()
					<-played
				})
			})
		}
	}
}

// One byte every tenth of a second is slow, but it is not silence.
func TestSlowBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, broker := pipe(t)
		cfg, l := config(mqtt.V311), &log{}
		receiver(&cfg, l, 1)
		r := start(t, cfg, dial, nil)
		broker.accept(mqtt.V311)
		packet, err := mqtt.AppendPublish(nil, mqtt.V311, &mqtt.Publish{Topic: []byte("t"), Payload: bytes.Repeat([]byte("x"), 900)})
		if err != nil {
			t.Fatal(err)
		}
		for i := range packet {
			time.Sleep(100 * time.Millisecond)
			if _, err := broker.conn.Write(packet[i : i+1]); err != nil {
				t.Fatal(err)
			}
		}
		packets, _ := broker.rest()
		if err := <-r.ended; err != nil || len(packets) != 2 || packets[0] != "PINGREQ" {
			t.Errorf("%v after %v", err, packets)
		}
	})
}

func connackOf(v mqtt.Version) string {
	if v == mqtt.V5 {
		return connack5
	}
	return connack311
}

// A broker that sends the same packet millions of times fills no memory, and keeps nobody from leaving.
func TestFloods(t *testing.T) {
	for name, packet := range map[string]string{
		"PINGRESP":             "d000",
		"PUBLISH with QoS 0":   "3005 0001 74 00 61",
		"PUBLISH with QoS 1":   "3206 0001 74 0007 00",
		"the same with QoS 2":  "3406 0001 74 0008 00",
		"PUBLISH and PUBREL":   "3406 0001 74 0008 00 6202 0008",
		"unknown PUBACK":       "4002 0009",
		"unknown PUBREC":       "5002 0009",
		"unknown PUBCOMP":      "7002 0009",
		"unknown PUBREL":       "6202 0009",
		"PUBREC of a message":  "5002 0003",
		"topic aliases":        "3008 0001 74 03 23 0001 61",
		"PUBLISH of 300 bytes": "30 ac02 0001 74 a602" + userProperties(42) + "00",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { flood(t, unhex(t, packet)) })
		})
	}
}

const floodSize = 1 << 20

func flood(t *testing.T, packet []byte) {
	dial, broker := pipe(t)
	cfg := config(mqtt.V5)
	var err error
	if cfg.Connect.Properties, err = mqtt.AppendPropertyUint(nil, mqtt.TopicAliasMaximum, 1); err != nil {
		t.Fatal(err)
	}
	r := busy(t, cfg, dial)
	broker.accept(mqtt.V5)
	broker.hear(3)
	var answer atomic.Value // the last
	go func() {
		for p := range broker.sent {
			answer.Store(p)
		}
	}()
	chunk := bytes.Repeat(packet, 64<<10/len(packet))
	before := heap()
	for sent := 0; sent < floodSize; sent += len(chunk) {
		if _, err := broker.conn.Write(chunk); err != nil {
			t.Fatalf("after %d bytes: %v, %v", sent, err, <-r.ended)
		}
		synctest.Wait() // until it has read the answers
	}
	if grown := heap() - before; grown > floodSize/2 {
		t.Errorf("%d bytes of packets leave %d bytes in memory", floodSize, grown)
	}
	if last := answer.Load(); last != nil && strings.HasPrefix(last.(string), "DISCONNECT") {
		t.Fatalf("the broker is told %v", last)
	}
	flooded := make(chan struct{})
	go func() { // it goes on and on
		defer close(flooded)
		for {
			if _, err := broker.conn.Write(chunk); err != nil {
				return
			}
			time.Sleep(10 * time.Millisecond) // the bubble's clock stands still while anybody is busy
		}
	}()
	began := time.Now()
	r.Disconnect(mqtt.Success)
	if err := <-r.ended; err != nil || time.Since(began) > finishing+lingering {
		t.Errorf("Run: %v after %v", err, time.Since(began))
	}
	_ = broker.conn.Close()
	<-flooded
}

func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// A broker that asks for answers and does not read them is given up before they fill the memory.
func TestDeafBrokers(t *testing.T) {
	for name, packet := range map[string]string{
		"PUBLISH": "3206 0001 74 0007 00",
		"PUBREC":  "5002 0009",
		"PUBREL":  "6202 0009",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dial, broker := pipe(t)
				broker.deaf = true
				r := start(t, config(mqtt.V5), dial, nil)
				broker.accept(mqtt.V5)
				chunk := bytes.Repeat(unhex(t, packet), 8<<10)
				sent := 0
				for ; ; sent += len(chunk) {
					if _, err := broker.conn.Write(chunk); err != nil {
						break
					}
					if sent > 8*mostOwed {
						t.Fatalf("the session still reads after %d bytes", sent)
					}
				}
				var lost *LostError
				if err := <-r.ended; !errors.As(err, &lost) || lost.Err != errDeaf {
					t.Errorf("after %d bytes: %v, want %v", sent, err, errDeaf)
				}
				_ = broker.conn.Close()
			})
		})
	}
}

// What a packet announces takes no memory before it comes.
func TestEndlessProperties(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, broker := pipe(t)
		r := start(t, config(mqtt.V5), dial, nil)
		broker.accept(mqtt.V5)
		before := heap()
		broker.say("30 ffffff7f 0001 74 f0ffff7f")
		chunk := bytes.Repeat(unhex(t, userProperties(1)), 64<<10)
		sent := 0
		for ; sent < 4<<20; sent += len(chunk) {
			if _, err := broker.conn.Write(chunk); err != nil {
				t.Fatal(err)
			}
		}
		if grown := heap() - before; grown > 2*sent+1<<20 {
			t.Errorf("%d bytes of properties take %d bytes", sent, grown)
		}
		_ = broker.conn.Close()
		if err := <-r.ended; !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("Run: %v", err)
		}
	})
}

// What follows a DISCONNECT of the broker is not looked at.
func TestDataAfterDisconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, broker := pipe(t)
		cfg, l := config(mqtt.V5), &log{}
		receiver(&cfg, l, 0)
		r := start(t, cfg, dial, nil)
		broker.accept(mqtt.V5)
		broker.say("e001 8b" + "3005 0001 74 00 61" + "ffffffffff")
		var d *DisconnectedError
		if err := <-r.ended; !errors.As(err, &d) || d.Code != mqtt.ServerShuttingDown {
			t.Errorf("Run: %v", err)
		}
		if packets, _ := broker.rest(); len(packets) > 0 || l.String() != "" {
			t.Errorf("the broker is told %v, the program %q", packets, l)
		}
	})
}

// A broker that breaks the connection, or closes its direction only.
func TestHalfCloseAndReset(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(*net.TCPConn) error
		want error
	}{
		"half-close": {(*net.TCPConn).CloseWrite, io.EOF},
		"reset":      {func(c *net.TCPConn) error { _ = c.SetLinger(0); return c.Close() }, syscall.ECONNRESET},
	} {
		r, p := accepted(t, config(mqtt.V311), nil)
		if err := r.Connected(); err != nil {
			t.Fatal(err)
		}
		if err := c.end(p.conn.(*net.TCPConn)); err != nil {
			t.Fatal(err)
		}
		var lost *LostError
		if err := r.end(); !errors.As(err, &lost) || !lost.Connack || !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// A broker that never acknowledges the oldest message does not fill the memory, nor slow the others down.
func TestOldestIsNeverAcknowledged(t *testing.T) {
	var w window
	w.push(1, awaitPuback, 1)
	for n := range 100_000 {
		id := uint16(2 + n%1000)
		w.push(id, awaitPuback, n)
		w.finish(w.find(id))
	}
	if len(w.ring) > 8 || w.open != 1 || w.oldest().id != 1 {
		t.Errorf("the window has %d places, %d open, the oldest is %d", len(w.ring), w.open, w.oldest().id)
	}
}
