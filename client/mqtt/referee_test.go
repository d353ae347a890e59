package mqtt

import (
	"bytes"
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
		Will: &Will{Topic: "w", Payload: []byte("gone"), QoS: 1, Retain: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	publish, err := AppendPublish(nil, V5, sample)
	if err != nil {
		t.Fatal(err)
	}
	subscribe, err := AppendSubscribe(nil, V5, 1, []Subscription{{Filter: "a/+", QoS: 1, Options: 0x28}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	unsubscribe, err := AppendUnsubscribe(nil, V5, 2, []string{"a", "b"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	disconnect, err := AppendDisconnect(nil, V5, DisconnectWithWillMessage, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, packet := range [][]byte{connect, publish, subscribe, unsubscribe, AppendPingreq(nil)} {
		read, err := packets.ReadPacket(bytes.NewReader(packet))
		if err != nil {
			t.Fatalf("%x: %v", packet, err)
		}
		var again bytes.Buffer
		if _, err := read.WriteTo(&again); err != nil {
			t.Fatal(err)
		}
		if len(again.Bytes()) != len(packet) {
			t.Errorf("%x is written back by the library as %x", packet, again.Bytes())
		}
	}
	// The library writes a property length even where the standard leaves it out.
	read, err := packets.ReadPacket(bytes.NewReader(append(disconnect[:1:1], 2, disconnect[2], 0)))
	if err != nil || read.Content.(*packets.Disconnect).ReasonCode != 4 {
		t.Errorf("DISCONNECT: %v, %v", read, err)
	}
	c, _ := packets.ReadPacket(bytes.NewReader(connect))
	if got := c.Content.(*packets.Connect); got.ClientID != "id" || got.KeepAlive != 60 || !got.CleanStart ||
		got.Username != "u" || string(got.Password) != "p" || got.WillTopic != "w" || string(got.WillMessage) != "gone" ||
		got.WillQOS != 1 || !got.WillRetain || *got.Properties.ReceiveMaximum != 20 {
		t.Errorf("CONNECT: %+v", got)
	}
	p, _ := packets.ReadPacket(bytes.NewReader(publish))
	if got := p.Content.(*packets.Publish); got.Topic != "gateway/test0" || got.QoS != 1 || got.PacketID != 7 ||
		!bytes.Equal(got.Payload, sample.Payload) || got.Properties.ContentType != "text/plain" || len(got.Properties.User) != 2 {
		t.Errorf("PUBLISH: %+v", got)
	}
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
