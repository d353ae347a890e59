package session

import (
	"maps"
	"slices"
	"sync/atomic"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// inbound is what a session has received and not handed over. Only the goroutine in Run touches all but the atomic.
type inbound struct {
	held     map[uint16]*message // of QoS 2, not released
	promised atomic.Int32        // how many these are
	count    int                 // of all that were ever held
	spares   []*message          // whose buffers serve again
}

// message is a copy of a received message.
type message struct {
	mqtt.Publish
	number int // when it was held, compared with others
}

// mostSpares bounds the buffers that are kept for later messages.
const mostSpares = 64

// onPublish takes a message on, or has it wait until the program is ready for it.
func (s *Session) onPublish(l *link, f mqtt.Frame) error {
	in := &l.in
	p := &in.publish
	if err := mqtt.ParsePublish(s.cfg.Connect.Version, f, p); err != nil {
		return err
	}
	if err := in.resolveAlias(p); err != nil {
		return err
	}
	s.cfg.Trace.receivedPublish(p)
	again := p.QoS == 2 && s.inbound.held[p.PacketID] != nil
	if p.QoS > 0 && !again && in.owed+in.parked+len(s.inbound.held) >= in.maximum {
		return &mqtt.Malformed{Packet: mqtt.PUBLISH, What: "more messages than the Receive Maximum", Section: "MQTT 5.0 [MQTT-3.3.4-9]", Code: mqtt.ReceiveMaximumExceeded}
	}
	if !again && (len(in.waiting) > 0 || !s.ready()) {
		s.park(in, p)
		return nil
	}
	return s.take(in, p)
}

// take delivers a message, or holds it until PUBREL if its QoS is 2 (MQTT 5.0, 4.3).
func (s *Session) take(in *inbox, p *mqtt.Publish) error {
	switch p.QoS {
	case 1:
		in.owed++
		s.acknowledge(in, mqtt.PUBACK, p.PacketID, mqtt.Success)
		return s.deliver(p)
	case 2:
		s.hold(p)
		s.acknowledge(in, mqtt.PUBREC, p.PacketID, mqtt.Success)
		return nil
	default:
		return s.deliver(p)
	}
}

func (s *Session) ready() bool {
	return !s.isLeaving() && (s.cfg.Events.Ready == nil || s.cfg.Events.Ready(len(s.inbound.held)))
}

// park has a message wait. One of QoS 0 is dropped where as many wait as the broker may send of the others.
func (s *Session) park(in *inbox, p *mqtt.Publish) {
	same := func(m *message) bool { return m.QoS == p.QoS && m.PacketID == p.PacketID }
	switch {
	case p.QoS == 0 && len(in.waiting) >= in.maximum:
		return
	case p.Dup && slices.ContainsFunc(in.waiting, same):
		return
	case p.QoS > 0:
		in.parked++
	}
	in.waiting = append(in.waiting, s.inbound.copy(p))
}

// unpark takes on what waits, as far as the program is ready.
func (s *Session) unpark(in *inbox) error {
	for len(in.waiting) > 0 && s.ready() {
		m := in.waiting[0]
		in.waiting = in.waiting[1:]
		if m.QoS > 0 {
			in.parked--
		}
		err := s.take(in, &m.Publish)
		s.inbound.reuse(m)
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Session) acknowledge(in *inbox, t mqtt.PacketType, id uint16, rc mqtt.ReasonCode) {
	s.cfg.Trace.sendingAck(t, id, rc)
	in.acks = mqtt.AppendAck(in.acks, s.cfg.Connect.Version, t, id, rc)
}

func (s *Session) deliver(p *mqtt.Publish) error {
	if s.cfg.Events.Message == nil {
		return nil
	}
	return s.cfg.Events.Message(p)
}

// hold keeps a copy of a QoS 2 message. The same identifier again is the same message again.
func (s *Session) hold(p *mqtt.Publish) {
	i := &s.inbound
	if i.held[p.PacketID] != nil {
		return
	}
	if i.held == nil {
		i.held = make(map[uint16]*message)
	}
	m := i.copy(p)
	i.count++
	m.number = i.count
	i.held[p.PacketID] = m
	i.promised.Store(int32(len(i.held)))
}

// copy returns a copy of p, in buffers that were used before if there are any.
func (i *inbound) copy(p *mqtt.Publish) *message {
	m := new(message)
	if n := len(i.spares); n > 0 {
		m, i.spares = i.spares[n-1], i.spares[:n-1]
	}
	topic, payload, props := m.Topic, m.Payload, m.Properties
	m.Publish = *p
	m.Topic = append(topic[:0], p.Topic...)
	m.Payload = append(payload[:0], p.Payload...)
	m.Properties = append(props[:0], p.Properties...)
	return m
}

// reuse gives the buffers of a copy back.
func (i *inbound) reuse(m *message) {
	if len(i.spares) < mostSpares && cap(m.Payload)+cap(m.Properties) < largeSize {
		i.spares = append(i.spares, m)
	}
}

// onPubrel delivers the held message.
func (s *Session) onPubrel(l *link, f mqtt.Frame) error {
	ack, err := mqtt.ParseAck(s.cfg.Connect.Version, f)
	if err != nil {
		return err
	}
	s.cfg.Trace.receivedPubrel(ack)
	i := &s.inbound
	m, rc := i.held[ack.PacketID], mqtt.Success
	if m == nil && s.cfg.Connect.Version == mqtt.V5 {
		rc = mqtt.PacketIdentifierNotFound
	}
	s.acknowledge(&l.in, mqtt.PUBCOMP, ack.PacketID, rc)
	if m == nil {
		return nil
	}
	delete(i.held, ack.PacketID)
	i.promised.Store(int32(len(i.held)))
	err = s.deliver(&m.Publish)
	i.reuse(m)
	if err != nil {
		return err
	}
	return s.unpark(&l.in)
}

// disown takes the held messages out of a session that the broker has lost. It was told that they are ours (PUBREC) and
// will not send them again: they are to be delivered, in order, although nobody releases them.
func (i *inbound) disown() []*message {
	orphans := slices.SortedFunc(maps.Values(i.held), func(a, b *message) int { return a.number - b.number })
	clear(i.held)
	i.promised.Store(0)
	return orphans
}

// orphan returns the next message of a session that the broker has lost, or nil.
func (in *inbox) orphan() *mqtt.Publish {
	if len(in.orphans) == 0 {
		return nil
	}
	m := in.orphans[0]
	in.orphans = in.orphans[1:]
	return &m.Publish
}

// resolveAlias gives a message its topic by the alias and remembers new aliases (MQTT 5.0, 3.3.2.3.4).
func (in *inbox) resolveAlias(p *mqtt.Publish) error {
	if len(p.Properties) == 0 {
		return nil
	}
	value, ok := p.Properties.Uint(mqtt.TopicAlias)
	if !ok {
		return nil
	}
	alias := uint16(value)
	if alias > in.highest {
		return &mqtt.Malformed{Packet: mqtt.PUBLISH, What: "a Topic Alias above the Topic Alias Maximum", Section: "MQTT 5.0 [MQTT-3.3.2-9]", Code: mqtt.TopicAliasInvalid}
	}
	if len(p.Topic) > 0 {
		if in.aliases == nil {
			in.aliases = make(map[uint16][]byte)
		}
		in.aliases[alias] = append(in.aliases[alias][:0], p.Topic...)
		return nil
	}
	topic, ok := in.aliases[alias]
	if !ok {
		return protocolError(mqtt.PUBLISH, "a Topic Alias that was never set", "MQTT 5.0, 3.3.2.3.4")
	}
	p.Topic = topic
	return nil
}
