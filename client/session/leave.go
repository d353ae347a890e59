package session

import (
	"errors"
	"io"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// Disconnect ends the session: what waits is written, then DISCONNECT, and Run returns nil when the broker has closed, at
// most a second later. Without a connection there is nothing to say and Run returns at once. It may be called from
// any goroutine; only the first call counts.
func (s *Session) Disconnect(code mqtt.ReasonCode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.end.leaving || s.end.over {
		return
	}
	s.end.leaving, s.end.code = true, code
	s.changed.Broadcast()
	switch {
	case s.link == nil:
		if s.end.cancel != nil {
			s.end.cancel()
		}
	case !s.link.left.Load():
		s.link.parted = true
		s.farewell(s.link, code, s.cfg.Leave)
	}
}

// farewell writes DISCONNECT, closes our direction and leaves the reader a second to see the broker close. Closing at
// once would answer unread bytes with a reset, which can take our last packets away from the broker.
func (s *Session) farewell(l *link, code mqtt.ReasonCode, props mqtt.Properties) {
	l.left.Store(true)
	limit := s.cfg.Now().Add(lingering)
	_ = l.conn.SetDeadline(limit)
	packet, err := mqtt.AppendDisconnect(l.buf, s.cfg.Connect.Version, code, props)
	if err == nil {
		s.cfg.Trace.sending(mqtt.DISCONNECT)
		l.buf = packet
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
	if !l.left.Load() {
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
