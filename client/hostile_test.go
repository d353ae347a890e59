package client

import (
	"crypto/tls"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

const protocolLine = "Error: " + protocolText + "\n"

// hostile is what a broker does wrong, and how the program has to end.
type hostile struct {
	name   string
	args   []string
	play   func(*broker)
	stderr string
	code   int
	told   string // the last packet, where that matters
}

func hostiles() []hostile {
	pub := []string{"pub", "-t", "a", "-m", "x", "-q", "1"}
	sub := []string{"sub", "-t", "a", "-q", "2"}
	const lost = "Error: The connection was lost\nmqtt: the message is not known to have arrived\n"
	const unanswered = "Error: Keepalive exceeded\n" +
		"mqtt: 127.0.0.1:PORT took the connection but sent no CONNACK within 1s (--connect-timeout): is it an MQTT broker, without TLS?\n"
	return []hostile{
		{name: "PUBLISH before CONNACK", args: append(pub, "-V", "5"), play: first("3005 0001 61 00 78"), code: 2, told: "DISCONNECT 82",
			stderr: protocolLine + "mqtt: protocol error in PUBLISH: it came before CONNACK (MQTT 5.0 [MQTT-3.2.0-1])\n"},
		{name: "a Remaining Length without end", args: append(pub, "-V", "5"), play: after("PUBLISH", "30 ffffffff"), code: 2, told: "DISCONNECT 81",
			stderr: protocolLine + "mqtt: malformed PUBLISH: the Remaining Length is longer than four bytes (MQTT 5.0, 2.1.4)\nmqtt: the message is not known to have arrived\n"},
		{name: "a second CONNACK", args: sub, play: after("SUBSCRIBE", "2002 0000"), code: 2,
			stderr: protocolLine + "mqtt: protocol error in CONNACK: a second one on the same connection (MQTT 5.0 [MQTT-3.2.0-2])\n"},
		{name: "PUBREC for QoS 1", args: pub, play: after("PUBLISH", "5002 0001"), code: 2,
			stderr: protocolLine + "mqtt: protocol error in PUBREC: it does not answer what was sent with its Packet Identifier (MQTT 5.0, 4.3)\nmqtt: the message is not known to have arrived\n"},
		{name: "SUBACK with a code too many", args: append(sub, "-V", "5"), play: after("SUBSCRIBE", "9005 0001 00 0000"), code: 2, told: "DISCONNECT 82",
			stderr: protocolLine + "mqtt: protocol error in SUBACK: the count of reason codes is 2, that of topic filters 1 (MQTT 5.0 [MQTT-3.8.4-6])\n"},
		{name: "QoS 3", args: sub, play: after("SUBSCRIBE", "9003 0001 02 3606 0001 61 0005 78"), code: 2,
			stderr: protocolLine + "mqtt: malformed PUBLISH: QoS 3 (MQTT 3.1.1 [MQTT-3.3.1-4])\n"},
		{name: "a property twice", args: append(sub, "-V", "5"), play: after("SUBSCRIBE", "9004 0001 00 02 3009 0001 61 04 0100 0100 78"), code: 2, told: "DISCONNECT 82",
			stderr: protocolLine + "mqtt: protocol error in PUBLISH: payload-format-indicator is there twice (MQTT 5.0, 3.3.2.3)\n"},
		{name: "an alias that nobody set", args: append(sub, "-D", "connect", "topic-alias-maximum", "5"), play: after("SUBSCRIBE", "9004 0001 00 02 3007 0000 03 23 0005 78"), code: 2, told: "DISCONNECT 82",
			stderr: protocolLine + "mqtt: protocol error in PUBLISH: a Topic Alias that was never set (MQTT 5.0, 3.3.2.3.4)\n"},
		{name: "more than our Maximum Packet Size", args: append(sub, "-D", "connect", "maximum-packet-size", "100"), play: after("SUBSCRIBE", "9004 0001 00 02 30 e807"), code: 2, told: "DISCONNECT 95",
			stderr: protocolLine + "mqtt: PUBLISH of 1003 bytes is larger than the 100 allowed\n"},
		{name: "DISCONNECT and more", args: append(pub, "-V", "5"), play: after("PUBLISH", "e001 8b ffffffffff"), code: 4,
			stderr: "Error: The client is not currently connected\nmqtt: the broker disconnected: Server shutting down\nmqtt: the message is not known to have arrived\n"},
		{name: "DISCONNECT before 5.0", args: pub, play: after("PUBLISH", "e000"), code: 2,
			stderr: protocolLine + "mqtt: protocol error in DISCONNECT: a broker does not send this (MQTT 5.0, 2.1.2)\nmqtt: the message is not known to have arrived\n"},
		{name: "the end", args: pub, play: func(b *broker) { b.accept(); b.expect("PUBLISH"); _ = b.CloseWrite(); b.rest() }, code: 7, stderr: lost},
		{name: "a reset", args: pub, play: func(b *broker) { b.accept(); b.expect("PUBLISH"); _ = b.SetLinger(0); _ = b.Close() }, code: 7, stderr: lost},
		{name: "silence", args: append(pub, "-V", "5"), play: func(b *broker) { b.hear(); b.say("2006 0000 03 13 0001") }, code: 19,
			stderr: "Error: Keepalive exceeded\nmqtt: the message is not known to have arrived\n", told: "PINGREQ"},
		{name: "no CONNACK", args: append(pub, "--connect-timeout", "1"), play: func(b *broker) { b.rest() }, code: 19, stderr: unanswered},
		{name: "a CONNACK of one byte every tenth of a second", args: append(pub, "--connect-timeout", "1", "-V", "5"), code: 19, stderr: unanswered,
			play: func(b *broker) {
				b.hear()
				for b.say("207f"); b.failed == nil; b.say("00") {
					time.Sleep(100 * time.Millisecond)
				}
			}},
	}
}

// Whatever a broker does, the program ends in time, with the reference's line and exit code and our reason, and in MQTT 5.0
// it tells the broker; over TLS as well, where a reset or an end may be told in other words.
func TestHostileBrokers(t *testing.T) {
	t.Parallel()
	id := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), NotBefore: time.Unix(0, 0)})
	ca := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(ca, id.CertPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range hostiles() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := c.meet(t, nil)
			if got.stdout != "" || got.stderr != c.stderr {
				t.Errorf("stdout %q; stderr:\n%swant:\n%s", got.stdout, got.stderr, c.stderr)
			}
		})
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(c.name+", "+tls.VersionName(version), func(t *testing.T) {
				t.Parallel()
				cfg := &tls.Config{MinVersion: version, MaxVersion: version, Certificates: []tls.Certificate{id.TLS()}}
				got := c.meet(t, cfg, "--cafile", ca, "--insecure", "--quiet")
				if got.stdout != "" || got.stderr != "" {
					t.Errorf("with --quiet: stdout %q, stderr %q", got.stdout, got.stderr)
				}
			})
		}
	}
	t.Logf("%d cases, plain and over two versions of TLS", len(hostiles()))
}

