package session

import (
	"errors"
	"io"
	"syscall"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// inbox is the receiving half of a link; only the goroutine in Run touches it.
type inbox struct {
	publish  mqtt.Publish      // the message at hand
	acks     []byte            // acknowledgements that leave at the next idle moment
	owed     int               // QoS 1 messages among them
	answered bool              // the window has moved since the last idle moment
	maximum  int               // Receive Maximum that we announced
	aliases  map[uint16][]byte // Topic Aliases of this connection
	highest  uint16            // Topic Alias Maximum that we announced

	waiting []*message // came while Events.Ready said no
	parked  int        // those of QoS 1 and 2 among them
	orphans []*message // were held when the broker lost the session: nobody will release them
}

func newInbox(c *mqtt.Connect) inbox {
	in := inbox{maximum: 65535}
	for p := range c.Properties.All() {
		switch p.ID {
		case mqtt.ReceiveMaximum:
			in.maximum = int(p.Value)
		case mqtt.TopicAliasMaximum:
			in.highest = uint16(p.Value)
		}
	}
	return in
}

// receive reads packets until the connection ends. After a DISCONNECT of ours it discards what still comes.
func (s *Session) receive(l *link) error {
	for {
		ended, err := s.step(l)
		if errors.Is(err, ErrStop) {
			s.disconnect()
			continue
		}
		if ended || err != nil {
			return err
		}
	}
}

// step reads and handles one packet. It tells whether the connection has ended as it should.
func (s *Session) step(l *link) (ended bool, err error) {
	if l.bye.left.Load() {
		_, err := io.Copy(io.Discard, l.conn) // ends with the deadline at the latest
		l.bye.cut = l.bye.cut || errors.Is(err, syscall.ECONNRESET)
		return true, nil
	}
	if m := l.in.orphan(); m != nil {
		return false, s.stopAfter(l, s.deliver(m))
	}
	if !l.reader.Buffered() {
		if err := s.idle(l); err != nil {
			return false, err
		}
	}
	f, err := l.reader.Next()
	switch {
	case l.bye.left.Load(): // meanwhile
		l.bye.cut = errors.Is(err, syscall.ECONNRESET)
		return false, nil
	case err != nil && l.life.timedOut.Load():
		return false, ErrKeepAlive
	case err != nil:
		s.cfg.Trace.unreadable(err)
		return false, readError(err, true)
	}
	return false, s.stopAfter(l, s.handle(l, f))
}

// stopAfter has the output flushed and what was handed over acknowledged before the session ends by ErrStop.
func (s *Session) stopAfter(l *link, err error) error {
	if errors.Is(err, ErrStop) {
		return errors.Join(err, s.idle(l))
	}
	return err
}

// idle has the output flushed, and only then the acknowledgements of what was in it.
func (s *Session) idle(l *link) error {
	if s.cfg.Events.Idle != nil {
		if err := s.cfg.Events.Idle(); err != nil {
			return err
		}
	}
	in := &l.in
	if len(in.acks) == 0 && !in.answered {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !l.bye.left.Load() {
		if l.out.owed += len(in.acks); l.out.owed > mostOwed {
			return &LostError{Connack: true, Err: errDeaf}
		}
		l.out.buf = append(l.out.buf, in.acks...)
		s.kick(l)
	}
	in.acks, in.owed, in.answered = in.acks[:0], 0, false
	s.changed.Broadcast()
	if s.isLeaving() && s.inbound.promised.Load() == 0 { // what was waited for has been taken
		s.part(l)
	}
	return nil
}

// handle is what the session does with each packet of the broker.
func (s *Session) handle(l *link, f mqtt.Frame) error {
	v := s.cfg.Connect.Version
	switch t := f.Type(); t {
	case mqtt.PUBLISH:
		return s.onPublish(l, f)
	case mqtt.PUBREL:
		return s.onPubrel(l, f)
	case mqtt.PUBACK, mqtt.PUBREC, mqtt.PUBCOMP:
		ack, err := mqtt.ParseAck(v, f)
		if err != nil {
			return err
		}
		return s.onAck(l, t, ack)
	case mqtt.SUBACK:
		return s.onSuback(f)
	case mqtt.UNSUBACK:
		return s.onUnsuback(f)
	case mqtt.PINGRESP:
		return s.onPingresp(l, f)
	case mqtt.DISCONNECT:
		return s.onDisconnect(f)
	default:
		return s.onUnexpected(t)
	}
}

func (s *Session) onDisconnect(f mqtt.Frame) error {
	if s.cfg.Connect.Version != mqtt.V5 {
		return s.onUnexpected(mqtt.DISCONNECT)
	}
	d, err := mqtt.ParseDisconnect(f)
	if err != nil {
		return err
	}
	s.cfg.Trace.receivedDisconnect(d.Code)
	reason, _ := d.Properties.String(mqtt.ReasonString)
	return &DisconnectedError{Code: d.Code, Reason: reason}
}

// onUnexpected refuses what a broker may not send, or not now.
func (s *Session) onUnexpected(t mqtt.PacketType) error {
	switch t {
	case mqtt.CONNACK:
		s.cfg.Trace.duplicateConnack()
		return protocolError(t, "a second one on the same connection", "MQTT 5.0 [MQTT-3.2.0-2]")
	case mqtt.AUTH:
		s.cfg.Trace.received(t)
		return protocolError(t, "no authentication method was agreed on", "MQTT 5.0 [MQTT-4.12.0-6]")
	default:
		s.cfg.Trace.unrecognised(t)
		return protocolError(t, "a broker does not send this", "MQTT 5.0, 2.1.2")
	}
}
