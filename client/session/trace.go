package session

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// Trace writes one debug line an event, in the reference's words. A nil Trace writes nothing.
type Trace struct {
	out io.Writer
	mu  sync.Mutex
	id  string // the client identifier, or "null"
}

// NewTrace returns a Trace that writes each line with one call of out.Write, from any goroutine.
func NewTrace(out io.Writer) *Trace { return &Trace{out: out, id: "null"} }

func (t *Trace) identify(id string) {
	if t != nil && id != "" {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.id = visible(id)
	}
}

// visible escapes the control characters in what a broker may have chosen: the reference takes no such string, so that none of
// them drives the terminal, or makes up a line, from there.
func visible(text string) string {
	if mqtt.ValidUTF8(text) {
		return text
	}
	quoted := strconv.Quote(text)
	return quoted[1 : len(quoted)-1]
}

func (t *Trace) client(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.print(fmt.Sprintf("Client %s %s\n", t.id, fmt.Sprintf(format, args...)))
}

func (t *Trace) print(line string) { _, _ = io.WriteString(t.out, line) }

func (t *Trace) sending(p mqtt.PacketType) {
	if t != nil {
		t.client("sending %v", p)
	}
}

func (t *Trace) received(p mqtt.PacketType) {
	if t != nil {
		t.client("received %v", p)
	}
}

// receivedConnack shows an absent identifier as "(null)" in 3.x, as the reference does in this line alone.
func (t *Trace) receivedConnack(v mqtt.Version, ack mqtt.Connack) {
	if t == nil {
		return
	}
	if id, ok := ack.Properties.String(mqtt.AssignedClientIdentifier); ok {
		t.identify(id)
	}
	id := t.id
	if id == "null" && v != mqtt.V5 {
		id = "(null)"
	}
	t.print(fmt.Sprintf("Client %s received CONNACK (%d)\n", id, ack.Code))
}

func (t *Trace) sendingPublish(p *mqtt.Publish) {
	if t != nil {
		t.publish("sending", p)
	}
}

func (t *Trace) receivedPublish(p *mqtt.Publish) {
	if t != nil {
		t.publish("received", p)
	}
}

func (t *Trace) publish(verb string, p *mqtt.Publish) {
	topic := visible(string(p.Topic))
	if topic == "" {
		topic = "(null)"
	}
	t.client("%s PUBLISH (d%d, q%d, r%d, m%d, '%s', ... (%d bytes))",
		verb, digit(p.Dup), p.QoS, digit(p.Retain), p.PacketID, topic, len(p.Payload))
}

func digit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// sendingAgain shows what a new connection is sent of an earlier one.
func (t *Trace) sendingAgain(f *flight, v mqtt.Version) {
	switch {
	case t == nil:
	case f.phase == awaitPubcomp:
		t.sendingAck(mqtt.PUBREL, f.id, mqtt.Success)
	default:
		if p, ok := f.publish(v); ok {
			t.publish("sending", &p)
		}
	}
}

func (t *Trace) sendingAck(p mqtt.PacketType, id uint16, rc mqtt.ReasonCode) {
	switch {
	case t == nil:
	case p == mqtt.PUBACK || p == mqtt.PUBREC:
		t.client("sending %v (m%d, rc%d)", p, id, rc)
	default:
		t.client("sending %v (m%d)", p, id)
	}
}

func (t *Trace) receivedAck(p mqtt.PacketType, ack mqtt.Ack) {
	switch {
	case t == nil:
	case p == mqtt.PUBREC:
		t.client("received %v (Mid: %d)", p, ack.PacketID)
	default:
		t.client("received %v (Mid: %d, RC:%d)", p, ack.PacketID, ack.Code)
	}
}

func (t *Trace) receivedPubrel(ack mqtt.Ack) {
	if t != nil {
		t.client("received PUBREL (Mid: %d)", ack.PacketID)
	}
}

func (t *Trace) sendingSubscribe(id uint16, filters []mqtt.Subscription) {
	if t == nil {
		return
	}
	for _, f := range filters {
		t.client("sending SUBSCRIBE (Mid: %d, Topic: %s, QoS: %d, Options: 0x%02x)", id, f.Filter, f.QoS, f.Options)
	}
}

func (t *Trace) sendingUnsubscribe(id uint16, filters []string) {
	if t == nil {
		return
	}
	for _, f := range filters {
		t.client("sending UNSUBSCRIBE (Mid: %d, Topic: %s)", id, f)
	}
}

func (t *Trace) receivedDisconnect(rc mqtt.ReasonCode) {
	if t != nil {
		t.print(fmt.Sprintf("Received DISCONNECT (%d)\n", rc))
	}
}

func (t *Trace) duplicateConnack() {
	if t != nil {
		t.client("received duplicate CONNACK")
	}
}

func (t *Trace) unknownIdentifier(p mqtt.PacketType, id uint16) {
	if t != nil {
		t.print(fmt.Sprintf("Warning: Received %v from %s for an unknown packet identifier %d.\n", p, t.id, id))
	}
}

// unreadable shows a packet of the type that the standard reserves, which the packet reader refuses, as unrecognised.
func (t *Trace) unreadable(err error) {
	var bad *mqtt.Malformed
	if errors.As(err, &bad) && bad.Packet == 0 {
		t.unrecognised(bad.Packet)
	}
}

// unrecognised shows the first byte's upper half as a number and leaves a blank line, as the reference does.
func (t *Trace) unrecognised(p mqtt.PacketType) {
	if t != nil {
		t.print(fmt.Sprintf("Error: Unrecognised command %d\n\n", int(p)<<4))
	}
}
