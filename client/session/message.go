package session

import "github.com/culex-mqtt/culex/client/mqtt"

// onPublish delivers a message, or holds it until PUBREL if its QoS is 2 (MQTT 5.0, 4.3).
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
	if p.QoS > 0 && in.owed+len(s.held) >= in.maximum && s.held[p.PacketID] == nil {
		return &mqtt.Malformed{Packet: mqtt.PUBLISH, What: "more messages than the Receive Maximum", Section: "MQTT 5.0 [MQTT-3.3.4-9]", Code: mqtt.ReceiveMaximumExceeded}
	}
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
	if s.held[p.PacketID] != nil {
		return
	}
	if s.held == nil {
		s.held = make(map[uint16]*mqtt.Publish)
	}
	m := s.spareMessage()
	topic, payload, props := m.Topic, m.Payload, m.Properties
	*m = *p
	m.Topic = append(topic[:0], p.Topic...)
	m.Payload = append(payload[:0], p.Payload...)
	m.Properties = append(props[:0], p.Properties...)
	s.held[p.PacketID] = m
}

// spareMessage returns a message whose buffers may be used again.
func (s *Session) spareMessage() *mqtt.Publish {
	if n := len(s.spares); n > 0 {
		m := s.spares[n-1]
		s.spares = s.spares[:n-1]
		return m
	}
	return new(mqtt.Publish)
}

// onPubrel delivers the held message.
func (s *Session) onPubrel(l *link, f mqtt.Frame) error {
	ack, err := mqtt.ParseAck(s.cfg.Connect.Version, f)
	if err != nil {
		return err
	}
	s.cfg.Trace.receivedPubrel(ack)
	m, rc := s.held[ack.PacketID], mqtt.Success
	if m == nil && s.cfg.Connect.Version == mqtt.V5 {
		rc = mqtt.PacketIdentifierNotFound
	}
	s.acknowledge(&l.in, mqtt.PUBCOMP, ack.PacketID, rc)
	if m == nil {
		return nil
	}
	delete(s.held, ack.PacketID)
	err = s.deliver(m)
	if cap(m.Payload) < largeSize {
		s.spares = append(s.spares, m)
	}
	return err
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
		return badAlias("a Topic Alias above the Topic Alias Maximum", "MQTT 5.0 [MQTT-3.3.2-9]")
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
		return badAlias("a Topic Alias that was never set", "MQTT 5.0, 3.3.2.3.4")
	}
	p.Topic = topic
	return nil
}

func badAlias(what, section string) error {
	return &mqtt.Malformed{Packet: mqtt.PUBLISH, What: what, Section: section, Code: mqtt.TopicAliasInvalid}
}
