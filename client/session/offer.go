package session

import (
	"errors"
	"iter"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// ErrAway reports that there is no connection, and that it is not known when there will be one.
var ErrAway = errors.New("session: no connection")

// absence is what is known of the time without a link.
type absence struct {
	failed  bool // the last attempt to connect, or connection, has failed
	hurried bool // nobody waits for the present attempt
}

// away tells whether waiting for a connection is waiting for luck. Session.mu is held.
func (s *Session) away() bool { return s.link == nil && (s.absence.failed || s.absence.hurried) }

// Away tells whether there is no connection, and the last attempt to make one has failed.
func (s *Session) Away() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.away()
}

// Hurry says whether Offer and DrainOffered are not to wait for the first connection either.
func (s *Session) Hurry(hurried bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.absence.hurried = hurried
	s.changed.Broadcast()
}

// Offer is Publish for a caller that can keep the message itself: the error is ErrAway where the connection is lost or
// could not be made. It returns how many messages the session has taken so far, this one included, which is its number.
func (s *Session) Offer(p *mqtt.Publish) (number int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	err = s.publish(p, false)
	return s.outbound.accepted, err
}

// DrainOffered is Drain, but for the error ErrAway where the connection is lost.
func (s *Session) DrainOffered() error {
	return s.settle(false, func() bool { return s.window.open == 0 })
}

// Settled returns a number up to which all messages of QoS 1 and 2 are acknowledged, or refused.
func (s *Session) Settled() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.window.oldest(); f != nil {
		return f.number - 1
	}
	return s.outbound.accepted
}

// Unacknowledged yields the messages of QoS 1 and 2 that are on their way, with their numbers, in order. The session
// stands still meanwhile.
func (s *Session) Unacknowledged() iter.Seq2[int, *mqtt.Publish] {
	return func(yield func(int, *mqtt.Publish) bool) {
		s.mu.Lock()
		defer s.mu.Unlock()
		for i := range s.window.length {
			f := s.window.at(i)
			if f.phase == done {
				continue
			}
			if p, ok := f.publish(s.cfg.Connect.Version); ok && !yield(f.number, &p) {
				return
			}
		}
	}
}
