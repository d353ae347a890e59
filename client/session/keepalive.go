package session

import (
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// keepAlive starts the link's timer, which runs only when a PINGREQ or its answer may be due. Session.mu is held.
func (s *Session) keepAlive(l *link) {
	if d := s.limits.keepAlive; d > 0 {
		l.life.ping = time.AfterFunc(d, func() { s.tick(l, int64(d)) })
	}
}

// tick sends PINGREQ when nothing was sent, or nothing was received, for the interval d in nanoseconds, and gives the
// connection up when no PINGRESP follows within another (MQTT 5.0, 3.1.2.10).
func (s *Session) tick(l *link, d int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.link != l || l.bye.left.Load() {
		return
	}
	now := l.elapsed()
	if !l.life.reading.Load() { // our own side is slow, say a full pipe on stdout: that is not the broker's silence
		l.life.received.Store(now)
		if l.life.pinged.Load() != 0 {
			l.life.pinged.Store(now)
		}
	}
	var next int64
	switch pinged := l.life.pinged.Load(); {
	case pinged != 0 && now-pinged >= d:
		l.life.timedOut.Store(true)
		_ = l.conn.Close()
		return
	case pinged != 0:
		next = pinged + d - now
	default:
		next = min(l.life.sent.Load(), l.life.received.Load()) + d - now
		if next <= 0 {
			s.cfg.Trace.sending(mqtt.PINGREQ)
			l.out.buf = mqtt.AppendPingreq(l.out.buf)
			l.life.pinged.Store(now)
			l.tally.ping(s.outbound.accepted + 1)
			s.kick(l)
			next = d
		}
	}
	l.life.ping.Reset(time.Duration(next))
}

// onPingresp notes that the broker is there. What it was sent before the PINGREQ it has read.
func (s *Session) onPingresp(l *link, f mqtt.Frame) error {
	s.cfg.Trace.received(mqtt.PINGRESP)
	if err := mqtt.ParsePingresp(f); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.life.pinged.Swap(0) != 0 {
		l.tally.prove()
	}
	return nil
}
