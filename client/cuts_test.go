package client

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// counter counts how often each line arrives, over several connections of which one at a time is open.
type counter struct {
	arrived map[string]int
	held    map[uint16]string // QoS 2, not released
}

// collect answers so many packets, then breaks the connection; with 0 it goes on to the end.
func (c *counter) collect(b *broker, connack string, packets int) {
	b.hear()
	b.say(connack)
	var p mqtt.Publish
	for n := 0; n != packets || packets == 0; n++ {
		f, err := b.packets.Next()
		if err != nil || f.Type() == mqtt.DISCONNECT {
			return
		}
		t, id := mqtt.PUBCOMP, uint16(0)
		if f.Type() == mqtt.PUBREL {
			id = uint16(f.Body[0])<<8 | uint16(f.Body[1])
			if line, ok := c.held[id]; ok {
				c.arrived[line]++
				delete(c.held, id)
			}
		} else if err := mqtt.ParsePublish(mqtt.V311, f, &p); err != nil {
			b.t.Error(err)
			return
		} else if t, id = mqtt.PUBACK, p.PacketID; p.QoS == 1 {
			c.arrived[string(p.Payload)]++
		} else {
			t, c.held[id] = mqtt.PUBREC, string(p.Payload)
		}
		_, _ = b.Write(mqtt.AppendAck(nil, mqtt.V311, t, id, mqtt.Success))
	}
	_ = b.SetLinger(0)
}

// -l delivers every line although the connection is cut, and tells of each outage in one line.
func TestLinesSurviveCuts(t *testing.T) {
	t.Parallel()
	const lines = 20_000
	var input strings.Builder
	for n := range lines {
		fmt.Fprintln(&input, n)
	}
	for _, qos := range []string{"1", "2"} {
		t.Run("QoS "+qos, func(t *testing.T) {
			t.Parallel()
			c := &counter{arrived: map[string]int{}, held: map[uint16]string{}}
			port := scripted(t,
				func(b *broker) { c.collect(b, "2002 0000", 31) },
				func(b *broker) { c.collect(b, "2002 0100", 9_999) },
				func(b *broker) { c.collect(b, "2002 0100", 0) })
			got := program(t, port, strings.NewReader(input.String()), "pub", "-t", "a", "-l", "-q", qos, "-c", "-i", "k")()
			if got.code != 0 || strings.Count(got.stderr, "\n") != 2 || strings.Count(got.stderr, ": trying again\n") != 2 {
				t.Errorf("exit %d, stderr:\n%s", got.code, got.stderr)
			}
			twice := 0
			for _, n := range c.arrived {
				twice += n - 1
			}
			t.Logf("%d arrived twice", twice)
			if len(c.arrived) != lines || qos == "2" && twice > 0 {
				t.Errorf("%d of %d lines have arrived, %d twice", len(c.arrived), lines, twice)
			}
		})
	}
}

// A program that has ended leaves no goroutine behind.
func TestNothingIsLeftBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 3 {
		port := scripted(t, func(b *broker) {
			if b.accept(); b.hear() != "" {
				b.say("9003 0001 00" + "3004 0001 61 78" + "4002 0001")
			}
		})
		program(t, port, nil, "pub", "-t", "a", "-m", "x")()
		program(t, port, nil, "pub", "-t", "a", "-m", "x", "-q", "1")()
		program(t, port, strings.NewReader("1\n2"), "pub", "-t", "a", "-l", "-q", "1", "-V", "5", "--reconnect-timeout", "0.001")()
		program(t, port, nil, "sub", "-t", "a", "-C", "1")()
		program(t, port, nil, "rr", "-t", "a", "-e", "a", "-m", "x", "-V", "311")()
	}
	for end := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before+3; time.Sleep(10 * time.Millisecond) { // the three listen
		if time.Now().After(end) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, there were %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}
