package mqtt

// Check holds a list that a client is to send in a packet of type t against the
// standard: each property allowed there, once where it may not repeat, with a
// value in its bounds (MQTT 5.0, 2.2.2 and the part of each packet). The error is
// a *Malformed.
func (p Properties) Check(t PacketType) error {
	if _, m := checkProperties(p, t, false); m != nil {
		return m
	}
	return nil
}

// CheckWill is Check for the Will Properties of a CONNECT (MQTT 5.0, 3.1.3.2).
func (p Properties) CheckWill() error { return p.Check(willProperties) }

// properties is a set of property identifiers.
type properties uint64

func (s properties) has(id PropertyID) bool { return s&(1<<id) != 0 }

// checkProperties walks over the whole list and returns which properties it has.
func checkProperties(list []byte, t PacketType, fromServer bool) (seen properties, m *Malformed) {
	var p Property
	for rest := list; len(rest) > 0; {
		n, f := decodeProperty(rest, &p)
		if f != faultNone {
			return seen, placed(t, f.explain(p.ID, rest))
		}
		if !propertyTable[p.ID].places.has(t) {
			return seen, placed(t, malformed(0, section5PropertyID, "%v is not allowed here", p.ID))
		}
		if seen.has(p.ID) && !mayRepeat(p.ID, t, fromServer) {
			m := protocolError(0, sectionOf(t), "%v is there twice", p.ID)
			m.Err = ErrDuplicateProperty
			return seen, placed(t, m)
		}
		if m := checkValue(&p, t, fromServer); m != nil {
			return seen, placed(t, m)
		}
		seen |= 1 << p.ID
		rest = rest[n:]
	}
	return seen, nil
}

// placed says which packet a fault is in; a will is part of CONNECT.
func placed(t PacketType, m *Malformed) *Malformed {
	m.Packet = t
	if t == willProperties {
		m.Packet = CONNECT
		m.What = "will: " + m.What
	}
	return m
}

// mayRepeat reports whether a property may be in a list more than once. A server
// names every matching subscription in a PUBLISH (MQTT 5.0, 3.3.2.3.8).
func mayRepeat(id PropertyID, t PacketType, fromServer bool) bool {
	return id == UserProperty || id == SubscriptionIdentifier && t == PUBLISH && fromServer
}

// checkValue holds a well-formed property against the bounds of its value.
func checkValue(p *Property, t PacketType, fromServer bool) *Malformed {
	switch p.ID {
	case PayloadFormatIndicator, RequestProblemInformation, RequestResponseInformation, MaximumQoS, RetainAvailable,
		WildcardSubscriptionAvailable, SubscriptionIdentifierAvailable, SharedSubscriptionAvailable:
		if p.Value > 1 {
			return protocolError(0, sectionOf(t), "%v is %d, not 0 or 1", p.ID, p.Value)
		}
	case ReceiveMaximum, MaximumPacketSize:
		if p.Value == 0 {
			return protocolError(0, sectionOf(t), "%v is 0", p.ID)
		}
	case TopicAlias:
		if p.Value == 0 {
			return protocolError(0, "MQTT 5.0 [MQTT-3.3.2-8]", "%v is 0", p.ID)
		}
	case SubscriptionIdentifier:
		if p.Value == 0 {
			return protocolError(0, sectionOf(t), "%v is 0", p.ID)
		}
		if t == PUBLISH && !fromServer {
			return protocolError(0, "MQTT 5.0 [MQTT-3.3.4-6]", "%v in a message to the server", p.ID)
		}
	case SessionExpiryInterval:
		if t == DISCONNECT && fromServer {
			return protocolError(0, "MQTT 5.0 [MQTT-3.14.2-2]", "%v in a packet from the server", p.ID)
		}
	case ResponseTopic:
		if len(p.Data) == 0 {
			return protocolError(0, "MQTT 5.0 [MQTT-4.7.3-1]", "%v is empty", p.ID)
		}
		if !plainTopic(p.Data) {
			return badTopic(V5, 0, p.ID.String(), p.Data, "MQTT 5.0 [MQTT-3.3.2-14]")
		}
	case UserProperty:
		if !wellFormed(p.Key) {
			return badText(V5, 0, "key of "+p.ID.String(), p.Key)
		}
		if !wellFormed(p.Data) {
			return badText(V5, 0, p.ID.String(), p.Data)
		}
	default:
		if propertyTable[p.ID].typ == TypeString && !wellFormed(p.Data) {
			return badText(V5, 0, p.ID.String(), p.Data)
		}
	}
	return nil
}

