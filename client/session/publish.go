package session

import (
	"errors"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// ErrClosed reports a call on a session that has ended cleanly.
var ErrClosed = errors.New("session: closed")

// errAgain asks Publish to try the next link.
var errAgain = errors.New("session: again")

// Publish queues one message and returns its Packet Identifier, which QoS 0 messages use up as well although they do
// not carry it. It waits for a connection and, for QoS 1 and 2, for room in the window; p.Topic and a small p.Payload may be
// used again at once, a payload of 64 KiB or more must stay as it is until it is acknowledged. Call Flush, Wait or
// Drain to have it leave. The error is ErrQoS or ErrPacketSize for what the broker does not take, or that of the
// session's end.
func (s *Session) Publish(p *mqtt.Publish) (uint16, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.publish(p, true)
	return p.PacketID, err
}

// publish waits for the next connection only if patient.
func (s *Session) publish(p *mqtt.Publish, patient bool) error {
	for {
		l, err := s.room(p.QoS, patient)
		if err != nil {
			return err
		}
		if err := s.admit(p); err != nil {
			return err
		}
		if err = s.append(l, p); err != errAgain {
			return err
		}
		s.awaitNext(l)
	}
}

// awaitNext waits until the broken link was taken down.
func (s *Session) awaitNext(l *link) {
	for s.link == l && !s.end.over {
		s.changed.Wait()
	}
}

// room waits for a link and, for QoS 1 and 2, for a place in the window.
func (s *Session) room(qos byte, patient bool) (*link, error) {
	for {
		switch l := s.link; {
		case s.end.over || s.isLeaving():
			return nil, s.endError()
		case !patient && s.away():
			return nil, ErrAway
		case l == nil || l.out.err != nil || l.bye.left.Load():
		case qos > 0 && s.window.open >= s.limits.inflight:
			if len(l.out.buf) > 0 && !l.out.writing { // what fills the window must be on its way
				_ = s.flush(l)
				continue
			}
		default:
			return l, nil
		}
		s.changed.Wait()
	}
}

func (s *Session) endError() error {
	if s.end.err != nil {
		return s.end.err
	}
	return ErrClosed
}

// admit applies what the broker announced in CONNACK (MQTT 5.0, 3.2.2.3).
func (s *Session) admit(p *mqtt.Publish) error {
	if p.QoS > s.limits.qos {
		return ErrQoS
	}
	if !s.limits.retain {
		p.Retain = false
	}
	return nil
}

// append encodes p behind what waits already and, for QoS 1 and 2, into the window. A link that breaks meanwhile is no
// error, as the message is kept for the next one, except that errAgain reports a large QoS 0 message, which is not.
func (s *Session) append(l *link, p *mqtt.Publish) error {
	p.PacketID = s.ids.next()
	large := len(p.Payload) >= largeSize
	start := len(l.out.buf)
	grown, err := s.encode(l.out.buf, p, large)
	if err != nil {
		return err
	}
	packet := grown[start:]
	if s.limits.packet > 0 && mqtt.PacketSize(packet) > s.limits.packet {
		return ErrPacketSize
	}
	s.cfg.Trace.sendingPublish(p)
	if p.QoS == 0 && large {
		return s.appendApart(l, p, packet)
	}
	s.outbound.accepted++
	if p.QoS == 0 {
		l.tally.give(1, s.outbound.accepted)
	} else {
		s.track(p, packet, large)
	}
	if large {
		_ = s.writeApart(l, append([]byte(nil), packet...), p.Payload)
		return nil
	}
	l.out.buf = grown
	if len(l.out.buf) >= flushSize {
		_ = s.flush(l)
	}
	return nil
}

// appendApart writes a large QoS 0 message, of which no copy is kept.
func (s *Session) appendApart(l *link, p *mqtt.Publish, head []byte) error {
	if s.writeApart(l, append([]byte(nil), head...), p.Payload) != nil {
		return errAgain
	}
	s.outbound.accepted++
	l.tally.give(1, s.outbound.accepted)
	return nil
}

func (s *Session) encode(dst []byte, p *mqtt.Publish, large bool) ([]byte, error) {
	if large {
		return mqtt.AppendPublishHeader(dst, s.cfg.Connect.Version, p)
	}
	return mqtt.AppendPublish(dst, s.cfg.Connect.Version, p)
}

// track puts a message into the window.
func (s *Session) track(p *mqtt.Publish, packet []byte, large bool) {
	expect := awaitPuback
	if p.QoS == 2 {
		expect = awaitPubrec
	}
	f := s.window.push(p.PacketID, expect, s.outbound.accepted)
	f.packet = append(f.packet, packet...)
	if large {
		f.payload = p.Payload
	}
	s.ids.keep(p.PacketID)
}

// Flush has everything that was published written to the connection, if there is one.
func (s *Session) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link != nil {
		_ = s.flush(s.link) // Run sees the broken link and reports it
	}
}

// Connected returns when the broker has accepted a connection.
func (s *Session) Connected() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.room(0, true)
	return err
}

// Wait returns when the message with that identifier is acknowledged, or handed to the kernel if its QoS is 0.
func (s *Session) Wait(id uint16) error {
	return s.settle(true, func() bool { return !s.ids.taken(id) })
}

// Drain returns when every message is acknowledged, or handed to the kernel if its QoS is 0.
func (s *Session) Drain() error {
	return s.settle(true, func() bool { return s.window.open == 0 })
}

func (s *Session) settle(patient bool, settled func() bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch l := s.link; {
		case l == nil:
			if len(s.outbound.unsent) == 0 && settled() {
				return nil
			}
		case l.out.err == nil && !l.bye.left.Load():
			if s.flush(l) == nil && settled() {
				return nil
			}
		}
		if s.end.over || s.isLeaving() {
			return s.endError()
		}
		if !patient && s.away() {
			return ErrAway
		}
		s.changed.Wait()
	}
}
