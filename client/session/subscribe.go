package session

import "github.com/culex-mqtt/culex/client/mqtt"

// Subscribe sends one SUBSCRIBE with all filters; the answer comes as an event (MQTT 5.0, 3.8).
func (s *Session) Subscribe(filters []mqtt.Subscription, props mqtt.Properties) error {
	return s.request(func(dst []byte, id uint16) ([]byte, error) {
		s.cfg.Trace.sendingSubscribe(id, filters)
		return mqtt.AppendSubscribe(dst, s.cfg.Connect.Version, id, filters, props)
	})
}

// Unsubscribe sends one UNSUBSCRIBE with all filters (MQTT 5.0, 3.10).
func (s *Session) Unsubscribe(filters []string, props mqtt.Properties) error {
	return s.request(func(dst []byte, id uint16) ([]byte, error) {
		s.cfg.Trace.sendingUnsubscribe(id, filters)
		return mqtt.AppendUnsubscribe(dst, s.cfg.Connect.Version, id, filters, props)
	})
}

// request queues a packet that is answered by its identifier. On a lost link nothing is sent: Connected comes again.
func (s *Session) request(encode func([]byte, uint16) ([]byte, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.link
	if l == nil {
		return nil
	}
	packet, err := encode(l.buf, s.ids.next())
	if err != nil {
		return err
	}
	l.buf = packet
	s.kick(l)
	return nil
}