const (
	section5Property   = "MQTT 5.0, 2.2.2"
	section5PropertyID = "MQTT 5.0, 2.2.2.2"
)

// sectionOf is where the standard describes the properties of a packet.
func sectionOf(t PacketType) string {
	return "MQTT 5.0, " + [...]string{
		willProperties: "3.1.3.2",
		CONNECT:        "3.1.2.11",
		CONNACK:        "3.2.2.3",
		PUBLISH:        "3.3.2.3",
		PUBACK:         "3.4.2.2",
		PUBREC:         "3.5.2.2",
		PUBREL:         "3.6.2.2",
		PUBCOMP:        "3.7.2.2",
		SUBSCRIBE:      "3.8.2.1",
		SUBACK:         "3.9.2.1",
		UNSUBSCRIBE:    "3.10.2.1",
		UNSUBACK:       "3.11.2.1",
		PINGREQ:        "3.12",
		PINGRESP:       "3.13",
		DISCONNECT:     "3.14.2.2",
		AUTH:           "3.15.2.2",
	}[t]
}

// explain says what the fault in the property at the start of rest is.
func (f fault) explain(id PropertyID, rest []byte) *Malformed {
	switch f {
	case faultIdentifier:
		return malformed(0, section5PropertyID, "there is no property %d", byte(id))
	case faultVarint:
		return malformed(0, sectionVarint(rest[1:]), "%v is %s", id, varintFault(rest[1:]))
	}
	return malformed(0, section5Property, "%v runs past the end of the properties", id)
}

// cutProperties cuts the property length and the list from the start of b, checks
// the list, and returns what follows.
func cutProperties(b []byte, t PacketType) (list Properties, seen properties, rest []byte, m *Malformed) {
	if len(b) == 0 {
		return nil, 0, nil, malformed(t, "MQTT 5.0 [MQTT-2.2.2-1]", "the property length is missing")
	}
	size, n := int(b[0]), 1
	if size >= 0x80 {
		size, n = decodeVarint(b)
		if n == 0 {
			return nil, 0, nil, malformed(t, "MQTT 5.0, 2.2.2.1", "the packet ends inside the property length")
		}
		if n < 0 {
			return nil, 0, nil, malformed(t, sectionVarint(b), "the property length is %s", varintFault(b))
		}
	}
	if size == 0 {
		return nil, 0, b[1:], nil
	}
	if size > len(b)-n {
		return nil, 0, nil, malformed(t, "MQTT 5.0, 2.2.2.1", "the property length is %d, the packet has %d bytes left", size, len(b)-n)
	}
	end := n + size
	list = Properties(b[n:end:end])
	seen, m = checkProperties(list, t, true)
	return list, seen, b[end:], m
}

// onlyProperties is cutProperties for a packet that ends with the list.
func onlyProperties(b []byte, t PacketType) (Properties, properties, *Malformed) {
	list, seen, rest, m := cutProperties(b, t)
	if m == nil && len(rest) > 0 {
		m = malformed(t, "MQTT 5.0, 2.2.2.1", "%d bytes after the properties", len(rest))
	}
	return list, seen, m
}

// sectionVarint and varintFault are for a b where decodeVarint returns less than 0.
func sectionVarint(b []byte) string {
	if _, n := decodeVarint(b); n == -2 {
		return "MQTT 5.0 [MQTT-1.5.5-1]"
	}
	return "MQTT 5.0, 1.5.5"
}

func varintFault(b []byte) string {
	if _, n := decodeVarint(b); n == -2 {
		return "written with more bytes than it needs"
	}
	return "longer than four bytes"
}
