package mqtt

import (
	"encoding/binary"
	"slices"

	"github.com/eclipse/paho.golang/packets"
)

// Subscription is one topic filter of a SUBSCRIBE.
type Subscription struct {
	Filter string
	QoS    byte
	// Options are the Subscription Options of 5.0 other than the QoS: bit 2 No Local,
	// bit 3 Retain As Published, bits 4 and 5 Retain Handling (MQTT 5.0, 3.8.3.1).
	Options byte
}

// AppendSubscribe appends a SUBSCRIBE to b (MQTT 5.0, 3.8). The error is an
// *Unencodable: no filter [MQTT-3.8.3-2], one that is too long, or options that the
// standard reserves [MQTT-3.8.3-5].
func AppendSubscribe(b []byte, v Version, id uint16, filters []Subscription, props Properties) ([]byte, error) {
	size := 0
	for _, f := range filters {
		size += 2 + len(f.Filter) + 1
		switch {
		case len(f.Filter) > maxString:
			return b, unencodable(SUBSCRIBE, "a topic filter has %d bytes, more than %d", len(f.Filter), maxString)
		case f.QoS > 2:
			return b, unencodable(SUBSCRIBE, "there is no QoS %d", f.QoS)
		case f.Options&^legalOptions != 0 || f.Options&retainHandling == retainHandling:
			return b, unencodable(SUBSCRIBE, "there are no Subscription Options 0x%02x", f.Options)
		}
	}
	b, err := appendRequest(b, v, SUBSCRIBE, id, size, props)
	if err != nil {
		return b, err
	}
	for _, f := range filters {
		b = append(appendString(b, f.Filter), f.QoS|f.options(v))
	}
	return b, nil
}

const (
	legalOptions   = 0x3c // No Local, Retain As Published, Retain Handling
	retainHandling = 0x30 // of which the value 3 is reserved
)

func (f *Subscription) options(v Version) byte {
	if v == V5 {
		return f.Options
	}
	return 0
}

// AppendUnsubscribe appends an UNSUBSCRIBE to b (MQTT 5.0, 3.10). The error is an
// *Unencodable: no filter [MQTT-3.10.3-2], or one that is too long.
func AppendUnsubscribe(b []byte, v Version, id uint16, filters []string, props Properties) ([]byte, error) {
	size := 0
	for _, f := range filters {
		size += 2 + len(f)
		if len(f) > maxString {
			return b, unencodable(UNSUBSCRIBE, "a topic filter has %d bytes, more than %d", len(f), maxString)
		}
	}
	b, err := appendRequest(b, v, UNSUBSCRIBE, id, size, props)
	if err != nil {
		return b, err
	}
	for _, f := range filters {
		b = appendString(b, f)
	}
	return b, nil
}

// appendRequest appends a SUBSCRIBE or UNSUBSCRIBE up to its filters, which take size bytes.
func appendRequest(b []byte, v Version, t PacketType, id uint16, size int, props Properties) ([]byte, error) {
	remaining := 2 + size
	if v == V5 {
		remaining += varintSize(len(props)) + len(props)
	} else if len(props) > 0 {
		return b, unencodable(t, "MQTT %v has no properties", v)
	}
	switch {
	case size == 0:
		return b, unencodable(t, "there is no topic filter")
	case id == 0:
		return b, unencodable(t, "there is no Packet Identifier")
	case remaining > maxVarint:
		return b, unencodable(t, "the packet has %d bytes, more than %d", remaining, maxVarint)
	}
	b = appendHeader(b, t, pubrelFlags, remaining)
	b = binary.BigEndian.AppendUint16(b, id)
	if v == V5 {
		b = append(appendVarint(b, len(props)), props...)
	}
	return b, nil
}

// AppendPingreq appends a PINGREQ to b (MQTT 5.0, 3.12).
func AppendPingreq(b []byte) []byte { return append(b, byte(PINGREQ)<<4, 0) }

