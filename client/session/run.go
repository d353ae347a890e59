package session

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"os"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

const (
	firstPause = time.Second
	lastPause  = 30 * time.Second
)

// Dial makes a network connection to the broker; it gives up when the context ends.
type Dial func(context.Context) (net.Conn, error)

// Retry decides after the end of a connection, or a failed attempt to make one, whether Run dials again. Connected
// tells whether any connection of this session was ever accepted. Nil means never.
type Retry func(err error, connected bool) bool

// Run connects and serves the session until Disconnect was called and the broker has closed, which gives nil, or until
// a connection ends and retry does not want another. Before the second attempt it pauses as long as the configuration says,
// doubling to 30 s, ±20 %.
// It may be called once.
func (s *Session) Run(ctx context.Context, dial Dial, retry Retry) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.mu.Lock()
	s.end.cancel = cancel
	leaving := s.isLeaving()
	s.mu.Unlock()
	var err error
	if !leaving {
		err = s.runAll(ctx, dial, retry)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end.over, s.end.err = true, err
	s.changed.Broadcast()
	return err
}

func (s *Session) runAll(ctx context.Context, dial Dial, retry Retry) error {
	pause, connected := s.cfg.Pause, false
	for {
		accepted, err := s.runOne(ctx, dial)
		if accepted {
			pause, connected = s.cfg.Pause, true
		}
		if err == nil || s.isLeaving() {
			return nil
		}
		if ctx.Err() != nil || retry == nil || !retry(err, connected) {
			return err
		}
		wait := spread(pause)
		if s.cfg.Events.Lost != nil {
			s.cfg.Events.Lost(err, wait)
		}
		if !sleep(ctx, wait) {
			return nilIfLeaving(s, ctx.Err())
		}
		pause = min(2*pause, lastPause)
	}
}

// runOne makes one connection and serves it to its end. It tells whether the broker accepted it.
func (s *Session) runOne(ctx context.Context, dial Dial) (accepted bool, err error) {
	begin := s.cfg.Now()
	conn, err := s.dial(ctx, dial)
	if err != nil {
		s.miss()
		return false, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	l := newLink(conn, &s.cfg)
	ack, err := s.open(l, begin)
	if err == nil {
		accepted = true
		stop() // from here on a DISCONNECT goes first
		err = s.serve(l, ack)
	}
	s.complain(l, err)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.absence.failed = true
	s.drop(l)
	return accepted, err
}

// miss notes an attempt that made no connection.
func (s *Session) miss() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.absence.failed = true
	s.changed.Broadcast()
}

func (s *Session) dial(ctx context.Context, dial Dial) (net.Conn, error) {
	if t := s.cfg.ConnectTimeout; t > 0 {
		var cancel func()
		ctx, cancel = context.WithTimeout(ctx, t)
		defer cancel()
	}
	return dial(ctx)
}

// open sends CONNECT and waits for CONNACK.
func (s *Session) open(l *link, begin time.Time) (*mqtt.Connack, error) {
	packet, err := mqtt.AppendConnect(nil, &s.cfg.Connect)
	if err != nil {
		return nil, err
	}
	if limit := s.connackLimit(begin); !limit.IsZero() {
		_ = l.conn.SetDeadline(limit)
	}
	s.cfg.Trace.sending(mqtt.CONNECT)
	_, failed := l.write(packet)
	if failed != nil { // a broker that refused us in TLS has said why before it closed
		_ = l.conn.SetDeadline(s.cfg.Now().Add(lingering))
	}
	f, err := l.reader.Next()
	switch {
	case failed != nil && (err == nil || errors.Is(err, os.ErrDeadlineExceeded)):
		return nil, &LostError{Err: failed}
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, ErrKeepAlive
	case err != nil:
		return nil, readError(err, false)
	}
	_ = l.conn.SetDeadline(time.Time{})
	return s.accept(f)
}

// connackLimit is when the wait for CONNACK ends: with the time for the whole attempt, which began at begin, or after
// the keep alive interval, whichever is first.
func (s *Session) connackLimit(begin time.Time) (limit time.Time) {
	if t := s.cfg.ConnectTimeout; t > 0 {
		limit = begin.Add(t)
	}
	if k := s.cfg.Connect.KeepAlive; k > 0 {
		if by := s.cfg.Now().Add(time.Duration(k) * time.Second); limit.IsZero() || by.Before(limit) {
			limit = by
		}
	}
	return limit
}

