package session

import "github.com/culex-mqtt/culex/client/mqtt"

// Account says what became of the messages that Publish accepted.
type Account struct {
	Accepted int // how many there were
	Unknown  int // how many of them are not known to have reached the broker
	First    int // the number of the first of those, counted from 1; 0 if there is none
}

// Account returns the account of a session that has ended. A message of QoS 1 or 2 has reached the broker when it was
// acknowledged, or refused. A message of QoS 0 has when it was written to a connection that ended in order, with our
// DISCONNECT and no reset, or on which the broker has answered a later PINGREQ. First is exact where all messages have
// the same QoS.
func (s *Session) Account() Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := Account{Accepted: s.outbound.accepted}
	if f := s.window.oldest(); f != nil {
		a.add(s.window.open, f.number)
	}
	a.add(s.outbound.lost, s.outbound.first)
	if n := countPackets(s.outbound.unsent); n > 0 {
		a.add(n, s.outbound.accepted-n+1)
	}
	return a
}

func (a *Account) add(n, first int) {
	if n == 0 {
		return
	}
	if a.Unknown == 0 || first < a.First {
		a.First = first
	}
	a.Unknown += n
}

// outbound counts what a session was given to publish. What has QoS 1 or 2 is in the window besides.
type outbound struct {
	accepted int    // messages that Publish has taken
	unsent   []byte // whole QoS 0 PUBLISH packets that no connection has taken yet
	lost     int    // QoS 0 messages that connections have taken which did not end in order
	first    int    // the number of the first of these
}

// tally counts the QoS 0 messages of one connection, which nobody acknowledges.
type tally struct {
	given  int // to the connection
	proven int // of those, the ones that the broker has read, as it has answered a PINGREQ behind them
	first  int // the number of the first one that is not proven

	pinged int // given when the PINGREQ that is not answered yet was sent
	next   int // the number of the message that follows it
}

// give adds n messages, the first of them with that number.
func (t *tally) give(n, number int) {
	if t.given == t.proven {
		t.first = number
	}
	t.given += n
}

// ping notes which messages an answer to the PINGREQ that is sent now will prove.
func (t *tally) ping(next int) { t.pinged, t.next = t.given, next }

// prove notes the answer.
func (t *tally) prove() { t.proven, t.first = t.pinged, t.next }

// charge adds to the session's account what a connection leaves open at its end. Session.mu is held.
func (s *Session) charge(l *link) {
	lost := l.tally.given - l.tally.proven - countPackets(s.outbound.unsent) // these are all of this connection
	orderly := l.bye.parted && l.out.err == nil && (s.cfg.CloseNotify || !l.bye.cut)
	if lost <= 0 || orderly {
		return
	}
	if s.outbound.lost == 0 || l.tally.first < s.outbound.first {
		s.outbound.first = l.tally.first
	}
	s.outbound.lost += lost
}

// countPackets returns how many whole packets there are.
func countPackets(packets []byte) (n int) {
	for ; len(packets) > 0; n++ {
		packets = packets[mqtt.PacketSize(packets):]
	}
	return n
}
