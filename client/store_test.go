package client

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// collector is a broker that notes what arrives, in order, over one connection at a time.
type collector struct {
	mu      sync.Mutex
	arrived []string
}

// play accepts, acknowledges so many messages and then closes; with a negative number it goes on to the end.
func (c *collector) play(messages int) func(*broker) {
	return func(b *broker) {
		v := b.accept()
		var p mqtt.Publish
		for n := 0; ; {
			f, err := b.packets.Next()
			if err != nil || f.Type() == mqtt.DISCONNECT {
				return
			}
			if f.Type() == mqtt.PUBREL {
				_, _ = b.Write(mqtt.AppendAck(nil, v, mqtt.PUBCOMP, uint16(f.Body[0])<<8|uint16(f.Body[1]), mqtt.Success))
				continue
			}
			if err := mqtt.ParsePublish(v, f, &p); err != nil {
				b.t.Error(err)
				return
			}
			if n == messages {
				return
			}
			n++
			text := string(p.Payload)
			if left, ok := p.Properties.Uint(mqtt.MessageExpiryInterval); ok {
				text += fmt.Sprintf("(%d)", left)
			}
			c.mu.Lock()
			c.arrived = append(c.arrived, text)
			c.mu.Unlock()
			ack := mqtt.PUBACK
			if p.QoS == 2 {
				ack = mqtt.PUBREC
			}
			_, _ = b.Write(mqtt.AppendAck(nil, v, ack, p.PacketID, mqtt.Success))
		}
	}
}

func (c *collector) got() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.arrived, " ")
}

// nobody is a broker that is not available.
func nobody(b *broker) {
	b.hear()
	b.say("2002 0003")
}

func stored(t *testing.T, port int, stdin io.Reader, dir string, args ...string) outcome {
	t.Helper()
	return program(t, port, stdin, "pub", append([]string{"-t", "a", "-q", "1", "--spool", dir}, args...)...)()
}

// A message that cannot be delivered is on disk, which is no failure, and goes first the next time.
func TestSpoolDeliversLater(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "spool")
	c := &collector{}
	port := scripted(t, nobody, nobody, c.play(2), c.play(-1))
	for _, want := range []struct {
		args, stderr, arrived string
	}{
		{"-m one", "mqtt: the broker refused the connection: Connection Refused: broker unavailable: 1 message is stored in " + dir + "\n", ""},
		{"-m two --repeat 2", "mqtt: the broker refused the connection: Connection Refused: broker unavailable: 2 messages are stored in " + dir + "\n", ""},
		{"-m three -q 2", "mqtt: the broker closed the connection: 1 message is stored in " + dir + "\n", "one two"},
		{"-m four", "", "one two two three four"},
	} {
		got := stored(t, port, nil, dir, strings.Fields(want.args)...)
		if got.code != 0 || got.stdout != "" || got.stderr != want.stderr || c.got() != want.arrived {
			t.Errorf("%s: exit %d, arrived %q, stderr:\n%swant %q and\n%s", want.args, got.code, c.got(), got.stderr, want.arrived, want.stderr)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.segment")); len(left) > 0 {
		t.Errorf("left on disk: %v", left)
	}
}

// Lines do not wait for a broker: they go to the disk, and from there in order when it is back, with those that were on
// their way. A line that comes then is the last.
func TestSpoolLines(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := &collector{}
	port := scripted(t, c.play(3), nobody, c.play(-1))
	in, out := io.Pipe()
	wait := program(t, port, in, "pub", "-t", "a", "-q", "1", "-l", "-M", "5", "--spool", dir)
	var want []string
	line := func(n int) {
		want = append(want, fmt.Sprint(n))
		if _, err := fmt.Fprintln(out, n); err != nil {
			t.Error(err)
		}
	}
	began := time.Now()
	for n := range 500 {
		line(n)
	}
	if took := time.Since(began); took > 900*time.Millisecond {
		t.Errorf("stdin was held up for %v", took)
	}
	for end := time.Now().Add(10 * time.Second); !strings.HasSuffix(c.got(), " 499") && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	line(500)
	_ = out.Close()
	got := wait()
	if got.code != 0 || strings.Count(got.stderr, "\n") != 1 {
		t.Errorf("exit %d, stderr:\n%s", got.code, got.stderr)
	}
	if c.got() != strings.Join(want, " ") {
		t.Errorf("arrived: %s", c.got())
	}
}

