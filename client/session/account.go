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
	a := Account{Accepted: s.accepted}
	if f := s.window.oldest(); f != nil {
		a.add(s.window.open, f.number)
	}
	a.add(s.silent.lost, s.silent.first)
	if n := countPackets(s.unsent); n > 0 {
		a.add(n, s.accepted-n+1)
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

// silent are the QoS 0 messages that were written to connections which did not end in order.
type silent struct{ lost, first int }

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
	lost := l.tally.given - l.tally.proven - countPackets(s.unsent) // these are all of this connection
	orderly := l.parted && l.err == nil && (s.cfg.CloseNotify || !l.cut)
	if lost <= 0 || orderly {
		return
	}
	if s.silent.lost == 0 || l.tally.first < s.silent.first {
		s.silent.first = l.tally.first
	}
	s.silent.lost += lost
}

// countPackets returns how many whole packets there are.
func countPackets(packets []byte) (n int) {
	for ; len(packets) > 0; n++ {
		packets = packets[mqtt.PacketSize(packets):]
	}
	return n
}
