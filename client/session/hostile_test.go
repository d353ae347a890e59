package session

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// misdeed is what a broker does wrong: the bytes that it sends to a busy session, or in place of CONNACK. Where one of
// the versions knows no such thing the bytes are empty.
type misdeed struct {
	name        string
	three, five string
	code        mqtt.ReasonCode // what DISCONNECT says in 5.0; 0: the session puts up with it
	tolerated3  bool            // 3.1.1 has no rule against it
}

const (
	malformed = mqtt.MalformedPacket
	violation = mqtt.ProtocolError
)

var httpAnswer = "48545450 2f312e31 20343030" + strings.Repeat("20", 80)

// What comes in place of CONNACK.
var insteadOfConnack = []misdeed{
	{name: "PUBLISH first", three: "3004 0001 74 61", five: "3005 0001 74 00 61", code: violation},
	{name: "PINGRESP first", three: "d000", five: "d000", code: violation},
	{name: "AUTH first", five: "f002 1800", code: violation},
	{name: "DISCONNECT first", three: "e000", five: "e001 8b", code: violation},
	{name: "packet type 0", three: "0000", five: "0000", code: malformed},
	{name: "HTTP", three: httpAnswer, five: httpAnswer, code: violation},
	{name: "Remaining Length without end", three: "20 ffffffff", five: "20 ffffffff", code: malformed},
	{name: "flags in the fixed header", three: "2102 0000", five: "2103 0000 00", code: malformed},
	{name: "reserved flags", three: "2002 0200", five: "2003 0200 00", code: malformed},
	{name: "too short", three: "2001 00", five: "2001 00", code: malformed},
	{name: "too long", three: "2003 0000 00", code: malformed},
	{name: "no property length", five: "2002 0000", code: malformed},
	{name: "a session out of nothing", three: "2002 0100", five: "2003 0100 00", code: violation},
	{name: "a session in a refusal", three: "2002 0105", five: "2003 0187 00", code: violation},
	{name: "property twice", five: "2009 0000 06 21 0014 21 0014", code: violation},
	{name: "property not allowed here", five: "2006 0000 03 23 0001", code: malformed},
	{name: "property that there is not", five: "2005 0000 02 7f 00", code: malformed},
	{name: "properties longer than the packet", five: "2006 0000 09 21 0014", code: malformed},
	{name: "property cut off", five: "2005 0000 02 21 00", code: malformed},
	{name: "Receive Maximum 0", five: "2006 0000 03 21 0000", code: violation},
	{name: "Maximum Packet Size 0", five: "2008 0000 05 27 00000000", code: violation},
	{name: "Maximum QoS 2", five: "2005 0000 02 24 02", code: violation},
	{name: "Retain Available 2", five: "2005 0000 02 25 02", code: violation},
	{name: "Reason String of bad UTF-8", five: "2007 0000 04 1f 0001 ff", code: malformed},
	{name: "User Property with a null character", five: "2009 0000 06 26 0001 00 0000", code: malformed},
	{name: "more than our Maximum Packet Size", five: "20 e907 0000 e507" + userProperties(142), code: mqtt.PacketTooLarge},
}

// What comes on an accepted connection.
var afterConnack = slices.Concat(badFraming, badPackets, badPublish, badAcks, badAnswers)

var badFraming = []misdeed{
	{name: "Remaining Length of five bytes", three: "30 8080808001", five: "30 8080808001", code: malformed},
	{name: "Remaining Length without end", three: "d0 ffffffff", five: "d0 ffffffff", code: malformed},
	{name: "Remaining Length padded", three: "40 8200 0002", five: "40 8200 0002", code: malformed, tolerated3: true},
	{name: "packet type 0", three: "0000", five: "0000", code: malformed},
	{name: "flags of PINGRESP", three: "d100", five: "d100", code: malformed},
	{name: "flags of PUBACK", three: "4202 0002", five: "4202 0002", code: malformed},
	{name: "flags of PUBREL", three: "6002 0002", five: "6002 0002", code: malformed},
	{name: "flags of SUBACK", three: "9104 0001 0000", five: "9105 0001 00 0000", code: malformed},
	{name: "PINGRESP with a body", three: "d001 00", five: "d001 00", code: malformed},
	{name: "announces more than our Maximum Packet Size", five: "30 e907", code: mqtt.PacketTooLarge},
	{name: "announces all that MQTT has", five: "30 ffffff7f", code: mqtt.PacketTooLarge},
}

