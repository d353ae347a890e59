// Package mqtt encodes and decodes the Control Packets of MQTT 3.1, 3.1.1 and
// 5.0, as a client needs them.
//
// Outgoing packets are appended to a buffer of the caller; incoming packets are
// cut from the buffer of a [Reader] and parsed in place, so in the steady state
// neither direction allocates. Everything that comes from the network is held
// against the standard: what violates it is a *[Malformed], which says what was
// wrong and where the standard forbids it.
//
// The numbers of packet types and properties, and the layout of the 5.0 packets
// that are rare on a connection (SUBACK, UNSUBACK, DISCONNECT, AUTH), are those of
// github.com/eclipse/paho.golang/packets. Properties never pass through it: it sorts
// them, drops the empty ones and needs many times their size, so [Properties] keeps
// the list as it is on the wire.
package mqtt