// accept judges the first packet of the broker (MQTT 5.0, 3.2).
func (s *Session) accept(f mqtt.Frame) (*mqtt.Connack, error) {
	c := &s.cfg.Connect
	if f.Type() != mqtt.CONNACK {
		return nil, protocolError(f.Type(), "it came before CONNACK", "MQTT 5.0 [MQTT-3.2.0-1]")
	}
	ack, err := mqtt.ParseConnack(c.Version, f)
	if err != nil {
		return nil, err
	}
	s.cfg.Trace.receivedConnack(c.Version, ack)
	if ack.Code != mqtt.Success {
		ack.Properties = append(mqtt.Properties(nil), ack.Properties...)
		return nil, &RefusedError{Version: c.Version, Connack: ack}
	}
	if ack.SessionPresent && c.CleanStart {
		return nil, protocolError(mqtt.CONNACK, "Session Present although a clean session was asked for", "MQTT 5.0 [MQTT-3.2.2-2]")
	}
	return &ack, nil
}

// serve makes an accepted connection the session's link and reads from it until it ends.
func (s *Session) serve(l *link, ack *mqtt.Connack) error {
	err := s.attach(l, ack)
	if err == nil && s.cfg.Events.Connected != nil {
		err = s.cfg.Events.Connected(*ack)
	}
	if err == nil {
		err = s.receive(l)
	}
	return err
}

// attach sends again what is in flight, then the QoS 0 messages that no earlier connection took, and lets publishers in.
func (s *Session) attach(l *link, ack *mqtt.Connack) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.adopt(ack); err != nil {
		return err
	}
	c := &s.cfg.Connect
	kept := ack.SessionPresent || c.Version == mqtt.V31 && !c.CleanStart // 3.1 cannot tell
	if !kept {
		l.in.orphans = s.inbound.disown()
	}
	s.window.rewind(kept)
	if err := s.readmit(); err != nil {
		l.bye.parted = true
		s.farewell(l, mqtt.Success, s.cfg.Leave)
		return err
	}
	s.resume(l)
	if n := countPackets(s.outbound.unsent); n > 0 {
		l.tally.give(n, s.outbound.accepted-n+1)
		l.out.buf = append(l.out.buf, s.outbound.unsent...)
		s.outbound.unsent = s.outbound.unsent[:0]
	}
	s.link = l
	s.absence.failed = false
	s.keepAlive(l)
	s.kick(l)
	s.changed.Broadcast()
	if s.isLeaving() { // it was called between CONNACK and here
		s.part(l)
	}
	return nil
}

// readmit holds what is to be sent again against the limits of this connection, which an earlier one may not have had.
func (s *Session) readmit() error {
	for i := range s.window.length {
		f := s.window.at(i)
		switch {
		case f.phase == done || f.phase == awaitPubcomp:
		case f.qos() > s.limits.qos:
			return ErrQoS
		case s.limits.packet > 0 && mqtt.PacketSize(f.packet) > s.limits.packet:
			return ErrPacketSize
		case !s.limits.retain:
			f.packet[0] &^= retainFlag
		}
	}
	return nil
}

// resume sends again, in order, what waits for that, as far as the broker's Receive Maximum allows (MQTT 5.0, 4.9).
// Session.mu is held.
func (s *Session) resume(l *link) {
	w := &s.window
	for i := 0; i < w.length && w.waiting > 0 && w.open-w.waiting < s.limits.inflight; i++ {
		f := w.at(i)
		if !f.waiting {
			continue
		}
		f.waiting = false
		w.waiting--
		l.out.buf = f.appendAgain(l.out.buf, s.cfg.Connect.Version)
		s.cfg.Trace.sendingAgain(f, s.cfg.Connect.Version)
	}
}

func (s *Session) isLeaving() bool { return s.end.leaving.Load() }

func nilIfLeaving(s *Session, err error) error {
	if s.isLeaving() {
		return nil
	}
	return err
}

// readError says what the end of the incoming packets means.
func readError(err error, connack bool) error {
	var bad *mqtt.Malformed
	var large *mqtt.TooLarge
	if errors.As(err, &bad) || errors.As(err, &large) {
		return err
	}
	return &LostError{Connack: connack, Err: err}
}

// spread changes a pause by up to a fifth, so that a fleet does not come back in one instant.
func spread(d time.Duration) time.Duration {
	return d*4/5 + rand.N(d*2/5)
}

// sleep tells whether the pause went by before the context ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