var badPackets = []misdeed{
	{name: "a second CONNACK", three: connack311, five: connack5, code: violation},
	{name: "CONNECT", three: connect311, five: connect5, code: violation},
	{name: "SUBSCRIBE", three: "8206 0001 0001 74 00", five: "8207 0001 00 0001 74 00", code: violation},
	{name: "UNSUBSCRIBE", three: "a205 0001 0001 74", five: "a206 0001 00 0001 74", code: violation},
	{name: "PINGREQ", three: "c000", five: "c000", code: violation},
	{name: "DISCONNECT before 5.0", three: "e000", code: violation},
	{name: "AUTH", three: "f000", five: "f002 1800", code: violation},
	{name: "DISCONNECT with a session expiry interval", five: "e007 00 05 11 00000001", code: violation},
	{name: "DISCONNECT with flags", five: "e102 0000", code: malformed},
	{name: "unasked PINGRESP", three: "d000", five: "d000"},
}

var badPublish = []misdeed{
	{name: "QoS 3 with DUP", three: "3e06 0001 74 0001 61", five: "3e07 0001 74 0001 00 61", code: malformed},
	{name: "QoS 3", three: "3606 0001 74 0001 61", five: "3607 0001 74 0001 00 61", code: malformed},
	{name: "DUP with QoS 0", three: "3804 0001 74 61", five: "3805 0001 74 00 61", code: malformed},
	{name: "empty", three: "3000", five: "3000", code: malformed},
	{name: "topic longer than the packet", three: "3004 0009 74 61", five: "3005 0009 74 00 61", code: malformed},
	{name: "empty topic", three: "3003 0000 61", code: malformed},
	{name: "neither topic nor alias", five: "3004 0000 00 61", code: violation},
	{name: "wildcard in the topic", three: "3004 0001 23 61", five: "3005 0001 2b 00 61", code: malformed},
	{name: "topic of bad UTF-8", three: "3004 0001 ff 61", five: "3005 0001 ff 00 61", code: malformed},
	{name: "surrogate in the topic", three: "3006 0003 eda080 61", five: "3007 0003 eda080 00 61", code: malformed},
	{name: "overlong UTF-8 in the topic", three: "3005 0002 c080 61", five: "3006 0002 c080 00 61", code: malformed},
	{name: "null character in the topic", three: "3004 0001 00 61", five: "3005 0001 00 00 61", code: malformed},
	{name: "Packet Identifier 0", three: "3206 0001 74 0000 61", five: "3207 0001 74 0000 00 61", code: malformed},
	{name: "no Packet Identifier", three: "3203 0001 74", five: "3203 0001 74", code: malformed},
	{name: "Topic Alias 0", five: "3008 0001 74 03 23 0000 61", code: violation},
	{name: "Topic Alias that was never set", five: "3007 0000 03 23 0005 61", code: violation},
	{name: "Topic Alias above our maximum", five: "3008 0001 74 03 23 000b 61", code: mqtt.TopicAliasInvalid},
	{name: "property twice", five: "3009 0001 74 04 01 00 01 00 61", code: violation},
	{name: "Topic Alias twice", five: "300b 0001 74 06 23 0001 23 0001 61", code: violation},
	{name: "property not allowed here", five: "3008 0001 74 03 21 0014 61", code: malformed},
	{name: "property that there is not", five: "3007 0001 74 02 7f 00 61", code: malformed},
	{name: "properties longer than the packet", five: "3006 0001 74 09 01 00", code: malformed},
	{name: "property length without end", five: "3008 0001 74 ffffffffff", code: malformed},
	{name: "Payload Format Indicator 2", five: "3007 0001 74 02 01 02 61", code: violation},
	{name: "Subscription Identifier 0", five: "3007 0001 74 02 0b 00 61", code: violation},
	{name: "wildcard in the Response Topic", five: "3009 0001 74 04 08 0001 23 61", code: malformed},
	{name: "Content Type of bad UTF-8", five: "3009 0001 74 04 03 0001 ff 61", code: malformed},
	{name: "Correlation Data cut off", five: "3008 0001 74 04 09 0009 00", code: malformed},
	{name: "more than our Receive Maximum", five: "3406 0001 74 0001 00" + "3406 0001 74 0002 00" + "3406 0001 74 0003 00", code: mqtt.ReceiveMaximumExceeded},
}

