package client

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// Every message has arrived, or the exit code and one line say how many have not and where to begin again.
func TestUndelivered(t *testing.T) {
	t.Parallel()
	const (
		ten    = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10"
		lost   = "Error: The connection was lost\n"
		trying = "mqtt: the broker closed the connection: trying again\n"
	)
	for _, c := range []struct {
		name   string
		args   string
		stdin  string
		plays  []func(*broker)
		stderr string
		code   int
	}{
		{name: "lines", args: "-l -q 1 --reconnect-timeout 0.5", stdin: ten, code: 7,
			plays:  []func(*broker){acknowledging("40", 7, 10), nil},
			stderr: trying + lost + "mqtt: 3 of 10 messages are not known to have arrived, from line 8 on\n"},
		{name: "lines of QoS 2 after PUBREC", args: "-l -q 2 --reconnect-timeout 0.5", stdin: ten, code: 7,
			plays:  []func(*broker){acknowledging("50", 10, 10), nil},
			stderr: trying + lost + "mqtt: 10 of 10 messages are not known to have arrived, from line 1 on\n"},
		{name: "lines that nobody could send", args: "-l -q 1 -M 4 --reconnect-timeout 0.5", stdin: ten, code: 7,
			plays:  []func(*broker){acknowledging("40", 2, 6), nil},
			stderr: trying + lost + "mqtt: 8 of 10 messages are not known to have arrived, from line 3 on\n"},
		{name: "lines of QoS 0", args: "-l", stdin: ten, code: 7,
			plays:  []func(*broker){func(b *broker) { b.accept(); b.expect("DISCONNECT"); _ = b.SetLinger(0) }},
			stderr: lost + "mqtt: 10 of 10 messages are not known to have arrived, from line 1 on\n"},
		{name: "lines of QoS 0 that arrive", args: "-l", stdin: ten,
			plays: []func(*broker){func(b *broker) { b.accept(); b.expect("DISCONNECT") }}},
		{name: "one line", args: "-l -q 1 --reconnect-timeout 0.5", stdin: "x", code: 7,
			plays:  []func(*broker){acknowledging("40", 0, 1), nil},
			stderr: trying + lost + "mqtt: the message is not known to have arrived\n"},
		{name: "a line too long for the broker", args: "-l -q 1 -V 5", stdin: "1\n2\nmuch too long\n4\n", code: 25,
			plays: []func(*broker){func(b *broker) {
				b.hear()
				b.say("2008 0000 05 27 0000000c")
				b.expect("PUBLISH")
				time.Sleep(50 * time.Millisecond)
				b.say("4002 0001 4002 0002")
				b.expect("DISCONNECT")
			}},
			stderr: "Error: Packet larger than supported by the server\nmqtt: 2 of 4 messages are not known to have arrived, from line 3 on\n"},
		{name: "--repeat", args: "-m x -q 1 --repeat 5", code: 7,
			plays:  []func(*broker){acknowledging("40", 2, 3)},
			stderr: lost + "mqtt: 3 of 5 messages are not known to have arrived\n"},
		{name: "-m", args: "-m x -q 1", code: 7,
			plays:  []func(*broker){acknowledging("40", 0, 1)},
			stderr: lost + "mqtt: the message is not known to have arrived\n"},
		{name: "-s", args: "-s -q 2", stdin: ten, code: 7,
			plays:  []func(*broker){acknowledging("50", 1, 1)},
			stderr: lost + "mqtt: the message is not known to have arrived\n"},
		{name: "-m with QoS 0", args: "-m x", code: 7,
			plays:  []func(*broker){func(b *broker) { b.accept(); b.expect("DISCONNECT"); _ = b.SetLinger(0) }},
			stderr: lost + "mqtt: the message is not known to have arrived\n"},
		{name: "--quiet", args: "-m x -q 1 --quiet", code: 7, plays: []func(*broker){acknowledging("40", 0, 1)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			port := scripted(t, c.plays...)
			got := program(t, port, strings.NewReader(c.stdin), "pub", append([]string{"-t", "a"}, strings.Fields(c.args)...)...)()
			if got.code != c.code || got.stdout != "" || got.stderr != c.stderr {
				t.Errorf("exit %d, want %d; stdout %q; stderr:\n%swant:\n%s", got.code, c.code, got.stdout, got.stderr, c.stderr)
			}
		})
	}
}

// acknowledging answers the first messages with a packet of that type and closes after so many.
func acknowledging(header string, acknowledged, heard int) func(*broker) {
	return func(b *broker) {
		b.accept()
		for n := 1; n <= heard; n++ {
			b.expect("PUBLISH")
			if n <= acknowledged {
				b.say(fmt.Sprintf("%s02 %04x", header, n))
			}
		}
		_ = b.CloseWrite()
		b.rest()
	}
}

// When all that was read is acknowledged there is no reason to wait for a broker that went away.
func TestNothingLeftToDeliver(t *testing.T) {
	t.Parallel()
	port := scripted(t, acknowledging("40", 1, 1), nil)
	in, out := io.Pipe()
	wait := program(t, port, in, "pub", "-t", "a", "-l", "-q", "1")
	if _, err := io.WriteString(out, "1\n"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(300 * time.Millisecond) // the broker goes
	_ = out.Close()
	began := time.Now()
	got := wait()
	if want := "mqtt: the broker closed the connection: trying again\n"; got.code != 0 || got.stderr != want || time.Since(began) > 500*time.Millisecond {
		t.Errorf("exit %d after %v, stderr %q, want 0 at once and %q", got.code, time.Since(began), got.stderr, want)
	}
}

// A broker that has answered a PINGREQ has read what came before it.
func TestAnsweredPingProves(t *testing.T) {
	t.Parallel()
	pinged := make(chan struct{})
	port := scripted(t, func(b *broker) {
		b.hear()
		b.say("2006 0000 03 13 0001") // Server Keep Alive 1
		b.expect("PINGREQ")
		b.say("d000")
		close(pinged)
		b.expect("PUBLISH")
		_ = b.CloseWrite()
		b.rest()
	}, nil)
	in, out := io.Pipe()
	wait := program(t, port, in, "pub", "-t", "a", "-l", "-V", "5", "--reconnect-timeout", "0.5")
	if _, err := io.WriteString(out, "1\n2\n3\n"); err != nil {
		t.Fatal(err)
	}
	<-pinged
	time.Sleep(100 * time.Millisecond)
	if _, err := io.WriteString(out, "4\n5\n"); err != nil {
		t.Fatal(err)
	}
	got := wait()
	_ = out.Close()
	if want := "mqtt: 2 of 5 messages are not known to have arrived, from line 4 on\n"; got.code != 7 || !strings.HasSuffix(got.stderr, want) {
		t.Errorf("exit %d, stderr %q, want 7 and %q", got.code, got.stderr, want)
	}
}