// AppendDisconnect appends a DISCONNECT to b (MQTT 5.0, 3.14). Before 5.0 it has no
// Reason Code; in 5.0 Success without properties is left out. The error is an *Unencodable.
func AppendDisconnect(b []byte, v Version, rc ReasonCode, props Properties) ([]byte, error) {
	switch {
	case v != V5 && len(props) > 0:
		return b, unencodable(DISCONNECT, "MQTT %v has no properties", v)
	case v != V5 || rc == Success && len(props) == 0:
		return append(b, byte(DISCONNECT)<<4, 0), nil
	case len(props) == 0:
		return append(b, byte(DISCONNECT)<<4, 1, byte(rc)), nil
	}
	remaining := 1 + varintSize(len(props)) + len(props)
	if remaining > maxVarint {
		return b, unencodable(DISCONNECT, "the packet has %d bytes, more than %d", remaining, maxVarint)
	}
	b = appendHeader(b, DISCONNECT, 0, remaining)
	b = append(b, byte(rc))
	return append(appendVarint(b, len(props)), props...), nil
}

// Suback is a SUBACK or UNSUBACK packet (MQTT 5.0, 3.9 and 3.11).
type Suback struct {
	PacketID   uint16
	Codes      []ReasonCode // one for each topic filter; before 5.0 an UNSUBACK has none
	Properties Properties   // alias the frame
}

// Unsuback is an UNSUBACK packet.
type Unsuback = Suback

// ParseSuback reads a SUBACK. The error is a *Malformed.
func ParseSuback(v Version, f Frame) (Suback, error) { return parseAnswer(v, f, SUBACK) }

// ParseUnsuback reads an UNSUBACK. The error is a *Malformed.
func ParseUnsuback(v Version, f Frame) (Unsuback, error) { return parseAnswer(v, f, UNSUBACK) }

func parseAnswer(v Version, f Frame, t PacketType) (Suback, error) {
	var s Suback
	m := f.expect(v, t, 0)
	if m == nil {
		s, m = parseCodes(v, f.Body, t)
	}
	if m != nil {
		return Suback{}, m
	}
	return s, nil
}

func parseCodes(v Version, b []byte, t PacketType) (s Suback, m *Malformed) {
	header, payload := "3.9.2", "3.9.3"
	if t == UNSUBACK {
		header, payload = "3.11.2", "3.11.3"
	}
	if len(b) < 2 {
		return s, malformed(t, cite(v, header, header), "the packet ends before the Packet Identifier")
	}
	s.PacketID = binary.BigEndian.Uint16(b)
	if s.PacketID == 0 {
		return s, malformed(t, cite(v, "2.2.1", "[MQTT-2.3.1-1]"), "the Packet Identifier is 0")
	}
	codes := b[2:]
	if v == V5 {
		if codes, s.Properties, m = codes5(b, t); m != nil {
			return s, m
		}
	}
	if v != V5 && t == UNSUBACK {
		if len(codes) > 0 {
			m = malformed(t, "MQTT 3.1.1, 3.11.1", "the packet has %d bytes, not 2", len(b))
		}
		return s, m
	}
	if len(codes) == 0 {
		return s, malformed(t, cite(v, payload, payload), "there is no Reason Code")
	}
	s.Codes = make([]ReasonCode, 0, len(codes))
	for _, c := range codes {
		if v == V5 && !codeFits(t, ReasonCode(c)) || v == V311 && c > 2 && c != 0x80 {
			return s, badCode(v, t, ReasonCode(c))
		}
		s.Codes = append(s.Codes, ReasonCode(c))
	}
	return s, nil
}

// codes5 has the library cut the codes out of a body whose properties are checked first.
func codes5(b []byte, t PacketType) (codes []byte, list Properties, m *Malformed) {
	list, _, codes, m = cutProperties(b[2:], t)
	if m != nil {
		return nil, nil, m
	}
	if len(list) > 0 {
		b = slices.Concat(b[:2], []byte{0}, codes)
	}
	if t == UNSUBACK {
		p := packets.Unsuback{Properties: &packets.Properties{}}
		m = unpack(t, b, &p)
		return p.Reasons, list, m
	}
	p := packets.Suback{Properties: &packets.Properties{}}
	m = unpack(t, b, &p)
	return p.Reasons, list, m
}
