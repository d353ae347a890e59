package mqtt

import (
	"errors"
	"fmt"
)

// ErrDuplicateProperty is found by errors.Is in the *Malformed of a property
// list that has a property twice which may be there only once.
var ErrDuplicateProperty = errors.New("duplicate property")

// Malformed says how a packet violates the standard.
type Malformed struct {
	Packet  PacketType // 0 when the first byte already is no packet type
	What    string     // what was wrong, in plain words
	Section string     // where the standard forbids it, such as "MQTT 5.0 [MQTT-3.3.1-4]"
	Code    ReasonCode // MalformedPacket or ProtocolError: what a 5.0 DISCONNECT is to say
	Err     error      // ErrDuplicateProperty, or nil
}

// Error returns one line: packet, fault and section.
func (m *Malformed) Error() string {
	kind := "malformed "
	if m.Code == ProtocolError {
		kind = "protocol error in "
	}
	return kind + m.Packet.String() + ": " + m.What + " (" + m.Section + ")"
}

// Unwrap returns m.Err.
func (m *Malformed) Unwrap() error { return m.Err }

// TooLarge says that a packet is larger than what may be received or sent.
type TooLarge struct {
	Packet PacketType
	Size   int // bytes of the whole packet, as announced
	Max    int // bytes of the whole packet that are allowed
}

// Error returns one line with both sizes.
func (e *TooLarge) Error() string {
	return fmt.Sprintf("%v of %d bytes is larger than the %d allowed", e.Packet, e.Size, e.Max)
}

// Unencodable says why a packet cannot be put on the wire: a field is longer than
// its length prefix can say, or the version has no such thing.
type Unencodable struct {
	Packet PacketType
	What   string
}

// Error returns one line: packet and reason.
func (e *Unencodable) Error() string {
	return "cannot encode " + e.Packet.String() + ": " + e.What
}

// malformed is a violation of the packet's form (Reason Code 0x81).
func malformed(t PacketType, section, format string, args ...any) *Malformed {
	return &Malformed{Packet: t, What: fmt.Sprintf(format, args...), Section: section, Code: MalformedPacket}
}

// protocolError is a packet of legal form that must not be sent (Reason Code 0x82).
func protocolError(t PacketType, section, format string, args ...any) *Malformed {
	return &Malformed{Packet: t, What: fmt.Sprintf(format, args...), Section: section, Code: ProtocolError}
}

func unencodable(t PacketType, format string, args ...any) *Unencodable {
	return &Unencodable{Packet: t, What: fmt.Sprintf(format, args...)}
}

// cite names the place in the standard of version v, a numbered statement in
// brackets or a section; the numbers of 3.1.1 stand for 3.1 too, which has none.
func cite(v Version, in5, in3 string) string {
	standard, place := "MQTT 3.1.1", in3
	if v == V5 {
		standard, place = "MQTT 5.0", in5
	}
	if place[0] != '[' {
		standard += ","
	}
	return standard + " " + place
}
