// Package mqtt encodes and decodes the Control Packets of MQTT 3.1, 3.1.1 and
// 5.0, as a client needs them.
//
// Outgoing packets are appended to a buffer of the caller; incoming packets are
// cut from the buffer of a [Reader] and parsed in place, so in the steady state
// neither direction allocates. Everything that comes from the network is held
// against the standard: what violates it is a *[Malformed], which says what was
// wrong and where the standard forbids it.
//
// The 5.0 packets that are rare on a connection (SUBSCRIBE, SUBACK, UNSUBSCRIBE,
// UNSUBACK, CONNACK, DISCONNECT, AUTH) are laid out by
// github.com/eclipse/paho.golang/packets. Their properties are not: that package
// sorts them and drops the empty ones, so [Properties] keeps the list as it is on
// the wire.
package mqtt