// meet runs the program against the broker, behind TLS unless cfg is nil, and checks its exit code and its time, and what the
// broker is told.
func (c *hostile) meet(t *testing.T, cfg *tls.Config, more ...string) outcome {
	told := make(chan []string, 1)
	port := scripted(t, func(b *broker) {
		c.play(b)
		told <- b.rest()
	})
	if cfg != nil {
		port = shielded(t, port, cfg)
	}
	began := time.Now()
	got := program(t, port, nil, c.args[0], append(more, c.args[1:]...)...)()
	got.stderr = strings.ReplaceAll(got.stderr, ":"+strconv.Itoa(port), ":PORT")
	if got.code != c.code {
		t.Errorf("exit %d, want %d: %s", got.code, c.code, got.stderr)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("that took %v", took)
	}
	if packets := <-told; c.told != "" && (len(packets) == 0 || packets[len(packets)-1] != c.told) {
		t.Errorf("the broker is told %v, want %q at the end", packets, c.told)
	}
	return got
}

// shielded is a port that speaks TLS in front of a plain one.
func shielded(t *testing.T, plain int, cfg *tls.Config) (port int) {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", cfg)
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { forward(c.(*tls.Conn), plain) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); serving.Wait() })
	return l.Addr().(*net.TCPAddr).Port
}

// forward copies both directions, and each one's end.
func forward(c *tls.Conn, plain int) {
	defer c.Close()
	inner, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(plain))
	if err != nil {
		return
	}
	defer inner.Close()
	var sending sync.WaitGroup
	sending.Go(func() {
		_, _ = io.Copy(inner, c)
		_ = inner.(*net.TCPConn).CloseWrite()
	})
	_, _ = io.Copy(c, inner)
	_ = c.CloseWrite()
	sending.Wait()
}

// first says something instead of CONNACK.
func first(text string) func(*broker) {
	return func(b *broker) { b.hear(); b.say(text) }
}

// after accepts the connection and says something after the first packet of that name.
func after(name, text string) func(*broker) {
	return func(b *broker) { b.accept(); b.expect(name); b.say(text) }
}
