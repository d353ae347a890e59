package spool

import (
	"io"
	"slices"
	"strings"
	"time"
)

// Status says what a spool holds.
type Status struct {
	Messages int
	Bytes    int64 // what the segments take on disk
	// Oldest is when the first message was stored, by the clock of that time; zero if there is none.
	Oldest time.Time
	// Age is how old that message is, as far as the clocks can tell.
	Age time.Duration
	// Topics counts the messages of each topic.
	Topics map[string]int
	// Brokers are the addresses that messages are meant for, in the order of the first of each.
	Brokers []string
	// Damaged and Rejected count the files of bytes that are no messages and of messages that the broker did not take.
	Damaged, Rejected int
}

// Status counts what is to be delivered. It changes nothing.
func (s *Spool) Status() (Status, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := Status{Topics: map[string]int{}}
	var open []*scanner
	defer func() {
		for _, c := range open {
			c.close()
		}
	}()
	err := s.locked(func() (err error) { // what it opens stays readable when a delivery removes it
		open, err = s.scanners()
		return err
	})
	if err != nil {
		return st, err
	}
	for _, c := range open {
		st.Bytes += c.end
		if err := s.count(&st, c); err != nil {
			return st, err
		}
	}
	names, err := s.names()
	for _, name := range names {
		switch {
		case strings.HasPrefix(name, "damaged-"):
			st.Damaged++
		case strings.HasPrefix(name, "rejected-"):
			st.Rejected++
		}
	}
	return st, err
}

// Waiting tells whether there is anything behind the cursor.
func (s *Spool) Waiting() (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	waiting := false
	err := s.locked(func() error {
		p, err := s.readCursor()
		if err != nil {
			return err
		}
		all, err := s.segments()
		if err != nil || len(all) == 0 {
			return err
		}
		_, size, err := s.measure(all)
		waiting = p.Before(Position{all[len(all)-1].number, size})
		return err
	})
	return waiting, err
}

// scanners opens all segments from the cursor on.
func (s *Spool) scanners() (open []*scanner, err error) {
	p, err := s.readCursor()
	if err != nil {
		return nil, err
	}
	all, err := s.segments()
	if err != nil {
		return nil, err
	}
	for _, seg := range all {
		if seg.number < p.Segment {
			continue
		}
		f, err := s.open(seg.name(), 0)
		if err != nil {
			return open, err
		}
		c := &scanner{file: f, seg: seg}
		open = append(open, c)
		info, err := f.Stat()
		if err != nil {
			return open, s.failed("stat", seg.name(), err)
		}
		if c.end = info.Size(); seg.number == p.Segment {
			c.at = min(p.Offset, c.end)
		}
	}
	return open, nil
}

func (s *Spool) count(st *Status, c *scanner) error {
	for {
		m, _, _, err := c.next()
		switch {
		case err == io.EOF:
			return nil
		case err == errDamaged:
			continue
		case err != nil:
			return s.failed("read", c.seg.name(), err)
		}
		if st.Messages++; st.Messages == 1 {
			st.Oldest, st.Age = m.Stored.Wall, s.cfg.Clock().since(m.Stored)
		}
		if st.Topics[string(m.Topic)]++; !slices.Contains(st.Brokers, m.Broker) {
			st.Brokers = append(st.Brokers, m.Broker)
		}
	}
}

// Drop removes all messages and tells what they were. What was kept aside stays.
func (d *Delivery) Drop() (Status, error) {
	st, err := d.s.Status()
	if err != nil {
		return st, err
	}
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	all, err := d.s.segments()
	if err != nil || len(all) == 0 {
		return st, err
	}
	_, size, err := d.s.measure(all)
	if err != nil {
		return st, err
	}
	d.leave()
	d.next = Position{all[len(all)-1].number, size}
	return st, d.save(d.next)
}