// Lines whose input ends while the broker is away are on disk, also those that it has not acknowledged, and are delivered once.
func TestSpoolLinesEndAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := &collector{}
	port := scripted(t, c.play(2), nobody, c.play(-1))
	in, out := io.Pipe()
	wait := program(t, port, in, "pub", "-t", "a", "-q", "1", "-l", "--spool", dir)
	for n := range 6 {
		_, _ = fmt.Fprintln(out, n)
	}
	time.Sleep(300 * time.Millisecond)
	_, _ = io.WriteString(out, "6\n7")
	_ = out.Close()
	got := wait()
	if want := "mqtt: 6 messages are stored in " + dir + "\n"; got.code != 0 || !strings.HasSuffix(got.stderr, want) {
		t.Errorf("exit %d, stderr:\n%swant %s", got.code, got.stderr, want)
	}
	for range 2 {
		got = stored(t, port, strings.NewReader("8\n"), dir, "-l", "--retry-connect")
		if got.code != 0 {
			t.Errorf("exit %d, stderr:\n%s", got.code, got.stderr)
		}
	}
	if c.got() != "0 1 2 3 4 5 6 7 8 8" {
		t.Errorf("arrived: %s", c.got())
	}
}

// Nothing that does not fit is dropped in silence.
func TestSpoolFull(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "spool")
	port := scripted(t, nobody)
	var input strings.Builder
	for n := range 30 {
		fmt.Fprintln(&input, n)
	}
	got := stored(t, port, strings.NewReader(input.String()), dir, "-l", "--spool-max", "1k")
	lines := strings.Split(got.stderr, "\n")
	if got.code != 1 || len(lines) != 5 ||
		!strings.HasPrefix(lines[1], "Error: spool "+dir+" is full: ") || !strings.HasSuffix(lines[1], ": line 14 is refused, and so are others until there is room") ||
		lines[2] != "mqtt: 13 messages are stored in "+dir || lines[3] != "mqtt: 17 of 30 messages are neither delivered nor stored, from line 14 on" {
		t.Errorf("exit %d, stderr:\n%s", got.code, got.stderr)
	}
	got = stored(t, port, nil, dir, "-m", "x", "--spool-max", "1k")
	if got.code != 1 || !strings.HasPrefix(got.stderr, "Error: spool "+dir+" is full: ") {
		t.Errorf("exit %d, stderr:\n%s", got.code, got.stderr)
	}
}

