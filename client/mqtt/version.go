package mqtt

import (
	"strconv"

	"github.com/eclipse/paho.golang/packets"
)

// Version is a version of MQTT: the Protocol Level (3.x) or Protocol Version
// (5.0) byte of CONNECT ([MQTT-3.1.2-2]).
type Version byte

// The versions that this package speaks.
const (
	V31  Version = 3
	V311 Version = 4
	V5   Version = 5
)

// String returns the version as people write it: 3.1, 3.1.1 or 5.0.
func (v Version) String() string {
	switch v {
	case V31:
		return "3.1"
	case V311:
		return "3.1.1"
	case V5:
		return "5.0"
	}
	return "version " + strconv.Itoa(int(v))
}

// PacketType is a Control Packet type: the upper four bits of the first byte
// (MQTT 5.0, 2.1.2).
type PacketType byte

// The Control Packet types.
const (
	CONNECT     = PacketType(packets.CONNECT)
	CONNACK     = PacketType(packets.CONNACK)
	PUBLISH     = PacketType(packets.PUBLISH)
	PUBACK      = PacketType(packets.PUBACK)
	PUBREC      = PacketType(packets.PUBREC)
	PUBREL      = PacketType(packets.PUBREL)
	PUBCOMP     = PacketType(packets.PUBCOMP)
	SUBSCRIBE   = PacketType(packets.SUBSCRIBE)
	SUBACK      = PacketType(packets.SUBACK)
	UNSUBSCRIBE = PacketType(packets.UNSUBSCRIBE)
	UNSUBACK    = PacketType(packets.UNSUBACK)
	PINGREQ     = PacketType(packets.PINGREQ)
	PINGRESP    = PacketType(packets.PINGRESP)
	DISCONNECT  = PacketType(packets.DISCONNECT)
	AUTH        = PacketType(packets.AUTH)
)

// String returns the name of the type as the standard writes it, such as
// "CONNECT", or "packet type N" for a number that is not a type.
func (t PacketType) String() string {
	switch t {
	case CONNECT:
		return "CONNECT"
	case CONNACK:
		return "CONNACK"
	case PUBLISH:
		return "PUBLISH"
	case PUBACK:
		return "PUBACK"
	case PUBREC:
		return "PUBREC"
	case PUBREL:
		return "PUBREL"
	case PUBCOMP:
		return "PUBCOMP"
	case SUBSCRIBE:
		return "SUBSCRIBE"
	case SUBACK:
		return "SUBACK"
	case UNSUBSCRIBE:
		return "UNSUBSCRIBE"
	case UNSUBACK:
		return "UNSUBACK"
	case PINGREQ:
		return "PINGREQ"
	case PINGRESP:
		return "PINGRESP"
	case DISCONNECT:
		return "DISCONNECT"
	case AUTH:
		return "AUTH"
	}
	return "packet type " + strconv.Itoa(int(t))
}
