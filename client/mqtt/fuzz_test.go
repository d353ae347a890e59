package mqtt

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// FuzzReader feeds what a broker sends: nothing panics, how the bytes arrive does not matter, and a message that was
// understood is written back as it came.
func FuzzReader(f *testing.F) {
	for _, v := range []Version{V31, V311, V5} {
		packet, err := AppendPublish(nil, v, &Publish{Topic: []byte("t"), Payload: []byte("x"), QoS: 1, PacketID: 1})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(v), append(packet, 0x20, 2, 0, 0))
	}
	f.Fuzz(func(t *testing.T, version byte, stream []byte) {
		v := Version(3 + version%3)
		whole, pieces := NewReader(bytes.NewReader(stream), 0), NewReader(iotest.OneByteReader(bytes.NewReader(stream)), 0)
		for {
			frame, err := whole.Next()
			other, otherErr := pieces.Next()
			if (err == nil) != (otherErr == nil) || !bytes.Equal(frame.Body, other.Body) {
				t.Fatalf("in one piece %x (%v), in bytes %x (%v)", frame.Body, err, other.Body, otherErr)
			}
			if err != nil {
				return
			}
			holds(t, v, frame)
		}
	})
}

// holds checks what is true of every frame.
func holds(t *testing.T, v Version, f Frame) {
	text, err := describe(v, f)
	var bad *Malformed
	if err != nil {
		if !errors.As(err, &bad) || bad.What == "" || bad.Section == "" || !bad.Code.Failed() {
			t.Fatalf("%v does not say what is wrong", err)
		}
		return
	}
	if f.Type() != PUBLISH || v == V31 {
		return
	}
	var p Publish
	if err := ParsePublish(v, f, &p); err != nil {
		t.Fatalf("%s, then %v", text, err)
	}
	again, err := AppendPublish(nil, v, &p)
	if err != nil {
		t.Fatal(err)
	}
	if again[0] != f.Header || f.padding == 0 && !bytes.HasSuffix(again, f.Body) {
		t.Fatalf("%02x %x is written back as %x", f.Header, f.Body, again)
	}
}

// FuzzTopic checks what holds between names, filters and matching.
func FuzzTopic(f *testing.F) {
	f.Add("a/+/#", "a/b/c")
	f.Add("#", "$SYS/x")
	f.Add("", "/")
	f.Fuzz(func(t *testing.T, filter, topic string) {
		if ValidTopicName(topic) != (ValidTopicFilter(topic) && !strings.ContainsAny(topic, "+#")) {
			t.Errorf("%q: the name and the filter disagree", topic)
		}
		if ValidUTF8(topic) && !utf8.ValidString(topic) {
			t.Errorf("%q is not UTF-8", topic)
		}
		matches := MatchTopic(filter, topic)
		if !ValidTopicName(topic) || !ValidTopicFilter(filter) {
			return
		}
		if !MatchTopic(topic, topic) {
			t.Errorf("%q does not match itself", topic)
		}
		if MatchTopic("#", topic) != (topic[0] != '$') {
			t.Errorf("# and %q", topic)
		}
		if matches && !strings.ContainsAny(filter, "+#") && filter != topic {
			t.Errorf("%q matches %q", filter, topic)
		}
	})
}

// FuzzProperties: a list that passes the check is rebuilt from its parts byte by byte.
func FuzzProperties(f *testing.F) {
	f.Add(byte(PUBLISH), []byte{0x01, 0x01, 0x26, 0, 1, 'k', 0, 1, 'v', 0x02, 0, 0, 0x0e, 0x10})
	f.Add(byte(CONNACK), []byte{0x21, 0, 20})
	f.Fuzz(func(t *testing.T, packet byte, b []byte) {
		props := Properties(b)
		if props.Check(PacketType(packet%16)) != nil {
			return
		}
		var again Properties
		for p := range props.All() {
			var err error
			switch p.ID.Type() {
			case TypeString:
				again, err = AppendPropertyString(again, p.ID, string(p.Data))
			case TypeBinary:
				again, err = AppendPropertyBinary(again, p.ID, p.Data)
			case TypeStringPair:
				again, err = AppendPropertyPair(again, p.ID, string(p.Key), string(p.Data))
			default:
				again, err = AppendPropertyUint(again, p.ID, p.Value)
			}
			if err != nil && p.ID.Type() != TypeString && p.ID.Type() != TypeStringPair {
				t.Fatal(err)
			}
			if err != nil {
				return // what may come need not be sent: control characters
			}
		}
		if !bytes.Equal(again, props) {
			t.Errorf("%x is rebuilt as %x", props, again)
		}
	})
}