// What cannot be meant is said before anything is sent.
func TestSpoolRefuses(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	c := &collector{}
	away, port := scripted(t, nobody), scripted(t, c.play(-1))
	dir := filepath.Join(base, "spool")
	stored(t, away, nil, dir, "-m", "x")
	v5 := filepath.Join(base, "v5")
	stored(t, port, nil, v5, "-m", "x")
	if err := os.WriteFile(filepath.Join(base, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ args, want string }{
		{"--spool " + dir, fmt.Sprintf("Error: spool %s holds messages for 127.0.0.1:%d, not for 127.0.0.1:%d: deliver them first, or use another directory\n", dir, away, port)},
		{"--spool " + base + "/file", "Error: spool " + base + "/file is not a directory\n"},
		{"--spool " + base + "/no/such", "Error: mkdir " + base + "/no/such: no such file or directory\n"},
		{"-q 0", "Error: --spool needs -q 1 or -q 2"},
		{"--spool-age 3w", `Error: Invalid --spool-age "3w", it must be a time greater than 0`},
		{"--spool-max 7", `Error: Invalid --spool-max "7", it must be a number of bytes`},
	} {
		got := stored(t, port, nil, v5, append(strings.Fields(c.args), "-m", "x")...)
		if got.code != 1 || got.stdout != "" || !strings.HasPrefix(got.stderr, c.want) {
			t.Errorf("%s: exit %d, stderr:\n%swant:\n%s", c.args, got.code, got.stderr, c.want)
		}
	}
}

// What the broker does not take does not stand in the way of what follows.
func TestSpoolTooLargeForTheBroker(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := &collector{}
	port := scripted(t, nobody, nobody, func(b *broker) {
		b.hear()
		b.say("2008 0000 05 27 00000010")
		f, err := b.packets.Next()
		var p mqtt.Publish
		if err != nil || mqtt.ParsePublish(mqtt.V5, f, &p) != nil {
			t.Error("no message")
			return
		}
		c.arrived = append(c.arrived, string(p.Payload))
		b.say(fmt.Sprintf("4002 %04x", p.PacketID))
		b.rest()
	})
	stored(t, port, nil, dir, "-V", "5", "-m", "much too long for it")
	got := stored(t, port, nil, dir, "-V", "5", "-m", "x")
	if got.code != 0 {
		t.Errorf("exit %d", got.code)
	}
	got = program(t, port, strings.NewReader(""), "pub", "-t", "a", "-q", "1", "-l", "-V", "5", "--spool", dir)()
	if want := "spool: the packet is larger than the broker's maximum packet size: the message for a is kept in " + dir + "/rejected-"; got.code != 0 || !strings.HasPrefix(got.stderr, want) || c.got() != "x" {
		t.Errorf("exit %d, arrived %q, stderr:\n%swant %s", got.code, c.got(), got.stderr, want)
	}
}

// A signal leaves what was read on disk.
func TestSpoolSurvivesSignals(t *testing.T) {
	t.Parallel()
	for _, will := range [][]string{nil, {"--will-topic", "w"}} {
		dir := t.TempDir()
		c := &collector{}
		port := scripted(t, c.play(3), nobody)
		in, out := io.Pipe()
		signals := make(chan os.Signal, 1)
		wait := signalled(t, port, in, signals, "pub", append([]string{"-t", "a", "-q", "1", "-l", "-M", "2", "--spool", dir}, will...)...)
		for n := range 10 {
			_, _ = fmt.Fprintln(out, n)
		}
		time.Sleep(300 * time.Millisecond)
		signals <- os.Interrupt
		got := wait()
		if !strings.HasSuffix(got.stderr, "mqtt: 7 messages are stored in "+dir+"\n") {
			t.Errorf("stderr:\n%s", got.stderr)
		}
		_ = out.Close()
	}
}

// A program that is killed says what it has not delivered, with and without a will.
func TestKilledSaysWhatIsLeft(t *testing.T) {
	t.Parallel()
	for _, will := range [][]string{nil, {"--will-topic", "w"}} {
		for _, qos := range []string{"0", "1"} {
			port := scripted(t, func(b *broker) {
				b.accept()
				for n := 1; n <= 3; n++ {
					b.expect("PUBLISH")
					if qos == "1" {
						b.say(fmt.Sprintf("4002 %04x", n))
					}
				}
				_ = b.SetLinger(0)
			})
			in, out := io.Pipe()
			signals := make(chan os.Signal, 1)
			wait := signalled(t, port, in, signals, "pub", append([]string{"-t", "a", "-q", qos, "-l"}, will...)...)
			_, _ = io.WriteString(out, "1\n2\n3\n4\n5\n")
			time.Sleep(300 * time.Millisecond) // the broker is gone
			signals <- os.Interrupt
			got := wait()
			want := map[string]string{
				"0": "mqtt: 5 of 5 messages are not known to have arrived, from line 1 on\n",
				"1": "mqtt: 2 of 5 messages are not known to have arrived, from line 4 on\n",
			}[qos]
			if !strings.HasSuffix(got.stderr, want) {
				t.Errorf("QoS %s, will %q: stderr:\n%swant %s", qos, will, got.stderr, want)
			}
			_ = out.Close()
		}
	}
}

// Two programs on one spool: the one that stays delivers what the other stores.
func TestSpoolOfTwo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := &collector{}
	port := scripted(t, nobody, nobody, c.play(-1))
	in, out := io.Pipe()
	wait := program(t, port, in, "pub", "-t", "a", "-q", "1", "-l", "--spool", dir)
	_, _ = io.WriteString(out, "1\n")
	time.Sleep(200 * time.Millisecond)
	got := stored(t, port, nil, dir, "-m", "2")
	if want := "mqtt: another process delivers what waits in " + dir + ": 1 message is stored in " + dir + "\n"; got.code != 0 || got.stderr != want {
		t.Errorf("exit %d, stderr:\n%s", got.code, got.stderr)
	}
	_, _ = io.WriteString(out, "3\n")
	for end := time.Now().Add(10 * time.Second); !strings.HasSuffix(c.got(), "3") && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	_ = out.Close()
	if got := wait(); got.code != 0 || c.got() != "1 2 3" {
		t.Errorf("exit %d, arrived %q, stderr:\n%s", got.code, c.got(), got.stderr)
	}
}
