package mqtt

import "encoding/binary"

// Publish is a PUBLISH packet (MQTT 5.0, 3.3; 3.1.1, 3.3). After [ParsePublish] the
// slices alias the frame.
type Publish struct {
	Dup      bool
	QoS      byte
	Retain   bool
	PacketID uint16 // of QoS 1 and 2; QoS 0 has none on the wire
	Topic    []byte // the Topic Name; empty only beside a Topic Alias
	Payload  []byte
	// Properties are those of the message in 5.0; before it there are none.
	Properties Properties
}

// AppendPublish appends the packet to b. The error is an *Unencodable.
func AppendPublish(b []byte, v Version, p *Publish) ([]byte, error) {
	b, err := AppendPublishHeader(b, v, p)
	if err != nil {
		return b, err
	}
	return append(b, p.Payload...), nil
}

// AppendPublishHeader appends all of the packet but the payload, which has to
// follow it on the wire. The error is an *Unencodable.
func AppendPublishHeader(b []byte, v Version, p *Publish) ([]byte, error) {
	remaining := 2 + len(p.Topic) + len(p.Payload)
	if p.QoS > 0 {
		remaining += 2
	}
	if v == V5 {
		remaining += varintSize(len(p.Properties)) + len(p.Properties)
	}
	if err := p.encodable(v, remaining); err != nil {
		return b, err
	}
	b = appendHeader(b, PUBLISH, p.flags(), remaining)
	b = appendString(b, p.Topic)
	if p.QoS > 0 {
		b = binary.BigEndian.AppendUint16(b, p.PacketID)
	}
	if v == V5 {
		b = append(appendVarint(b, len(p.Properties)), p.Properties...)
	}
	return b, nil
}

func (p *Publish) encodable(v Version, remaining int) error {
	switch {
	case len(p.Topic) > maxString:
		return unencodable(PUBLISH, "the topic has %d bytes, more than %d", len(p.Topic), maxString)
	case remaining > maxVarint:
		return unencodable(PUBLISH, "the packet has %d bytes, more than %d", remaining, maxVarint)
	case v != V5 && len(p.Properties) > 0:
		return unencodable(PUBLISH, "MQTT %v has no properties", v)
	case p.QoS == 0 && p.Dup:
		return unencodable(PUBLISH, "DUP with QoS 0")
	case p.QoS > 0 && p.PacketID == 0:
		return unencodable(PUBLISH, "QoS %d without a Packet Identifier", p.QoS)
	case p.QoS > 2:
		return unencodable(PUBLISH, "there is no QoS %d", p.QoS)
	}
	return nil
}

// Bits of the first byte (MQTT 5.0, 3.3.1).
const (
	flagRetain = 0x01
	flagDup    = 0x08
)

func (p *Publish) flags() byte {
	f := p.QoS << 1
	if p.Retain {
		f |= flagRetain
	}
	if p.Dup {
		f |= flagDup
	}
	return f
}

// SetDup sets DUP in an encoded PUBLISH [MQTT-3.3.1-1].
func SetDup(packet []byte) { packet[0] |= flagDup }

// ParsePublish reads a PUBLISH from a server into p without allocating. The error
// is a *Malformed.
func ParsePublish(v Version, f Frame, p *Publish) error {
	if m := parsePublish(v, f, p); m != nil {
		return m
	}
	return nil
}

func parsePublish(v Version, f Frame, p *Publish) *Malformed {
	if m := f.expect(v, PUBLISH, f.Flags()); m != nil {
		return m
	}
	*p = Publish{Dup: f.Header&flagDup != 0, QoS: f.Header >> 1 & 3, Retain: f.Header&flagRetain != 0}
	switch {
	case p.QoS == 3:
		return malformed(PUBLISH, cite(v, "[MQTT-3.3.1-4]", "[MQTT-3.3.1-4]"), "QoS 3")
	case p.QoS == 0 && p.Dup && v != V31:
		return malformed(PUBLISH, cite(v, "[MQTT-3.3.1-2]", "[MQTT-3.3.1-2]"), "DUP with QoS 0")
	}
	rest, m := p.parseTopic(v, f.Body)
	if m != nil {
		return m
	}
	if p.QoS > 0 {
		if rest, m = p.parseID(v, rest); m != nil {
			return m
		}
	}
	if v == V5 {
		if rest, m = p.parseProperties(rest); m != nil {
			return m
		}
	} else if len(p.Topic) == 0 {
		return malformed(PUBLISH, cite(v, "[MQTT-4.7.3-1]", "[MQTT-4.7.3-1]"), "the topic is empty")
	}
	p.Payload = rest
	return nil
}

func (p *Publish) parseTopic(v Version, b []byte) (rest []byte, m *Malformed) {
	if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
		return nil, malformed(PUBLISH, cite(v, "3.3.2.1", "3.3.2.1"), "the topic runs past the end of the packet")
	}
	end := 2 + int(binary.BigEndian.Uint16(b))
	p.Topic = b[2:end:end]
	if !plainTopic(p.Topic) {
		return nil, badTopic(v, PUBLISH, "the topic", p.Topic, cite(v, "[MQTT-3.3.2-2]", "[MQTT-3.3.2-2]"))
	}
	return b[end:], nil
}

func (p *Publish) parseID(v Version, b []byte) (rest []byte, m *Malformed) {
	if len(b) < 2 {
		return nil, malformed(PUBLISH, cite(v, "3.3.2.2", "3.3.2.2"), "the packet ends before the Packet Identifier")
	}
	p.PacketID = binary.BigEndian.Uint16(b)
	if p.PacketID == 0 {
		return nil, malformed(PUBLISH, cite(v, "2.2.1", "[MQTT-2.3.1-1]"), "the Packet Identifier is 0")
	}
	return b[2:], nil
}

func (p *Publish) parseProperties(b []byte) (rest []byte, m *Malformed) {
	list, seen, rest, m := cutProperties(b, PUBLISH)
	if m != nil {
		return nil, m
	}
	if len(p.Topic) == 0 && !seen.has(TopicAlias) {
		return nil, protocolError(PUBLISH, "MQTT 5.0, 3.3.2.1", "neither a topic nor a Topic Alias")
	}
	p.Properties = list
	return rest, nil
}
