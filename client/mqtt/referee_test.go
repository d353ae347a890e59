package mqtt

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/eclipse/paho.golang/packets"
)

// The library reads what we write.
func TestLibraryReadsOurs(t *testing.T) {
	user, password := "u", "p"
	sample := samplePublish(t)
	props, err := AppendPropertyUint(nil, ReceiveMaximum, 20)
	if err != nil {
		t.Fatal(err)
	}
	connect, err := AppendConnect(nil, &Connect{
		Version: V5, CleanStart: true, KeepAlive: 60, ClientID: "id", Username: &user, Password: &password, Properties: props,
		Will: &Will{Topic: "w", Payload: []byte("gone"), QoS: 1, Retain: true, Properties: sample.Properties},
	})
	if err != nil {
		t.Fatal(err)
	}
	publish, err := AppendPublish(nil, V5, sample)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := packets.ReadPacket(bytes.NewReader(connect))
	if got := c.Content.(*packets.Connect); got.ClientID != "id" || got.KeepAlive != 60 || !got.CleanStart ||
		got.Username != "u" || string(got.Password) != "p" || got.WillTopic != "w" || string(got.WillMessage) != "gone" ||
		got.WillQOS != 1 || !got.WillRetain || *got.Properties.ReceiveMaximum != 20 || got.WillProperties.ContentType != "text/plain" ||
		*got.WillProperties.MessageExpiry != 3600 || len(got.WillProperties.User) != 2 || got.WillProperties.User[1].Value != "w" {
		t.Errorf("CONNECT: %+v", got)
	}
	p, _ := packets.ReadPacket(bytes.NewReader(publish))
	if got := p.Content.(*packets.Publish); got.Topic != "gateway/test0" || got.QoS != 1 || got.PacketID != 7 ||
		!bytes.Equal(got.Payload, sample.Payload) || got.Properties.ContentType != "text/plain" || len(got.Properties.User) != 2 {
		t.Errorf("PUBLISH: %+v", got)
	}
}

// The library reads every 5.0 packet that we write and writes it back, but for the forms that it does not know and for
// properties, which it sorts and whose empty strings it drops.
func TestLibraryWritesOursBack(t *testing.T) {
	seen := map[PacketType]int{}
	vectors(t, "encode.txt", func(c []string) {
		ours, err := encode(t, versionOf(t, c[0]), strings.Fields(c[1]))
		if err != nil || c[0] != "5" {
			return
		}
		kind := PacketType(ours[0] >> 4)
		seen[kind]++
		read, err := packets.ReadPacket(bytes.NewReader(ours))
		if kind == DISCONNECT && len(ours) == 2 {
			if err == nil {
				t.Error("the library now knows a DISCONNECT without a body: TestStricterThanTheLibrary is out of date")
			}
			return
		}
		if kind == CONNECT && strings.Contains(c[1], "will:") {
			return // Will Properties are not written back: TestLibraryReadsOurs looks at them
		}
		if err != nil {
			t.Fatalf("%s: %v", c[1], err)
		}
		var again bytes.Buffer
		if _, err := read.WriteTo(&again); err != nil {
			t.Fatal(err)
		}
		if got, want := canonical(t, again.Bytes()), canonical(t, ours); !bytes.Equal(again.Bytes(), ours) && got != want {
			t.Errorf("%s: the library makes\n%s of\n%s", c[1], got, want)
		}
	})
	for _, kind := range []PacketType{CONNECT, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP, SUBSCRIBE, UNSUBSCRIBE, PINGREQ, DISCONNECT} {
		if seen[kind] == 0 {
			t.Errorf("no %v among the vectors", kind)
		}
	}
}

// canonical writes a packet so that the two forms of an acknowledgement, and two orders of a property list, are equal.
func canonical(t *testing.T, packet []byte) string {
	t.Helper()
	f, err := NewReader(bytes.NewReader(packet), 0).Next()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := describe(V5, f); err == nil && text != f.Type().String() {
		words := strings.Fields(strings.ReplaceAll(text, " content-type= ", " "))
		slices.Sort(words)
		return fmt.Sprintf("%x %s", f.Header, words)
	}
	slices.Sort(f.Body)
	return fmt.Sprintf("%x %x", f.Header, f.Body)
}

func number[T any](v T) *T { return &v }

// We read what the library writes.
func TestWeReadTheLibrarys(t *testing.T) {
	props := &packets.Properties{ReasonString: "no", User: []packets.User{{Key: "k", Value: "v"}}}
	for want, content := range map[string]packets.Packet{
		"CONNACK session=true code=0 receive-maximum=9":              &packets.Connack{SessionPresent: true, Properties: &packets.Properties{ReceiveMaximum: number(uint16(9))}},
		"PUBACK id=1 code=135 reason-string=no user-property=k:v":    &packets.Puback{PacketID: 1, ReasonCode: 0x87, Properties: props},
		"PUBREC id=1 code=145 reason-string=no user-property=k:v":    &packets.Pubrec{PacketID: 1, ReasonCode: 0x91, Properties: props},
		"PUBREL id=1 code=146 reason-string=no user-property=k:v":    &packets.Pubrel{PacketID: 1, ReasonCode: 0x92, Properties: props},
		"PUBCOMP id=1 code=146 reason-string=no user-property=k:v":   &packets.Pubcomp{PacketID: 1, ReasonCode: 0x92, Properties: props},
		"SUBACK id=1 codes=0,135 reason-string=no user-property=k:v": &packets.Suback{PacketID: 1, Reasons: []byte{0, 0x87}, Properties: props},
		"UNSUBACK id=1 codes=17 reason-string=no user-property=k:v":  &packets.Unsuback{PacketID: 1, Reasons: []byte{17}, Properties: props},
		"DISCONNECT code=142 reason-string=no user-property=k:v":     &packets.Disconnect{ReasonCode: 0x8e, Properties: props},
		"PUBLISH qos=1 id=5 topic=t payload=x content-type=c":        &packets.Publish{Topic: "t", QoS: 1, PacketID: 5, Payload: []byte("x"), Properties: &packets.Properties{ContentType: "c"}},
		"PINGRESP": &packets.Pingresp{},
	} {
		var packet bytes.Buffer
		if _, err := content.WriteTo(&packet); err != nil {
			t.Fatal(err)
		}
		if got := decode(V5, packet.Bytes()); got != want {
			t.Errorf("%x:\ngot  %s\nwant %s", packet.Bytes(), got, want)
		}
	}
}

// What the library alone would let through, lose or refuse.
func TestStricterThanTheLibrary(t *testing.T) {
	for packet, want := range map[string]string{
		"\x20\x03\x00\x00\x05":                            "malformed CONNACK",
		"\x90\x03\x00\x01\x09":                            "malformed SUBACK",
		"\x30\x0c\x00\x01t\x08\x03\x00\x01a\x03\x00\x01b": "protocol error in PUBLISH: content-type is there twice",
		"\xe0\x00":                           "DISCONNECT code=0",
		"\x30\x08\x00\x01t\x04\x03\x00\x00x": "malformed PUBLISH",
		"\x30\x07\x00\x01t\x03\x03\x00\x00":  "PUBLISH qos=0 topic=t payload= content-type=",
	} {
		if got := decode(V5, []byte(packet)); !strings.HasPrefix(got, want) {
			t.Errorf("%x: %s, want %s", packet, got, want)
		}
	}
}
