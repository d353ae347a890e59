package mqtt

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"
)

// FuzzReader feeds what a broker sends: nothing panics, how the bytes arrive does not matter, and a message that was
// understood is written back as it came.
func FuzzReader(f *testing.F) {
	vectors(f, "decode.txt", func(c []string) {
		packet, err := hex.DecodeString(strings.ReplaceAll(c[1], " ", ""))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(versionOf(f, c[0])), packet)
	})
	for _, v := range []Version{V31, V311, V5} {
		packet, err := AppendPublish(nil, v, &Publish{Topic: []byte("t"), Payload: []byte("x"), QoS: 1, PacketID: 1})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(byte(v), append(packet, 0x20, 2, 0, 0))
	}
	f.Fuzz(func(t *testing.T, version byte, stream []byte) {
		v := V31 + Version(version)%3
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
	if f.Type() != PUBLISH || v == V31 && f.Header&0x0e == flagDup {
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
		if got, want := ValidUTF8(topic), plainestUTF8(topic); got != want || ValidUTF8([]byte(topic)) != want {
			t.Errorf("ValidUTF8(%q) is %v, want %v", topic, got, want)
		}
		standard := utf8.ValidString(topic) && !strings.Contains(topic, "\x00")
		if got := wellFormed([]byte(topic)); got != standard {
			t.Errorf("wellFormed(%q) is %v", topic, got)
		}
		if got := plainTopic([]byte(topic)); got != (standard && !strings.ContainsAny(topic, "+#")) {
			t.Errorf("plainTopic(%q) is %v", topic, got)
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
		if want := matchLevels(strings.Split(filter, "/"), strings.Split(topic, "/")) && (topic[0] != '$' || filter[0] == '$'); matches != want {
			t.Errorf("MatchTopic(%q, %q) is %v", filter, topic, matches)
		}
	})
}

// plainestUTF8 is ValidUTF8, one character after the other.
func plainestUTF8(s string) bool {
	for _, r := range s {
		switch {
		case r < 0x20, r >= 0x7f && r <= 0x9f, r >= 0xfdd0 && r <= 0xfdef, r&0xffff >= 0xfffe:
			return false
		}
	}
	return utf8.ValidString(s) && len(s) <= 65_536
}

// matchLevels is MatchTopic in the plainest words, without the rule about $.
func matchLevels(filter, topic []string) bool {
	switch {
	case len(filter) == 0:
		return len(topic) == 0
	case filter[0] == "#":
		return true
	case len(topic) == 0:
		return false
	}
	return (filter[0] == "+" || filter[0] == topic[0]) && matchLevels(filter[1:], topic[1:])
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
