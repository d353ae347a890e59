package client

import (
	"os"
	"path/filepath"
	"testing"
)

// A broker that does not read a large request is noticed like one that says nothing.
func TestRequestThatNobodyReads(t *testing.T) {
	t.Parallel()
	large := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(large, make([]byte, 64<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	port := scripted(t, func(b *broker) {
		b.hear()
		b.say("2006 0000 03 13 0001") // Server Keep Alive 1
		b.expect("SUBSCRIBE")
		b.say("9004 0001 00 00")
		<-ended
	})
	got := program(t, port, nil, "rr", "-t", "a", "-e", "b", "-f", large)()
	close(ended)
	if got.code != 19 || got.stderr != "Error: Keepalive exceeded\n" {
		t.Errorf("exit %d, stderr %q", got.code, got.stderr)
	}
}

func TestRequest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		connack string
		args    []string
		want    outcome
	}{
		"answered":        {"2003 0000 00", nil, outcome{"yes\n", "", 0}},
		"too large":       {"2008 0000 05 27 00000010", []string{"-q", "1"}, outcome{"", "Error: Packet larger than supported by the server\n", 25}},
		"too much QoS":    {"2005 0000 02 24 00", []string{"-q", "1"}, outcome{"", "Error: Requested QoS not supported on server\n", 24}},
		"answered, QoS 1": {"2003 0000 00", []string{"-q", "1"}, outcome{"yes\n", "", 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port := scripted(t, func(b *broker) {
				b.hear()
				b.say(c.connack)
				b.expect("SUBSCRIBE")
				b.say("9004 0001 00 01")
				if c.want.code == 0 {
					b.expect("PUBLISH")
					b.say("3007 0001 62 00 796573")
				}
				b.expect("DISCONNECT")
			})
			args := append([]string{"-t", "a", "-e", "b", "-m", "what about that?"}, c.args...)
			if got := program(t, port, nil, "rr", args...)(); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}
