package mqtt

import (
	"bytes"

	"github.com/eclipse/paho.golang/packets"
)

// unpacker is a packet of the library.
type unpacker interface{ Unpack(*bytes.Buffer) error }

// unpack has the library decode a body. Its properties have been checked and are
// left out of it: the library's own form of them takes many times their size, which
// a server could use to fill the memory.
func unpack(t PacketType, body []byte, p unpacker) *Malformed {
	if err := p.Unpack(bytes.NewBuffer(body)); err != nil {
		return malformed(t, "MQTT 5.0, 2.1", "it does not decode: %v", err)
	}
	return nil
}

func badCode(v Version, t PacketType, code ReasonCode) *Malformed {
	statement := "[MQTT-3.9.3-2]" // SUBACK, in both versions
	switch t {
	case PUBACK:
		statement = "[MQTT-3.4.2-1]"
	case PUBREC:
		statement = "[MQTT-3.5.2-1]"
	case PUBREL:
		statement = "[MQTT-3.6.2-1]"
	case PUBCOMP:
		statement = "[MQTT-3.7.2-1]"
	case UNSUBACK:
		statement = "[MQTT-3.11.3-2]"
	}
	return protocolError(t, cite(v, statement, statement), "the Reason Code 0x%02x is not one of this packet's", byte(code))
}

// codeFits reports whether a server may send a Reason Code in a packet (MQTT 5.0, 2.4).
func codeFits(t PacketType, code ReasonCode) bool {
	switch t {
	case PUBACK, PUBREC:
		switch code {
		case Success, NoMatchingSubscribers, UnspecifiedError, ImplementationSpecificError, NotAuthorized,
			TopicNameInvalid, PacketIdentifierInUse, QuotaExceeded, PayloadFormatInvalid:
			return true
		}
		return false
	case PUBREL, PUBCOMP:
		return code == Success || code == PacketIdentifierNotFound
	case SUBACK:
		switch code {
		case Success, GrantedQoS1, GrantedQoS2, UnspecifiedError, ImplementationSpecificError, NotAuthorized,
			TopicFilterInvalid, PacketIdentifierInUse, QuotaExceeded, SharedSubscriptionsNotSupported,
			SubscriptionIdentifiersNotSupported, WildcardSubscriptionsNotSupported:
			return true
		}
		return false
	case UNSUBACK:
		switch code {
		case Success, NoSubscriptionExisted, UnspecifiedError, ImplementationSpecificError, NotAuthorized,
			TopicFilterInvalid, PacketIdentifierInUse:
			return true
		}
		return false
	}
	return true
}

// Disconnect is a DISCONNECT from the server (MQTT 5.0, 3.14).
type Disconnect struct {
	Code       ReasonCode
	Properties Properties // alias the frame
}

// ParseDisconnect reads a DISCONNECT; without a body it means a normal end. The
// error is a *Malformed.
func ParseDisconnect(f Frame) (Disconnect, error) {
	d, m := parseDisconnect(f)
	if m != nil {
		return Disconnect{}, m
	}
	return d, nil
}

func parseDisconnect(f Frame) (d Disconnect, m *Malformed) {
	if m := f.expect(V5, DISCONNECT, 0); m != nil {
		return d, m
	}
	if len(f.Body) == 0 { // legal (MQTT 5.0, 3.14.2.1), but not for the library
		return d, nil
	}
	if len(f.Body) > 1 {
		if d.Properties, _, m = onlyProperties(f.Body[1:], DISCONNECT); m != nil {
			return d, m
		}
	}
	var p packets.Disconnect
	m = unpack(DISCONNECT, f.Body[:1], &p)
	d.Code = ReasonCode(p.ReasonCode)
	return d, m
}

// ParsePingresp holds a PINGRESP against the standard (MQTT 5.0, 3.13). The error
// is a *Malformed.
func ParsePingresp(f Frame) error {
	if m := f.expect(V311, PINGRESP, 0); m != nil {
		return m
	}
	if len(f.Body) > 0 {
		return malformed(PINGRESP, "MQTT 5.0, 3.13.1", "the packet has %d bytes, not 0", len(f.Body))
	}
	return nil
}
