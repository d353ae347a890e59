package session

import (
	"fmt"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// request is a SUBSCRIBE or UNSUBSCRIBE that the broker has not answered on this connection.
type request struct {
	answer  mqtt.PacketType
	filters int
}

// Subscribe sends one SUBSCRIBE with all filters; the answer comes as an event (MQTT 5.0, 3.8).
func (s *Session) Subscribe(filters []mqtt.Subscription, props mqtt.Properties) error {
	return s.request(request{mqtt.SUBACK, len(filters)}, func(dst []byte, id uint16) ([]byte, error) {
		s.cfg.Trace.sendingSubscribe(id, filters)
		return mqtt.AppendSubscribe(dst, s.cfg.Connect.Version, id, filters, props)
	})
}

// Unsubscribe sends one UNSUBSCRIBE with all filters (MQTT 5.0, 3.10).
func (s *Session) Unsubscribe(filters []string, props mqtt.Properties) error {
	return s.request(request{mqtt.UNSUBACK, len(filters)}, func(dst []byte, id uint16) ([]byte, error) {
		s.cfg.Trace.sendingUnsubscribe(id, filters)
		return mqtt.AppendUnsubscribe(dst, s.cfg.Connect.Version, id, filters, props)
	})
}

// request queues a packet that is answered by its identifier. On a lost link nothing is sent: Connected comes again.
func (s *Session) request(r request, encode func([]byte, uint16) ([]byte, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.link
	if l == nil {
		return nil
	}
	id := s.ids.next()
	packet, err := encode(l.out.buf, id)
	if err != nil {
		return err
	}
	if s.requests == nil {
		s.requests = make(map[uint16]request)
	}
	s.requests[id] = r
	s.ids.keep(id)
	l.out.buf = packet
	s.kick(l)
	return nil
}

// onSuback hands over the answer to a SUBSCRIBE (MQTT 5.0, 3.9).
func (s *Session) onSuback(f mqtt.Frame) error {
	ack, err := mqtt.ParseSuback(s.cfg.Connect.Version, f)
	if err != nil {
		return err
	}
	s.cfg.Trace.received(mqtt.SUBACK)
	if err := s.answered(mqtt.SUBACK, ack.PacketID, len(ack.Codes)); err != nil || s.cfg.Events.Subscribed == nil {
		return err
	}
	return s.cfg.Events.Subscribed(ack)
}

// onUnsuback hands over the answer to an UNSUBSCRIBE (MQTT 5.0, 3.11).
func (s *Session) onUnsuback(f mqtt.Frame) error {
	ack, err := mqtt.ParseUnsuback(s.cfg.Connect.Version, f)
	if err != nil {
		return err
	}
	s.cfg.Trace.received(mqtt.UNSUBACK)
	if err := s.answered(mqtt.UNSUBACK, ack.PacketID, len(ack.Codes)); err != nil || s.cfg.Events.Unsubscribed == nil {
		return err
	}
	return s.cfg.Events.Unsubscribed(ack)
}

const mismatch = "the count of reason codes is %d, that of topic filters %d"

// answered holds an answer against the request with its identifier.
func (s *Session) answered(t mqtt.PacketType, id uint16, codes int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[id]
	switch {
	case !ok || r.answer != t:
		return protocolError(t, fmt.Sprintf("no request has the Packet Identifier %d", id), "MQTT 5.0, 2.2.1")
	case codes != r.filters && t == mqtt.SUBACK:
		return protocolError(t, fmt.Sprintf(mismatch, codes, r.filters), "MQTT 5.0 [MQTT-3.8.4-6]")
	case codes != r.filters && s.cfg.Connect.Version == mqtt.V5: // before 5.0 there are no codes
		return protocolError(t, fmt.Sprintf(mismatch, codes, r.filters), "MQTT 5.0, 3.11.3")
	}
	delete(s.requests, id)
	s.ids.free(id)
	return nil
}