var badAcks = []misdeed{
	{name: "PUBACK for an unknown identifier", three: "4002 0009", five: "4002 0009"},
	{name: "PUBREC for an unknown identifier", three: "5002 0009", five: "5002 0009"},
	{name: "PUBCOMP for an unknown identifier", three: "7002 0009", five: "7002 0009"},
	{name: "PUBREL for an unknown identifier", three: "6202 0009", five: "6202 0009"},
	{name: "PUBACK twice", three: "4002 0002 4002 0002", five: "4002 0002 4002 0002"},
	{name: "PUBREC twice", three: "5002 0003 5002 0003", five: "5002 0003 5002 0003"},
	{name: "PUBCOMP twice", three: "5002 0003 7002 0003 7002 0003", five: "5002 0003 7002 0003 7002 0003"},
	{name: "PUBACK for QoS 2", three: "4002 0003", five: "4002 0003", code: violation},
	{name: "PUBREC for QoS 1", three: "5002 0002", five: "5002 0002", code: violation},
	{name: "PUBCOMP for QoS 1", three: "7002 0002", five: "7002 0002", code: violation},
	{name: "PUBCOMP before PUBREC", three: "7002 0003", five: "7002 0003", code: violation},
	{name: "PUBACK after PUBREC", three: "5002 0003 4002 0003", five: "5002 0003 4002 0003", code: violation},
	{name: "a refusal after PUBREC", five: "5002 0003 5003 0003 97", code: violation},
	{name: "PUBACK for SUBSCRIBE", three: "4002 0001", five: "4002 0001"},
	{name: "identifier 0", three: "4002 0000", five: "4002 0000", code: malformed},
	{name: "PUBACK of one byte", three: "4001 00", five: "4001 00", code: malformed},
	{name: "PUBACK of three bytes", three: "4003 0002 00", code: malformed},
	{name: "reason code of SUBACK", five: "4003 0002 01", code: violation},
	{name: "property not allowed here", five: "4007 0002 00 03 21 0014", code: malformed},
	{name: "Reason String twice", five: "400a 0002 00 06 1f 0000 1f 0000", code: violation},
}

var badAnswers = []misdeed{
	{name: "SUBACK for an unknown identifier", three: "9004 0009 0000", five: "9005 0009 00 0000", code: violation},
	{name: "SUBACK for a message", three: "9003 0002 00", five: "9004 0002 00 00", code: violation},
	{name: "SUBACK twice", three: "9004 0001 0000 9004 0001 0000", five: "9005 0001 00 0000 9005 0001 00 0000", code: violation},
	{name: "SUBACK with a code too few", three: "9003 0001 00", five: "9004 0001 00 00", code: violation},
	{name: "SUBACK with a code too many", three: "9005 0001 000000", five: "9006 0001 00 000000", code: violation},
	{name: "SUBACK without codes", three: "9002 0001", five: "9003 0001 00", code: malformed},
	{name: "SUBACK with a code that there is not", three: "9004 0001 0003", five: "9005 0001 00 0003", code: violation},
	{name: "SUBACK with identifier 0", three: "9004 0000 0000", five: "9005 0000 00 0000", code: malformed},
	{name: "UNSUBACK for SUBSCRIBE", three: "b002 0001", five: "b005 0001 00 0000", code: violation},
	{name: "UNSUBACK for an unknown identifier", three: "b002 0009", five: "b004 0009 00 00", code: violation},
	{name: "UNSUBACK with codes before 5.0", three: "b003 0001 00", code: malformed},
}

