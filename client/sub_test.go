package client

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// message is a message whose payload is its identifier.
type message struct {
	qos   byte
	id    uint16
	topic string
}

func (m message) packet(t *testing.T, v mqtt.Version) []byte {
	p := &mqtt.Publish{QoS: m.qos, PacketID: m.id, Topic: []byte(m.topic), Payload: fmt.Append(nil, m.id)}
	packet, err := mqtt.AppendPublish(nil, v, p)
	if err != nil {
		t.Fatal(err)
	}
	return packet
}

// With -C exactly what is printed is acknowledged, so that the broker keeps the rest for the next run.
func TestCountAcknowledgesWhatIsPrinted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		args   string
		sent   []message         // all at once
		after  map[string]string // and this after what the program says for the first time
		want   []string          // what it says after SUBSCRIBE
		stdout string
	}{
		{name: "QoS 1", args: "-C 2", sent: []message{{1, 1, "a"}, {1, 2, "a"}, {1, 3, "a"}},
			want: []string{"PUBACK 0001", "PUBACK 0002", "DISCONNECT"}, stdout: "1\n2\n"},
		{name: "QoS 2", args: "-C 2", sent: []message{{2, 1, "a"}, {2, 2, "a"}, {2, 3, "a"}, {2, 4, "a"}},
			after:  map[string]string{"PUBREC 0001": "6202 0001", "PUBREC 0002": "6202 0002"},
			want:   []string{"PUBREC 0001", "PUBREC 0002", "PUBCOMP 0001", "PUBCOMP 0002", "DISCONNECT"},
			stdout: "1\n2\n"},
		{name: "one filtered out", args: "-C 1 -T skip", sent: []message{{2, 1, "skip"}, {2, 2, "a"}, {2, 3, "a"}},
			after:  map[string]string{"PUBREC 0001": "6202 0001", "PUBREC 0002": "6202 0002"},
			want:   []string{"PUBREC 0001", "PUBCOMP 0001", "PUBREC 0002", "PUBCOMP 0002", "DISCONNECT"},
			stdout: "2\n"},
		{name: "QoS 2 before the others", args: "-C 1", sent: []message{{2, 1, "a"}, {1, 2, "a"}, {0, 3, "a"}},
			after:  map[string]string{"PUBREC 0001": "6202 0001"},
			want:   []string{"PUBREC 0001", "PUBCOMP 0001", "DISCONNECT"},
			stdout: "1\n"},
		{name: "the others wait their turn", args: "-C 2 -T skip", sent: []message{{2, 1, "skip"}, {2, 2, "a"}, {1, 3, "a"}, {0, 4, "a"}},
			after:  map[string]string{"PUBREC 0002": "6202 0001", "PUBACK 0003": "6202 0002"},
			want:   []string{"PUBREC 0001", "PUBREC 0002", "PUBCOMP 0001", "PUBACK 0003", "PUBCOMP 0002", "DISCONNECT"},
			stdout: "3\n2\n"},
		{name: "QoS 0 before QoS 2", args: "-C 1", sent: []message{{0, 1, "a"}, {2, 2, "a"}},
			want: []string{"DISCONNECT"}, stdout: "1\n"},
		{name: "one twice", args: "-C 1", sent: []message{{2, 1, "a"}, {2, 1, "a"}, {2, 2, "a"}},
			after:  map[string]string{"PUBREC 0001": "6202 0001"},
			want:   []string{"PUBREC 0001", "PUBREC 0001", "PUBCOMP 0001", "DISCONNECT"},
			stdout: "1\n"},
	} {
		for _, v := range []mqtt.Version{mqtt.V311, mqtt.V5} {
			t.Run(c.name+"/"+v.String(), func(t *testing.T) {
				t.Parallel()
				args := "-t # -q 2 " + c.args
				if v == mqtt.V5 {
					args += " -D connect receive-maximum 9"
				}
				told := make(chan []string, 1)
				port := scripted(t, func(b *broker) {
					b.subscribed()
					for _, m := range c.sent {
						_, _ = b.Write(m.packet(t, v))
					}
					told <- b.converse(c.after)
				})
				got := program(t, port, nil, "sub", strings.Fields(args)...)()
				if got.code != 0 || got.stderr != "" || got.stdout != c.stdout {
					t.Errorf("exit %d, stderr %q, stdout %q, want %q", got.code, got.stderr, got.stdout, c.stdout)
				}
				if packets := <-told; !slices.Equal(packets, c.want) {
					t.Errorf("the broker is told %v, want %v", packets, c.want)
				}
			})
		}
	}
}

// subscribed accepts the program and its subscription to one filter.
func (b *broker) subscribed() {
	v := b.accept()
	b.expect("SUBSCRIBE")
	if v == mqtt.V5 {
		b.say("9004 0001 00 02")
	} else {
		b.say("9003 0001 02")
	}
}

// converse answers some packets, once each, and returns all until the program closes.
func (b *broker) converse(answers map[string]string) (packets []string) {
	seen := map[string]bool{}
	for p := b.hear(); p != ""; p = b.hear() {
		if !seen[p] {
			b.say(answers[p])
		}
		packets, seen[p] = append(packets, p), true
	}
	return packets
}

// After DISCONNECT our direction is closed, and what the broker still sends is read: closing at once would reset the
// connection, and the broker could miss the last acknowledgement.
func TestLeavesInOrder(t *testing.T) {
	t.Parallel()
	port := scripted(t, func(b *broker) {
		b.subscribed()
		_, _ = b.Write(message{1, 1, "a"}.packet(t, mqtt.V311))
		b.expect("DISCONNECT")
		began := time.Now()
		if p := b.hear(); p != "" || time.Since(began) > 500*time.Millisecond {
			t.Errorf("after DISCONNECT: %q after %v, want the end", p, time.Since(began))
		}
		b.say(strings.Repeat("3004 0001 61 78", 10_000))
		if b.failed != nil {
			t.Errorf("the program does not read to the end: %v", b.failed)
		}
	})
	got := program(t, port, nil, "sub", "-t", "a", "-q", "1", "-C", "1")()
	if got.code != 0 || got.stdout != "1\n" {
		t.Errorf("exit %d, stdout %q", got.code, got.stdout)
	}
}

// Who had a connection and does not get another ends with the loss, not with what the last attempt ran into.
func TestGivesUp(t *testing.T) {
	t.Parallel()
	port := scripted(t, func(b *broker) { b.subscribed(); _ = b.CloseWrite(); b.rest() }, nil)
	got := program(t, port, nil, "sub", "-t", "a", "--reconnect-timeout", "0.5")()
	want := outcome{"", "mqtt: the broker closed the connection: trying again\nError: The connection was lost\n", 7}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}
