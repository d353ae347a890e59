package client

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/spool"
)

// openStore opens the spool and takes over its delivery. A one-shot goes without where another process delivers.
func (p *publisher) openStore() (*store, error) {
	o := &p.o.Spool
	s, err := spool.Open(*o.SpoolDir, spool.Config{
		Max: int64(o.SpoolMax),
		Now: p.env.Now,
		Damaged: func(d spool.Damage) {
			text := fmt.Sprintf("spool: %d bytes in %s are no message: skipped, and kept in %s", d.Bytes, d.Path, d.Kept)
			if d.Err != nil {
				text = fmt.Sprintf("spool: %d bytes in %s are no message: skipped; no copy could be kept: %v", d.Bytes, d.Path, d.Err)
			}
			p.tell(text)
		},
	})
	if err != nil {
		return nil, &storeError{err}
	}
	q := &store{p: p, spool: s, broker: p.dialer.Address(), wake: make(chan struct{}, 1)}
	if err := q.takeOver(); err != nil {
		q.release()
		return nil, err
	}
	return q, nil
}

// takeOver begins the delivery and holds what waits against this run.
func (q *store) takeOver() error {
	o := q.p.o
	holder := spool.Holder{Pid: q.p.env.Pid, Stay: o.StdinLines, Age: time.Duration(o.SpoolAge)}
	d, err := q.spool.Deliver(holder)
	var busy *spool.BusyError
	if errors.As(err, &busy) && (o.StdinLines || !busy.Stays) {
		holder.Wait = holderWait
		d, err = q.spool.Deliver(holder)
	}
	if errors.As(err, &busy) && !o.StdinLines && !q.p.flushing {
		return nil
	}
	if err != nil {
		return &storeError{err}
	}
	q.delivery = d
	m, _, err := d.Next()
	switch {
	case err == io.EOF:
		return nil
	case err != nil:
		return &storeError{err}
	}
	d.Unread()
	return q.fits(m)
}

// fits refuses a message that this run would send to the wrong broker, or cannot send.
func (q *store) fits(m *spool.Message) error {
	switch {
	case m.Broker != q.broker:
		return &storeError{fmt.Errorf("spool %s holds messages for %s, not for %s: deliver them first, or use another directory",
			*q.p.o.SpoolDir, printable(m.Broker), q.broker)}
	case len(m.Properties) > 0 && q.p.o.MQTTVersion() != mqtt.V5:
		return &storeError{fmt.Errorf("spool %s holds messages with MQTT 5.0 properties: use -V 5 to deliver them", *q.p.o.SpoolDir)}
	}
	return nil
}

// queue stores a one-shot's messages behind what another process is delivering. It tells whether that was the case.
func (q *store) queue() (bool, error) {
	if q.delivery != nil {
		return false, nil
	}
	waiting, err := q.spool.Waiting()
	if err != nil || !waiting {
		return false, err
	}
	for range int(q.p.o.Repeat) {
		if err := q.keep(&q.p.message); err != nil {
			return true, err
		}
	}
	if err := q.sync(); err != nil {
		return true, err
	}
	q.p.tell("mqtt: another process delivers what waits in " + *q.p.o.SpoolDir + ": " + q.storedText())
	return true, nil
}

// publish takes the messages of this run, and returns when the broker has everything, or is away and the disk has it.
func (q *store) publish() error {
	stop := make(chan struct{})
	defer close(stop)
	go q.watch(stop)
	if err := q.feed(); err != nil {
		return err
	}
	return q.drain()
}

func (q *store) feed() error {
	if q.p.flushing {
		return nil
	}
	if q.p.o.StdinLines {
		return q.feedLines()
	}
	for i := range int(q.p.o.Repeat) {
		if i > 0 {
			time.Sleep(time.Duration(q.p.o.RepeatDelay))
		}
		if err := q.take(&q.p.message); err != nil {
			return err
		}
	}
	return nil
}

// feedLines goes on when there is no room for a line: a later one may find some, and the end tells how many did not.
func (q *store) feedLines() error {
	grace := time.AfterFunc(storeGrace, func() { q.p.session.Hurry(true) })
	defer q.p.session.Hurry(false)
	defer grace.Stop()
	in := bufio.NewReaderSize(q.p.input(), lineBuffer)
	for {
		line, err := readLine(in)
		if err == io.EOF && len(line) == 0 {
			return nil
		}
		if err != nil && len(line) == 0 {
			return &inputError{"Error: Unable to read stdin: " + errnoText(err) + "."}
		}
		m := q.p.message
		m.Payload = line
		err = q.take(&m)
		var full *storeError
		if errors.As(err, &full) {
			q.refuse(full)
		} else if err != nil {
			return err
		}
	}
}

// refuse counts a line that could not be stored, and says why the first time.
func (q *store) refuse(err *storeError) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.state.refused == nil {
		q.state.refused, q.state.firstRefused = err, q.count.taken+1
		q.p.tell(fmt.Sprintf("Error: %v: line %d is refused, and so are others until there is room", err, q.count.taken+1))
	}
}

// drain delivers what is left, unless the broker is away.
func (q *store) drain() error {
	q.mu.Lock()
	drained, err := q.pump()
	q.mu.Unlock()
	if err != nil || !drained {
		return err
	}
	err = q.p.session.DrainOffered()
	q.mu.Lock()
	defer q.mu.Unlock()
	if err != nil {
		q.secure()
		return nil
	}
	return q.settle()
}

// watch goes on with what waits on disk when there is a connection, and with what other processes store there.
func (q *store) watch(stop <-chan struct{}) {
	tick := time.NewTicker(storeTick)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		case <-q.wake:
		}
		if err := q.look(); err != nil {
			q.mu.Lock()
			q.state.broken = err
			q.mu.Unlock()
			q.p.session.Disconnect(mqtt.Success)
			return
		}
		q.p.session.Flush()
	}
}

func (q *store) look() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.state.over {
		return nil
	}
	if _, err := q.pump(); err != nil {
		return err
	}
	return q.sync()
}

// connected is called at each accepting CONNACK, lost at the end of each connection.
func (q *store) connected() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

func (q *store) lost() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.secure()
}
