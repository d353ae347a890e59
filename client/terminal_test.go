package client

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/output"
)

// What drives a terminal: ESC with CSI and OSC, BEL, CR, LF, DEL, a C1 control and one that turns the direction of text.
const controls = "a\x1b[2J\x1b]0;t\x07\r\n\x7f\u009b\u202eb"

// hexText is an MQTT string, in hexadecimal.
func hexText(s string) string { return fmt.Sprintf("%04x%x", len(s), s) }

// hexOf is one byte.
func hexOf(n int) string { return fmt.Sprintf("%02x", n) }

// tames tells whether a text holds nothing that drives a terminal but line feeds.
func tames(text string) bool {
	return !strings.ContainsAny(text, "\x1b\x07\r\x7f\u009b\u202e")
}

// A message on a terminal does not drive it by its topic or its properties; a pipe gets it as it is, and payloads are never touched.
func TestMessageOnTerminal(t *testing.T) {
	t.Parallel()
	text := append([]byte{0, byte(len(controls))}, controls...)
	m := &mqtt.Publish{Topic: []byte(controls), Payload: []byte(controls)}
	m.Properties = append(append(m.Properties, byte(mqtt.ContentType)), text...)
	m.Properties = append(append(append(m.Properties, byte(mqtt.UserProperty)), text...), text...)
	m.Properties = append(append(m.Properties, byte(mqtt.ResponseTopic)), text...)
	for _, terminal := range []bool{false, true} {
		var out bytes.Buffer
		w := output.NewWriter(&out)
		format, err := output.Compile("%t|%C|%P|%R|%p", output.Style{NoNewline: true})
		if err != nil {
			t.Fatal(err)
		}
		p := &printer{env: &Env{Terminal: Terminal{Stdout: terminal}, Now: time.Now}, out: w, format: format}
		if err := p.print(m); err != nil || w.Flush() != nil {
			t.Fatal(err)
		}
		const shown = `a\x1b[2J\x1b]0;t\x07\x0d\x0a\x7f\u{009b}\u{202e}b`
		want := strings.Repeat(controls+"|", 2) + controls + ":" + controls + "|" + controls + "|"
		if terminal {
			want = shown + "|" + shown + "|" + shown + ":" + shown + "|" + shown + "|"
		}
		if got := out.String(); got != want+controls {
			t.Errorf("terminal %v: %q, want %q", terminal, got, want+controls)
		}
	}
}

// Nothing that a broker says drives the terminal, not even in debug lines.
func TestBrokersText(t *testing.T) {
	t.Parallel()
	reason := "1f" + hexText(controls)
	connack := func(code string) string {
		props := reason + "12" + hexText(controls)
		if code != "00" {
			props = reason
		}
		n := len(strings.ReplaceAll(props, " ", "")) / 2
		return "20" + hexOf(n+3) + "00" + code + hexOf(n) + props
	}
	n := len(reason) / 2
	pub := []string{"pub", "-V", "5", "-t", "a", "-m", "x", "-q", "1", "-d"}
	sub := []string{"sub", "-V", "5", "-t", "a", "-q", "1", "-d", "-W", "1", "-F", "%p"}
	for _, c := range []struct {
		name string
		args []string
		play func(*broker)
	}{
		{"CONNACK that refuses", pub, func(b *broker) { b.hear(); b.say(connack("87")) }},
		{"Assigned Client Identifier", pub, func(b *broker) {
			b.hear()
			b.say(connack("00"))
			b.expect("PUBLISH")
			b.say("4002 0001")
		}},
		{"PUBACK that refuses", pub, after("PUBLISH", "40"+hexOf(n+4)+"0001 87"+hexOf(n)+reason)},
		{"DISCONNECT", pub, after("PUBLISH", "e0"+hexOf(n+2)+"8b"+hexOf(n)+reason)},
		{"SUBACK that refuses", sub, after("SUBSCRIBE", "90"+hexOf(n+4)+"0001"+hexOf(n)+reason+"87")},
		{"topic", sub, after("SUBSCRIBE", "9004 0001 00 01 30"+hexOf(len(controls)+3)+hexText(controls)+"00")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := program(t, scripted(t, func(b *broker) { c.play(b); b.rest() }), nil, c.args[0], c.args[1:]...)()
			if !tames(got.stdout) || !tames(got.stderr) {
				t.Errorf("stdout %q, stderr %q", got.stdout, got.stderr)
			}
			if !strings.Contains(got.stdout, "received") {
				t.Errorf("the debug lines do not show what came: %q", got.stdout)
			}
		})
	}
}
