package client

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/session"
)

// finish ends a run with a spool. What the broker has not acknowledged is on disk, and then a one-shot has done its
// work: 0 means delivered or stored.
func (q *store) finish(ended, failed error, published <-chan error) Exit {
	if published != nil {
		failed = errors.Join(failed, q.quiesce(published))
	}
	p := q.p
	missing := q.close(p.total())
	err := q.blame(ended, failed)
	code := codeSuccess
	switch {
	case err == nil:
	case q.bearable(err) && missing == 0:
		q.told(err)
		return p.leave(p.strict())
	default:
		code = p.fail(p.givenUp(err))
	}
	if ended != nil && err == failed {
		p.tell("mqtt: " + outageText(ended)) // what the disk did not make up for
	}
	q.report(missing)
	switch {
	case missing > 0 && code == codeSuccess:
		code = codeFailure
	case code == codeSuccess:
		code = p.strict()
	}
	return p.leave(code)
}

// blame chooses the error that ended the run. That of the disk comes before that of the connection, which the disk is there for.
func (q *store) blame(ended, failed error) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	order := []error{q.state.broken, ended, failed}
	var unusable *storeError
	if errors.As(failed, &unusable) {
		order = []error{q.state.broken, failed, ended}
	}
	for _, err := range order {
		if err != nil && !errors.Is(err, session.ErrClosed) {
			return err
		}
	}
	return nil
}

// bearable tells whether an error is an outage that the disk makes up for. The lines of -l end with their input, not with an outage.
func (q *store) bearable(err error) bool {
	var unusable *storeError
	var input *inputError
	var bad *mqtt.Unencodable
	return !q.p.o.StdinLines && !q.p.flushing &&
		!errors.As(err, &unusable) && !errors.As(err, &input) && !errors.As(err, &bad) &&
		!errors.Is(err, session.ErrQoS) && !errors.Is(err, session.ErrPacketSize)
}

// outlasts tells an error that may pass while lines are stored: a refusal, unless a time limit is given.
func (q *store) outlasts(err error) bool {
	var refused *session.RefusedError
	return errors.As(err, &refused) && q.p.o.ReconnectTimeout == 0
}

// told says why messages are on disk and not at the broker.
func (q *store) told(err error) {
	p := q.p
	p.log.Warn().Err(err).Int("stored", q.count.waiting()).Msg("stored")
	p.tell("mqtt: " + outageText(err) + ": " + q.storedText())
	if !p.o.Quiet {
		p.diagnose(err)
	}
}

func (q *store) storedText() string {
	switch n := q.count.waiting(); n {
	case 0:
		return "nothing new is stored in " + *q.p.o.SpoolDir
	case 1:
		return "1 message is stored in " + *q.p.o.SpoolDir
	default:
		return fmt.Sprintf("%d messages are stored in %s", n, *q.p.o.SpoolDir)
	}
}

// report says what is on disk, and what is not.
func (q *store) report(missing int) {
	p := q.p
	if q.count.waiting() > 0 {
		p.tell("mqtt: " + q.storedText())
	}
	if missing == 0 || p.flushing {
		return
	}
	are := "are"
	if missing == 1 {
		are = "is"
	}
	text := fmt.Sprintf("mqtt: %d of %d messages %s neither delivered nor stored", missing, p.total(), are)
	if p.total() == 1 {
		text = "mqtt: the message is neither delivered nor stored"
	}
	if p.o.StdinLines {
		text += fmt.Sprintf(", from line %d on", q.firstMissing(missing))
	}
	p.tell(text)
}

// firstMissing is the number of the first line that is lost to this run.
func (q *store) firstMissing(missing int) int {
	if first := q.state.firstRefused; first > 0 {
		return first
	}
	return q.p.total() - missing + 1
}

const quiesceStep = 5 * time.Millisecond

// quiesce has all that was read from stdin taken, and returns what publish has come to if it has come to anything.
func (q *store) quiesce(published <-chan error) error {
	p := q.p
	p.reading.stopped.Store(true)
	for range parting / quiesceStep {
		select {
		case err := <-published:
			return err
		case <-time.After(quiesceStep):
		}
		if p.reading.waiting.Load() {
			return nil
		}
	}
	return nil
}

// killed ends a run of which a signal was the end.
func (q *store) killed(published <-chan error) {
	if published != nil {
		_ = q.quiesce(published)
	}
	q.report(q.close(q.p.total()))
}

// release closes what is open.
func (q *store) release() {
	if q.delivery != nil {
		_ = q.delivery.Close()
	}
	_ = q.spool.Close()
}

// close stores what the broker has not acknowledged and returns how many messages of this run are neither there nor here.
func (q *store) close(total int) (missing int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.state.over = true
	if err := q.settle(); err != nil {
		q.p.tell("Error: " + err.Error())
	}
	missing = total - q.count.taken + q.secure()
	if err := q.sync(); err != nil && q.state.refused == nil {
		q.state.refused = err
		missing = max(missing, 1)
	}
	if q.delivery != nil {
		if err := q.delivery.Save(q.end); err != nil {
			q.p.tell("Error: " + err.Error())
		}
		if n := q.delivery.Expired; n > 0 {
			q.p.tell(fmt.Sprintf("spool: %s in %s: too old, dropped", messages(n), *q.p.o.SpoolDir))
		}
	}
	q.release()
	return missing
}

// messages is a number of messages in words.
func messages(n int) string {
	if n == 1 {
		return "1 message"
	}
	return fmt.Sprintf("%d messages", n)
}

// oneByOne is a writer for several goroutines.
type oneByOne struct {
	mu sync.Mutex
	w  io.Writer
}

func (o *oneByOne) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.w.Write(p)
}
