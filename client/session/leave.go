package session

import (
	"errors"
	"io"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// Disconnect ends the session: what waits is written, then DISCONNECT, and Run returns nil when the broker has closed, at
// most a second later. Messages of QoS 2 that were received but not released are waited for, half a second at most: the
// broker has been told that they are ours. Without a connection there is nothing to say and Run returns at once.
// It may be called from any goroutine; only the first call counts.
func (s *Session) Disconnect(code mqtt.ReasonCode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.leave(code) {
		return
	}
	switch l := s.link; {
	case l == nil:
		if s.end.cancel != nil {
			s.end.cancel()
		}
	case s.inbound.promised.Load() > 0:
		l.bye.finish = time.AfterFunc(finishing, func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.part(l)
		})
	default:
		s.part(l)
	}
}

// Abort ends the session without a DISCONNECT, so that the broker publishes the will.
func (s *Session) Abort() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.leave(mqtt.Success):
	case s.link != nil:
		_ = s.link.conn.Close()
	case s.end.cancel != nil:
		s.end.cancel()
	}
}

// disconnect is Disconnect for the goroutine in Run, whose program wants no more messages.
func (s *Session) disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.leave(mqtt.Success) {
		s.part(s.link)
	}
}

// leave has the session be on its way out. It tells whether it was not before.
func (s *Session) leave(code mqtt.ReasonCode) bool {
	if s.isLeaving() || s.end.over {
		return false
	}
	s.end.code = code
	s.end.leaving.Store(true)
	s.changed.Broadcast()
	return true
}

// part says goodbye on a link, unless that was done before. Session.mu is held.
func (s *Session) part(l *link) {
	if s.link == l && !l.bye.left.Load() {
		l.bye.parted = true
		s.farewell(l, s.end.code, s.cfg.Leave)
	}
}

// farewell writes DISCONNECT, closes our direction and leaves the reader a second to see the broker close. Closing at
// once would answer unread bytes with a reset, which can take our last packets away from the broker.
func (s *Session) farewell(l *link, code mqtt.ReasonCode, props mqtt.Properties) {
	l.bye.left.Store(true)
	limit := s.cfg.Now().Add(lingering)
	_ = l.conn.SetDeadline(limit)
	packet, err := mqtt.AppendDisconnect(l.out.buf, s.cfg.Connect.Version, code, props)
	if err == nil {
		s.cfg.Trace.sending(mqtt.DISCONNECT)
		l.out.buf = packet
	}
	if s.flush(l) == nil {
		closeWrite(l.conn)
	}
	_ = l.conn.SetDeadline(limit)
}

// complain tells a broker that broke the protocol so, where the version has words for it (MQTT 5.0, 4.13).
func (s *Session) complain(l *link, err error) {
	var bad *mqtt.Malformed
	var large *mqtt.TooLarge
	var code mqtt.ReasonCode
	switch {
	case s.cfg.Connect.Version != mqtt.V5:
		return
	case errors.As(err, &bad):
		code = bad.Code
	case errors.As(err, &large):
		code = mqtt.PacketTooLarge
	default:
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !l.bye.left.Load() {
		s.farewell(l, code, nil)
		s.mu.Unlock()
		_, _ = io.Copy(io.Discard, l.conn) // ends with the deadline at the latest
		s.mu.Lock()
	}
}

// closeWrite closes our direction of the connection, where it has directions.
func closeWrite(conn any) {
	if c, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = c.CloseWrite()
	}
}
