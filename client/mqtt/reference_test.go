package mqtt

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// reference returns the path of a client of the reference, which CI must have.
func reference(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skipf("the bytes are not compared: %v", err)
	}
	return path
}

// The reference, given a command line, puts the same bytes on the wire as the encoder, given the same packets in words.
func TestSameBytesAsReference(t *testing.T) {
	for _, c := range []struct {
		args    string
		version Version
		packets []string
	}{
		{"mosquitto_pub -V mqttv31 -i a -t t -m x", V31, []string{
			"connect keepalive=60 id=a", "publish topic=t payload=x", "disconnect"}},
		{"mosquitto_pub -t t/1 -m x -q 1 -r -k 5 -i ab -u u -P p", V311, []string{
			"connect keepalive=5 id=ab user=u password=p", "publish topic=t/1 payload=x qos=1 id=1 retain", "disconnect"}},
		{"mosquitto_pub -t t -n -q 2 -i a -c -u u --will-topic w --will-payload gone --will-qos 2 --will-retain", V311, []string{
			"connect keepalive=60 id=a persistent user=u will=w will-payload=gone will-qos=2 will-retain",
			"publish topic=t qos=2 id=1", "pubrel id=1", "disconnect"}},
		{"mosquitto_pub -V 5 -t t -m x", V5, []string{
			"connect keepalive=60 receive-maximum=20", "publish topic=t payload=x", "disconnect"}},
		{"mosquitto_pub -V 5 -t t -m x -q 1 -x 7 -D connect user-property b 2 -D connect user-property a 1 " +
			"-D publish user-property k v -D publish content-type c -D publish payload-format-indicator 1 " +
			"-D publish correlation-data d -D publish response-topic r -D publish message-expiry-interval 9 -D publish topic-alias 3 " +
			"-D disconnect user-property e f", V5, []string{
			"connect keepalive=60 user-property=b:2 user-property=a:1 session-expiry-interval=7 receive-maximum=20",
			"publish topic=t payload=x qos=1 id=1 user-property=k:v content-type=c payload-format-indicator=1 " +
				"correlation-data=d response-topic=r message-expiry-interval=9 topic-alias=3",
			"disconnect user-property=e:f"}},
		{"mosquitto_pub -V 5 -t t -n --will-topic w --will-payload x -D will will-delay-interval 5 -D will user-property k v", V5, []string{
			"connect keepalive=60 receive-maximum=20 will=w will-payload=x will:will-delay-interval=5 will:user-property=k:v",
			"publish topic=t", "disconnect"}},
		{"mosquitto_sub -t a/+ -t # -q 1 -i a -E", V311, []string{
			"connect keepalive=60 id=a", "subscribe id=1 filter=a/+:1 filter=#:1", "disconnect"}},
		{"mosquitto_sub -V 5 -t a -q 2 --retain-as-published -R -U b " +
			"-D subscribe user-property k v -D subscribe subscription-identifier 300 -D unsubscribe user-property k v", V5, []string{
			"connect keepalive=60 receive-maximum=20", "subscribe id=1 filter=a:42 user-property=k:v subscription-identifier=300",
			"unsubscribe id=2 filter=b user-property=k:v"}},
	} {
		t.Run(c.args, func(t *testing.T) {
			words := strings.Fields(c.args)
			got := conversation(t, c.version, reference(t, words[0]), words[1:], len(c.packets))
			for i, description := range c.packets {
				want, err := encode(t, c.version, strings.Fields(description))
				if err != nil {
					t.Fatal(err)
				}
				if i >= len(got) || !bytes.Equal(got[i], want) {
					t.Fatalf("packet %d, %s:\nours      %x\nreference %x", i, description, want, got)
				}
			}
		})
	}
}

