package mqtt

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the results of testdata/decode.txt anew")

// vectors calls f with the columns of each line of a file that is no comment.
func vectors(t testing.TB, name string, f func(columns []string)) {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for in := bufio.NewScanner(file); in.Scan(); {
		if line := in.Text(); line != "" && line[0] != '#' {
			columns := strings.Split(line, "|")
			for i := range columns {
				columns[i] = strings.TrimSpace(columns[i])
			}
			f(columns)
		}
	}
}

func versionOf(t testing.TB, s string) Version {
	t.Helper()
	v, ok := map[string]Version{"31": V31, "311": V311, "5": V5}[s]
	if !ok {
		t.Fatalf("there is no version %q", s)
	}
	return v
}

func TestEncode(t *testing.T) {
	vectors(t, "encode.txt", func(c []string) {
		t.Run(c[0]+" "+c[1], func(t *testing.T) {
			got, err := encode(t, versionOf(t, c[0]), strings.Fields(c[1]))
			if err != nil {
				if err.Error() != c[2] {
					t.Errorf("error %q, want %q", err, c[2])
				}
				return
			}
			if want := strings.ReplaceAll(c[2], " ", ""); hex.EncodeToString(got) != want {
				t.Errorf("got %x, want %s", got, want)
			}
			if PacketSize(got) != len(got) {
				t.Errorf("PacketSize is %d, the packet has %d bytes", PacketSize(got), len(got))
			}
		})
	})
}

// encode makes the packet that words describe.
func encode(t *testing.T, v Version, words []string) ([]byte, error) {
	w := parseWords(t, words[1:])
	switch id := uint16(w.number("id")); words[0] {
	case "connect":
		return AppendConnect(nil, w.connect(v))
	case "publish":
		return AppendPublish(nil, v, w.publish())
	case "puback", "pubrec", "pubrel", "pubcomp":
		kind := map[string]PacketType{"puback": PUBACK, "pubrec": PUBREC, "pubrel": PUBREL, "pubcomp": PUBCOMP}[words[0]]
		return AppendAck(nil, v, kind, id, ReasonCode(w.number("code"))), nil
	case "subscribe":
		return AppendSubscribe(nil, v, id, w.subscriptions(), w.props)
	case "unsubscribe":
		return AppendUnsubscribe(nil, v, id, w.filters, w.props)
	case "pingreq":
		return AppendPingreq(nil), nil
	case "disconnect":
		return AppendDisconnect(nil, v, ReasonCode(w.number("code")), w.props)
	}
	t.Fatalf("there is no packet %q", words[0])
	return nil, nil
}

// wording is a packet described in words.
type wording struct {
	t                *testing.T
	values           map[string]string
	filters          []string
	props, willProps Properties
}

func parseWords(t *testing.T, words []string) *wording {
	w := &wording{t: t, values: map[string]string{}}
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		if name == "filter" {
			w.filters = append(w.filters, value)
		} else if id, ok := PropertyByName(name); ok {
			w.props = appendWord(t, w.props, id, value)
		} else if id, ok := PropertyByName(strings.TrimPrefix(name, "will:")); ok {
			w.willProps = appendWord(t, w.willProps, id, value)
		} else {
			w.values[name] = value
		}
	}
	return w
}

