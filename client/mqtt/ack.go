package mqtt

import "encoding/binary"

// Ack is a PUBACK, PUBREC, PUBREL or PUBCOMP packet (MQTT 5.0, 3.4 to 3.7).
type Ack struct {
	PacketID   uint16
	Code       ReasonCode // Success before 5.0
	Properties Properties // alias the frame
}

// pubrelFlags are the flags of PUBREL, SUBSCRIBE and UNSUBSCRIBE [MQTT-3.6.1-1].
const pubrelFlags = 0x02

// AppendAck appends a PUBACK, PUBREC, PUBREL or PUBCOMP to b, in the short form
// where the Reason Code is Success.
func AppendAck(b []byte, v Version, t PacketType, id uint16, rc ReasonCode) []byte {
	var flags byte
	if t == PUBREL {
		flags = pubrelFlags
	}
	if v != V5 || rc == Success {
		return append(b, byte(t)<<4|flags, 2, byte(id>>8), byte(id))
	}
	return append(b, byte(t)<<4|flags, 3, byte(id>>8), byte(id), byte(rc))
}

// ParseAck reads a PUBACK, PUBREC, PUBREL or PUBCOMP. The error is a *Malformed.
func ParseAck(v Version, f Frame) (Ack, error) {
	a, m := parseAck(v, f)
	if m != nil {
		return Ack{}, m
	}
	return a, nil
}

func parseAck(v Version, f Frame) (a Ack, m *Malformed) {
	t := f.Type()
	var flags byte
	if t == PUBREL {
		flags = pubrelFlags
	}
	if m := f.expect(v, t, flags); m != nil {
		return a, m
	}
	b := f.Body
	if len(b) < 2 || v != V5 && len(b) > 2 {
		return a, malformed(t, cite(v, "2.2.1", "2.3.1"), "the packet has %d bytes, not 2", len(b))
	}
	a.PacketID = binary.BigEndian.Uint16(b)
	if a.PacketID == 0 {
		return a, malformed(t, cite(v, "2.2.1", "[MQTT-2.3.1-1]"), "the Packet Identifier is 0")
	}
	if len(b) > 2 {
		a.Code = ReasonCode(b[2])
	}
	if len(b) > 3 { // the property length may be left out (MQTT 5.0, 3.4.2.2.1)
		if a.Properties, _, m = onlyProperties(b[3:], t); m != nil {
			return a, m
		}
	}
	if !codeFits(t, a.Code) {
		return a, badCode(v, t, a.Code)
	}
	return a, nil
}