// userProperties is a list of n short User Properties, 7 bytes each.
func userProperties(n int) string { return strings.Repeat("26 0001 6b 0001 76", n) }

// A broker that breaks the protocol ends the session at once with an error that says what was wrong and where the standard
// forbids it; in MQTT 5.0 it is told the reason. What harms nobody does not end it.
func TestMisdeeds(t *testing.T) {
	held := 0
	for _, list := range []struct {
		name     string
		misdeeds []misdeed
		accepted bool
	}{
		{"instead of CONNACK", insteadOfConnack, false},
		{"after CONNACK", afterConnack, true},
	} {
		for _, m := range list.misdeeds {
			for v, bytes := range map[mqtt.Version]string{mqtt.V311: m.three, mqtt.V5: m.five} {
				if bytes == "" {
					continue
				}
				if t.Run(list.name+"/"+m.name+"/"+v.String(), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { m.play(t, v, bytes, list.accepted) })
				}) {
					held++
				}
			}
		}
	}
	t.Logf("%d cases held", held)
}

func (m *misdeed) play(t *testing.T, v mqtt.Version, bytes string, accepted bool) {
	dial, broker := pipe(t)
	r := busy(t, wary(t, v), dial)
	if accepted {
		broker.accept(v)
		broker.hear(3)
	} else {
		broker.hear(1)
	}
	broker.say(bytes)
	if m.code == 0 || m.tolerated3 && v != mqtt.V5 {
		synctest.Wait()
		r.Disconnect(mqtt.Success)
		packets, _ := broker.rest()
		if err := r.end(); err != nil || packets[len(packets)-1] != "DISCONNECT" {
			t.Errorf("the session ends with %v after %v, want it to go on", err, packets)
		}
		return
	}
	packets, took := broker.rest()
	m.judge(t, v, r.end())
	if took > 2*lingering {
		t.Errorf("that took %v", took)
	}
	want := []string{}
	if v == mqtt.V5 {
		want = append(want, "DISCONNECT "+hexByte(byte(m.code)))
	}
	packets = slices.DeleteFunc(packets, func(p string) bool { return strings.HasPrefix(p, "PUB") }) // answers to what came before
	if !slices.Equal(packets, want) {
		t.Errorf("the broker is told %v, want %v", packets, want)
	}
}

func (m *misdeed) judge(t *testing.T, v mqtt.Version, err error) {
	var bad *mqtt.Malformed
	var large *mqtt.TooLarge
	switch {
	case m.code == mqtt.PacketTooLarge && errors.As(err, &large):
	case !errors.As(err, &bad):
		t.Errorf("the session ends with %v, want a *mqtt.Malformed", err)
	case v == mqtt.V5 && bad.Code != m.code:
		t.Errorf("%v: the reason code is %#x, want %#x", err, byte(bad.Code), byte(m.code))
	case bad.What == "" || !strings.HasPrefix(bad.Section, "MQTT "):
		t.Errorf("%#v does not say what was wrong", bad)
	}
}

func hexByte(b byte) string {
	return string("0123456789abcdef"[b>>4]) + string("0123456789abcdef"[b&15])
}

// wary is a configuration with limits: 1,000 bytes a packet, 2 unacknowledged messages, 10 topic aliases.
func wary(t *testing.T, v mqtt.Version) Config {
	cfg := config(v)
	cfg.ConnectTimeout = 10 * time.Second
	if v != mqtt.V5 {
		return cfg
	}
	for _, p := range []struct {
		id    mqtt.PropertyID
		value uint32
	}{{mqtt.MaximumPacketSize, 1000}, {mqtt.ReceiveMaximum, 2}, {mqtt.TopicAliasMaximum, 10}} {
		var err error
		if cfg.Connect.Properties, err = mqtt.AppendPropertyUint(cfg.Connect.Properties, p.id, p.value); err != nil {
			t.Fatal(err)
		}
	}
	return cfg
}
