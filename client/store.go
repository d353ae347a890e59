package client

import (
	"errors"
	"io"
	"sync"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/session"
	"github.com/culex-mqtt/culex/client/spool"
)

const (
	holderWait = 5 * time.Second // for another process that delivers
	storeTick  = time.Second     // between two looks for what others have stored, and two syncs
	// storeGrace is how long messages wait for the first connection before they go to the disk.
	storeGrace = 2 * time.Second
)

// store is what --spool adds to a run of pub. Messages go to the session while there is a connection and nothing waits on
// disk; else to the disk, from where they follow in order. What the session has not got acknowledged when a connection
// ends is put on disk, too, and stays there until it is: the process may not live to send it again.
type store struct {
	p        *publisher
	spool    *spool.Spool
	delivery *spool.Delivery // nil while another process delivers
	broker   string
	wake     chan struct{} // there is a connection

	mu    sync.Mutex // guards what follows, and the order of messages
	given []onDisk   // what the session was given, in the order of the spool
	ours  []onDisk   // the same, of what was given before it was stored; not read again yet
	count storeCount
	first spool.Position // of what this run has stored
	end   spool.Position // everything before it is acknowledged
	state storeState
}

// storeState is what a store has to remember besides.
type storeState struct {
	exposed      bool  // the session has messages that are not on disk
	unsynced     bool  // something was stored since the last sync
	over         bool  // nothing is taken any more
	drained      bool  // all that was on disk was read
	refused      error // why the first message that was not stored was not
	firstRefused int   // its line
	broken       error // why what waits cannot be delivered
}

// onDisk is a message that is in the session and on disk.
type onDisk struct {
	number int // the session's
	begin  spool.Position
	end    spool.Position
}

// storeCount counts messages of this run.
type storeCount struct {
	taken     int // given to the session or stored
	stored    int
	delivered int // of the stored ones
}

// waiting is how many messages of this run are on disk.
func (c *storeCount) waiting() int { return max(0, c.stored-c.delivered) } // others may store beside it

// take hands over one message, in its turn.
func (q *store) take(m *mqtt.Publish) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.state.over {
		return session.ErrClosed
	}
	sent, err := q.send(m)
	if err == nil && !sent {
		err = q.keep(m)
	}
	if err == nil {
		q.count.taken++
	}
	return err
}

// send tells whether the session has taken the message, behind all that waits on disk.
func (q *store) send(m *mqtt.Publish) (bool, error) {
	drained, err := q.pump()
	if !drained || err != nil {
		return false, err
	}
	_, err = q.p.session.Offer(m)
	sent, err := q.judge(err)
	q.state.exposed = q.state.exposed || sent
	return sent, err
}

// judge tells what an offer came to: the session has the message, or cannot have it now, or nobody will ever.
func (q *store) judge(err error) (bool, error) {
	var bad *mqtt.Unencodable
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, session.ErrQoS), errors.Is(err, session.ErrPacketSize), errors.As(err, &bad):
		return false, err
	}
	q.secure()
	return false, nil
}

// pump gives the session what waits on disk, and tells whether that was all.
func (q *store) pump() (drained bool, err error) {
	if q.p.session.Away() {
		q.secure()
		return false, nil
	}
	for q.delivery != nil {
		m, at, err := q.delivery.Next()
		if q.state.drained = err == io.EOF; q.state.drained {
			return true, q.settle()
		}
		if err != nil {
			return false, &storeError{err}
		}
		if len(q.ours) > 0 && q.ours[0].begin == at {
			q.note(q.ours[0].number, at)
			q.ours = q.ours[1:]
			continue
		}
		if err := q.fits(m); err != nil {
			q.delivery.Unread()
			return false, err
		}
		if sent, err := q.forward(m, at); !sent || err != nil {
			return false, err
		}
	}
	return true, nil
}

// forward gives the session a message from the disk. One that the broker does not take is kept aside for good.
func (q *store) forward(m *spool.Message, at spool.Position) (bool, error) {
	number, err := q.p.session.Offer(&m.Publish)
	sent, refused := q.judge(err)
	switch {
	case refused != nil:
		path, err := q.delivery.Reject()
		if err != nil {
			return false, &storeError{err}
		}
		q.p.tell("spool: " + refused.Error() + ": the message for " + printable(string(m.Topic)) + " is kept in " + path)
		number = 0
	case !sent:
		q.delivery.Unread()
		return false, nil
	}
	q.note(number, at)
	if len(q.given)%64 == 0 {
		return true, q.settle()
	}
	return true, nil
}

// note remembers that the session has the message that was read last.
func (q *store) note(number int, begin spool.Position) {
	q.given = append(q.given, onDisk{number, begin, q.delivery.Position()})
}

// settle lets go of what the broker has acknowledged.
func (q *store) settle() error {
	if q.delivery == nil {
		return nil
	}
	done, n := q.p.session.Settled(), 0
	for n < len(q.given) && q.given[n].number <= done {
		if q.count.stored > 0 && !q.given[n].begin.Before(q.first) {
			q.count.delivered++
		}
		n++
	}
	if n > 0 {
		q.end = q.given[n-1].end
		q.given = q.given[n:]
	}
	if q.state.drained && len(q.given) == 0 {
		q.end = q.delivery.Position() // what was passed over behind them, too
	}
	if err := q.delivery.Done(q.end); err != nil {
		return &storeError{err}
	}
	return nil
}

// keep puts a message on disk.
func (q *store) keep(m *mqtt.Publish) error {
	_, err := q.add(m)
	return err
}

func (q *store) add(m *mqtt.Publish) (spool.Position, error) {
	at, err := q.spool.Add(&spool.Message{Broker: q.broker, Publish: *m})
	if err != nil {
		return at, &storeError{err}
	}
	if q.count.stored++; q.count.stored == 1 {
		q.first = at
	}
	q.state.unsynced = true
	return at, nil
}

// secure puts on disk what the session has and the broker has not acknowledged, as far as it is not there yet. What
// does not fit stays in the session; it returns how many messages that are. While another process delivers it has to wait for
// the end of the session: that process would send them, too.
func (q *store) secure() (unsafe int) {
	if !q.state.exposed || q.delivery == nil && !q.state.over {
		return 0
	}
	known := make(map[int]bool, len(q.given)+len(q.ours))
	for _, list := range [][]onDisk{q.given, q.ours} {
		for _, m := range list {
			known[m.number] = true
		}
	}
	for number, m := range q.p.session.Unacknowledged() {
		if known[number] {
			continue
		}
		if at, err := q.add(m); err == nil {
			q.ours = append(q.ours, onDisk{number: number, begin: at})
		} else {
			unsafe++
		}
	}
	q.state.exposed = unsafe > 0
	if q.sync() != nil {
		unsafe = max(unsafe, 1)
	}
	return unsafe
}

func (q *store) sync() error {
	if !q.state.unsynced {
		return nil
	}
	if err := q.spool.Sync(); err != nil {
		return &storeError{err}
	}
	q.state.unsynced = false
	return nil
}

// storeError is a spool that cannot be used, or a message that it cannot take.
type storeError struct{ err error }

func (e *storeError) Error() string { return e.err.Error() }
func (e *storeError) Unwrap() error { return e.err }
