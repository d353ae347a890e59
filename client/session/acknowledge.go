package session

import "github.com/culex-mqtt/culex/client/mqtt"

// onAck moves a message of ours one step on: PUBACK ends QoS 1; PUBREC, then PUBCOMP end QoS 2 (MQTT 5.0, 4.3).
func (s *Session) onAck(l *link, t mqtt.PacketType, ack mqtt.Ack) error {
	s.cfg.Trace.receivedAck(t, ack)
	failed := ack.Code.Failed()
	known, err := s.advance(l, t, ack.PacketID, failed)
	if err != nil {
		return err
	}
	l.in.answered = true
	switch {
	case t == mqtt.PUBREC && !known:
		s.cfg.Trace.unknownIdentifier(t, ack.PacketID)
	case known && failed && t != mqtt.PUBCOMP && s.cfg.Events.Refused != nil:
		s.cfg.Events.Refused(t, ack)
	}
	if t == mqtt.PUBREC && !(known && failed) {
		s.release(l, ack.PacketID, known)
	}
	return nil
}

// advance tells whether the acknowledgement answers a message in flight. One that answers nothing is no reason to give the
// connection up: after a reconnect a broker may answer what an earlier connection sent. One of the wrong kind is: its
// message would wait for ever.
func (s *Session) advance(l *link, t mqtt.PacketType, id uint16, failed bool) (known bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ids.taken(id) {
		return false, nil
	}
	f := s.window.find(id)
	switch {
	case f == nil: // the identifier of a SUBSCRIBE or UNSUBSCRIBE
		return false, nil
	case t == mqtt.PUBREC && (f.phase == awaitPubrec || f.phase == awaitPubcomp) && !failed:
		f.phase = awaitPubcomp
	case t == mqtt.PUBACK && f.phase == awaitPuback,
		t == mqtt.PUBREC && f.phase == awaitPubrec,
		t == mqtt.PUBCOMP && f.phase == awaitPubcomp:
		s.window.finish(f)
		s.ids.free(id)
		s.resume(l)
	default:
		return false, protocolError(t, "it does not answer what was sent with its Packet Identifier", "MQTT 5.0, 4.3")
	}
	return true, nil
}

// release answers PUBREC with PUBREL.
func (s *Session) release(l *link, id uint16, known bool) {
	rc := mqtt.Success
	if !known && s.cfg.Connect.Version == mqtt.V5 {
		rc = mqtt.PacketIdentifierNotFound
	}
	s.acknowledge(&l.in, mqtt.PUBREL, id, rc)
}