// appendWord appends a property whose value is written as list writes it.
func appendWord(t *testing.T, props Properties, id PropertyID, value string) Properties {
	var err error
	switch id.Type() {
	case TypeString:
		props, err = AppendPropertyString(props, id, value)
	case TypeBinary:
		props, err = AppendPropertyBinary(props, id, []byte(value))
	case TypeStringPair:
		key, text, _ := strings.Cut(value, ":")
		props, err = AppendPropertyPair(props, id, key, text)
	default:
		var n uint64
		if n, err = strconv.ParseUint(value, 10, 32); err == nil {
			props, err = AppendPropertyUint(props, id, uint32(n))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return props
}

func (w *wording) has(name string) bool { _, ok := w.values[name]; return ok }

func (w *wording) text(name string) *string {
	if s, ok := w.values[name]; ok {
		return &s
	}
	return nil
}

func (w *wording) number(name string) int {
	n, _ := strconv.Atoi(w.values[name])
	return n
}

func (w *wording) connect(v Version) *Connect {
	c := &Connect{
		Version: v, CleanStart: !w.has("persistent"), KeepAlive: uint16(w.number("keepalive")), ClientID: w.values["id"],
		Username: w.text("user"), Password: w.text("password"), Properties: w.props,
	}
	if w.has("will") {
		c.Will = &Will{
			Topic: w.values["will"], Payload: []byte(w.values["will-payload"]), QoS: byte(w.number("will-qos")),
			Retain: w.has("will-retain"), Properties: w.willProps,
		}
	}
	return c
}

func (w *wording) publish() *Publish {
	return &Publish{
		Dup: w.has("dup"), QoS: byte(w.number("qos")), Retain: w.has("retain"), PacketID: uint16(w.number("id")),
		Topic: []byte(w.values["topic"]), Payload: []byte(w.values["payload"]), Properties: w.props,
	}
}

func (w *wording) subscriptions() (list []Subscription) {
	for _, f := range w.filters {
		filter, options, _ := strings.Cut(f, ":")
		n, err := strconv.Atoi(options)
		if err != nil {
			w.t.Fatal(err)
		}
		list = append(list, Subscription{Filter: filter, QoS: byte(n & 3), Options: byte(n &^ 3)})
	}
	return list
}

func TestDecode(t *testing.T) {
	results := map[string]string{}
	vectors(t, "decode.txt", func(c []string) {
		t.Run(c[0]+" "+c[1], func(t *testing.T) {
			packet, err := hex.DecodeString(strings.ReplaceAll(c[1], " ", ""))
			if err != nil {
				t.Fatal(err)
			}
			got := decode(versionOf(t, c[0]), packet)
			if got != c[2] {
				t.Errorf("got  %s\nwant %s", got, c[2])
			}
			results[c[0]+"|"+c[1]] = got
		})
	})
	if *update {
		rewrite(t, results)
	}
}

func rewrite(t *testing.T, results map[string]string) {
	name := filepath.Join("testdata", "decode.txt")
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		c := strings.Split(line, "|")
		if len(c) != 3 {
			continue
		}
		if result, ok := results[strings.TrimSpace(c[0])+"|"+strings.TrimSpace(c[1])]; ok {
			lines[i] = c[0] + "|" + c[1] + "| " + result
		}
	}
	if err := os.WriteFile(name, []byte(strings.Join(lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// decode reads one packet and says what is in it, or what is wrong with it.
func decode(v Version, packet []byte) string {
	f, err := NewReader(bytes.NewReader(packet), 0).Next()
	if err != nil {
		return err.Error()
	}
	text, err := describe(v, f)
	if err != nil {
		return err.Error()
	}
	return text
}

// describe parses a frame by its type.
func describe(v Version, f Frame) (string, error) {
	switch t := f.Type(); t {
	case CONNACK:
		c, err := ParseConnack(v, f)
		return fmt.Sprintf("%v session=%v code=%d%s", t, c.SessionPresent, c.Code, list(c.Properties)), err
	case PUBLISH:
		var p Publish
		err := ParsePublish(v, f, &p)
		return describePublish(&p), err
	case PUBACK, PUBREC, PUBREL, PUBCOMP:
		a, err := ParseAck(v, f)
		return fmt.Sprintf("%v id=%d code=%d%s", t, a.PacketID, a.Code, list(a.Properties)), err
	case SUBACK:
		s, err := ParseSuback(v, f)
		return fmt.Sprintf("%v id=%d codes=%s%s", t, s.PacketID, codes(s.Codes), list(s.Properties)), err
	case UNSUBACK:
		s, err := ParseUnsuback(v, f)
		return fmt.Sprintf("%v id=%d codes=%s%s", t, s.PacketID, codes(s.Codes), list(s.Properties)), err
	case PINGRESP:
		return t.String(), ParsePingresp(f)
	case DISCONNECT:
		d, err := ParseDisconnect(f)
		return fmt.Sprintf("%v code=%d%s", t, d.Code, list(d.Properties)), err
	default:
		return t.String(), nil
	}
}

func describePublish(p *Publish) string {
	var b strings.Builder
	b.WriteString("PUBLISH")
	if p.Dup {
		b.WriteString(" dup")
	}
	fmt.Fprintf(&b, " qos=%d", p.QoS)
	if p.Retain {
		b.WriteString(" retain")
	}
	if p.QoS > 0 {
		fmt.Fprintf(&b, " id=%d", p.PacketID)
	}
	fmt.Fprintf(&b, " topic=%s payload=%s%s", p.Topic, p.Payload, list(p.Properties))
	return b.String()
}

func codes(all []ReasonCode) string {
	var words []string
	for _, c := range all {
		words = append(words, strconv.Itoa(int(c)))
	}
	return strings.Join(words, ",")
}

func list(props Properties) string {
	var b strings.Builder
	for p := range props.All() {
		switch {
		case p.Key != nil:
			fmt.Fprintf(&b, " %s=%s:%s", p.ID.Name(), p.Key, p.Data)
		case p.Data != nil:
			fmt.Fprintf(&b, " %s=%s", p.ID.Name(), p.Data)
		default:
			fmt.Fprintf(&b, " %s=%d", p.ID.Name(), p.Value)
		}
	}
	return b.String()
}

// A message and an acknowledgement that were understood say the same when they are written again and read again.
func TestRoundTrip(t *testing.T) {
	written := 0
	vectors(t, "decode.txt", func(c []string) {
		v := versionOf(t, c[0])
		packet, err := hex.DecodeString(strings.ReplaceAll(c[1], " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		f, err := NewReader(bytes.NewReader(packet), 0).Next()
		if err != nil {
			return
		}
		var again []byte
		switch f.Type() {
		case PUBLISH:
			var p Publish
			if ParsePublish(v, f, &p) != nil {
				return
			}
			if again, err = AppendPublish(nil, v, &p); err != nil || !bytes.Equal(again, packet) {
				t.Errorf("%x is written as %x (%v)", packet, again, err)
			}
		case PUBACK, PUBREC, PUBREL, PUBCOMP:
			a, err := ParseAck(v, f)
			if err != nil || len(a.Properties) > 0 {
				return // we send no acknowledgement with properties
			}
			again = AppendAck(nil, v, f.Type(), a.PacketID, a.Code)
		case DISCONNECT:
			d, err := ParseDisconnect(f)
			if err != nil {
				return
			}
			if again, err = AppendDisconnect(nil, V5, d.Code, d.Properties); err != nil {
				t.Fatal(err)
			}
		default:
			return
		}
		written++
		if got := decode(v, again); got != c[2] {
			t.Errorf("%x, written as %x: %s, want %s", packet, again, got, c[2])
		}
	})
	if written < 20 {
		t.Errorf("only %d packets went round", written)
	}
}