// conversation runs a client against a broker that agrees to everything, and returns the packets of the client, up to most
// of them.
func conversation(t *testing.T, v Version, path string, args []string, most int) (sent [][]byte) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := fmt.Sprint(listener.Addr().(*net.TCPAddr).Port)
	client := exec.CommandContext(t.Context(), path, append([]string{"-h", "127.0.0.1", "-p", port}, args...)...)
	client.Env = []string{}
	if err := client.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = client.Process.Kill()
		_ = client.Wait()
	}()
	_ = listener.(*net.TCPListener).SetDeadline(time.Now().Add(10 * time.Second))
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	for r := NewReader(conn, 0); ; {
		f, err := r.Next()
		if err != nil {
			t.Logf("the conversation ended with: %v", err)
			return sent
		}
		sent = append(sent, append(appendHeader(nil, f.Type(), f.Flags(), len(f.Body)), f.Body...))
		if len(sent) == most {
			return sent
		}
		if _, err := conn.Write(agree(v, f)); err != nil {
			t.Fatal(err)
		}
	}
}

// agree is what a broker answers that grants everything.
func agree(v Version, f Frame) []byte {
	id := func(at int) uint16 { return uint16(f.Body[at])<<8 | uint16(f.Body[at+1]) }
	none := []byte{}
	if v == V5 {
		none = []byte{0}
	}
	switch f.Type() {
	case CONNECT:
		return append([]byte{0x20, byte(2 + len(none)), 0, 0}, none...)
	case PUBLISH:
		switch at := 2 + int(id(0)); f.Flags() >> 1 & 3 {
		case 1:
			return AppendAck(nil, v, PUBACK, id(at), Success)
		case 2:
			return AppendAck(nil, v, PUBREC, id(at), Success)
		}
	case PUBREL:
		return AppendAck(nil, v, PUBCOMP, id(0), Success)
	case SUBSCRIBE:
		// One code, however many filters: the client only prints them.
		return append(append([]byte{0x90, byte(3 + len(none)), f.Body[0], f.Body[1]}, none...), 0)
	case UNSUBSCRIBE:
		if v != V5 {
			return []byte{0xb0, 2, f.Body[0], f.Body[1]}
		}
		return []byte{0xb0, 4, f.Body[0], f.Body[1], 0, 0}
	}
	return nil
}

// What the reference takes for a topic and for UTF-8, we take too. The last option is wrong in every command line, so that
// a topic which is taken shows as the other error.
func TestSameTopicsAsReference(t *testing.T) {
	pub, sub := reference(t, "mosquitto_pub"), reference(t, "mosquitto_sub")
	deep := strings.Repeat("/", 200) // one more is refused since 2.0.12
	for _, topic := range []string{
		"a", "/", "a//b", "$SYS/x", "$share/g/a", "+", "#", "a/+/b", "a/#", "+/+/#", "a+", "+a", "a/b#", "a/#/b", "#/", "$share/g+/x",
		"Grüße/東京/🚀", "tab\there", "del\x7f", "\u0080", "\u009f", "\u00a0", "\ufdcf", "\ufdd0", "\ufdef", "\ufdf0", "\ufffd", "\ufffe",
		"\uffff", "\ufeffa", "\U0001fffe", "\U00010000", "\U0010ffff", "\xff", "a\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "\x80", "eight bytes and \x1f", deep, strings.Repeat("x", 65_535), strings.Repeat("x", 65_536),
	} {
		ok := ValidUTF8(topic)
		if got := takes(t, pub, topic); got != (ok && ValidTopicName(topic)) {
			t.Errorf("mosquitto_pub -t %.40q: taken is %v", topic, got)
		}
		if got := takes(t, sub, topic); got != (ok && ValidTopicFilter(topic)) {
			t.Errorf("mosquitto_sub -t %.40q: taken is %v", topic, got)
		}
	}
}

func takes(t *testing.T, path, topic string) bool {
	t.Helper()
	client := exec.CommandContext(t.Context(), path, "-t", topic, "-q", "9")
	client.Env = []string{}
	out, _ := client.CombinedOutput()
	switch text := string(out); {
	case strings.Contains(text, "Invalid QoS"):
		return true
	case strings.Contains(text, "Malformed UTF-8"), strings.Contains(text, "topic '"):
		return false
	default:
		t.Fatalf("%s says %.200q about %.40q", path, text, topic)
		return false
	}
}
