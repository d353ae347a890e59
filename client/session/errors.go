package session

import (
	"errors"
	"fmt"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// ErrStop is what an event returns to end the session cleanly, with a DISCONNECT.
var ErrStop = errors.New("session: stop")

// ErrKeepAlive reports a broker that did not answer within the keep alive interval.
var ErrKeepAlive = errors.New("the broker did not answer within the keep alive interval")

// ErrQoS reports a message whose QoS is above the broker's Maximum QoS (MQTT 5.0, 3.2.2.3.4).
var ErrQoS = errors.New("the QoS is above the broker's maximum")

// ErrPacketSize reports a packet above the broker's Maximum Packet Size (MQTT 5.0, 3.2.2.3.6).
var ErrPacketSize = errors.New("the packet is larger than the broker's maximum packet size")

// errDeaf is the end of a broker that sends but does not read.
var errDeaf = errors.New("the broker does not read what it is sent")

// LostError reports a network connection that ended without a DISCONNECT of ours.
type LostError struct {
	Connack bool  // whether the broker had accepted the connection
	Err     error // io.EOF for a close by the broker, else the error of the read or write
}

func (e *LostError) Error() string { return fmt.Sprintf("the connection was lost: %v", e.Err) }

// Unwrap gives the error of the read or write.
func (e *LostError) Unwrap() error { return e.Err }

// RefusedError reports a CONNACK that does not accept the connection.
type RefusedError struct {
	Version mqtt.Version
	Connack mqtt.Connack
}

func (e *RefusedError) Error() string {
	return "the broker refused the connection: " + mqtt.ConnackText(e.Version, e.Connack.Code)
}

// DisconnectedError reports a DISCONNECT from the broker (MQTT 5.0, 3.14).
type DisconnectedError struct {
	Code   mqtt.ReasonCode
	Reason string // the broker's Reason String, if it sent one
}

func (e *DisconnectedError) Error() string {
	return fmt.Sprintf("the broker disconnected: %v", e.Code)
}

func protocolError(p mqtt.PacketType, what, section string) error {
	return &mqtt.Malformed{Packet: p, What: what, Section: section, Code: mqtt.ProtocolError}
}
