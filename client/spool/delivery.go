package spool

import (
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// Delivery reads the messages of a spool in their order. One process at a time has it. Its methods are for one
// goroutine at a time.
type Delivery struct {
	s      *Spool
	holder *os.File
	age    time.Duration
	scan   *scanner // nil between two segments
	next   Position // where reading goes on
	last   Position // where the last record begins
	saved  Position
	when   time.Duration // since start, when that was
	start  time.Time
	// Expired counts the messages that were passed over for their age.
	Expired int
}

// Holder says who delivers.
type Holder struct {
	Pid int
	// Stay tells other processes that what they store will be looked for.
	Stay bool
	// Wait is how long to wait for another process that delivers.
	Wait time.Duration
	// Age is the age from which on a message is passed over; 0 for none.
	Age time.Duration
}

// saveEvery is how often the cursor is written: a compromise between the life of the flash and what is delivered twice
// after a loss of power.
const saveEvery = time.Second

// Deliver begins to read where the last delivery has ended. The error is a *BusyError while another process delivers, or
// an *fs.PathError.
func (s *Spool) Deliver(h Holder) (*Delivery, error) {
	f, err := s.hold(h.Wait, h.Pid, h.Stay)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.readCursor()
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &Delivery{s: s, holder: f, age: h.Age, next: p, saved: p, start: s.cfg.Now()}, nil
}

// Next returns the next message and where it begins. At the end of what is stored the error is io.EOF, and a later call
// may find more.
func (d *Delivery) Next() (*Message, Position, error) {
	s := d.s
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if err := d.find(); err != nil {
			return nil, d.next, err
		}
		m, from, to, err := d.scan.next()
		switch {
		case err == errDamaged:
			d.report(from, to)
		case err != nil:
			return nil, d.next, s.failed("read", d.scan.seg.name(), err)
		}
		d.last = Position{d.scan.seg.number, from}
		d.next = Position{d.scan.seg.number, to}
		if err != nil {
			continue
		}
		if d.fresh(m) {
			return m, d.last, nil
		}
		d.Expired++
	}
}

// fresh tells whether a message is still to be delivered, and counts down its Message Expiry Interval.
func (d *Delivery) fresh(m *Message) bool {
	if _, limited := m.Properties.Uint(mqtt.MessageExpiryInterval); d.age == 0 && !limited {
		return true
	}
	age := d.s.cfg.Clock().since(m.Stored)
	return (d.age == 0 || age < d.age) && m.refresh(age)
}

// Unread has Next return the last message again.
func (d *Delivery) Unread() {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	d.next = d.last
	d.scan.at = d.last.Offset
}

// Position is where reading goes on: everything before it was returned by Next, or passed over.
func (d *Delivery) Position() Position { return d.next }

// Reject keeps the last message aside for good, as one that the broker does not take. It returns the path.
func (d *Delivery) Reject() (string, error) {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	name, err := d.s.setAside(d.scan, "rejected", d.last.Offset, d.next.Offset)
	return filepath.Join(d.s.dir, name), err
}

// find has a scanner that is not at its end, or returns io.EOF.
func (d *Delivery) find() error {
	if d.scan != nil && d.scan.at < d.scan.end {
		return nil
	}
	return d.s.locked(func() error {
		all, err := d.s.segments()
		if err != nil {
			return err
		}
		for i, seg := range all {
			if seg.number < d.next.Segment {
				continue
			}
			more, err := d.look(seg)
			if more || err != nil {
				return err
			}
			if i == len(all)-1 {
				break
			}
			d.next = Position{Segment: seg.number + 1} // nobody appends to a segment that is not the newest
		}
		return io.EOF
	})
}

// look tells whether there is something to read in a segment, and has the scanner there.
func (d *Delivery) look(seg segment) (bool, error) {
	if d.scan == nil || d.scan.seg != seg {
		f, err := d.s.open(seg.name(), os.O_RDONLY)
		if err != nil {
			return false, err
		}
		d.leave()
		d.scan = &scanner{file: f, seg: seg}
		if d.next.Segment == seg.number {
			d.scan.at = d.next.Offset
		}
	}
	info, err := d.scan.file.Stat()
	if err != nil {
		return false, d.s.failed("stat", seg.name(), err)
	}
	d.scan.end = info.Size() // with the lock held this is where a record ends, or where somebody died
	return d.scan.at < d.scan.end, nil
}

func (d *Delivery) leave() {
	if d.scan != nil {
		d.scan.close()
		d.scan = nil
	}
}

// report keeps damaged bytes aside and tells of them.
func (d *Delivery) report(from, to int64) {
	name, err := d.s.setAside(d.scan, "damaged", from, to)
	if d.s.cfg.Damaged != nil {
		join := func(name string) string { return filepath.Join(d.s.dir, name) }
		d.s.cfg.Damaged(Damage{Path: join(d.scan.seg.name()), Bytes: to - from, Kept: join(name), Err: err})
	}
}

// Done says that everything before a position is delivered. It is written down at most once a second.
func (d *Delivery) Done(p Position) error {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	if !d.saved.Before(p) {
		return nil
	}
	if now := d.s.cfg.Now().Sub(d.start); d.when == 0 || now-d.when >= saveEvery {
		d.when = max(now, 1)
		return d.save(p)
	}
	return nil
}

// Save is Done that is written down now.
func (d *Delivery) Save(p Position) error {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	if !d.saved.Before(p) {
		return nil
	}
	return d.save(p)
}

// save writes the cursor and removes the segments that lie before it.
func (d *Delivery) save(p Position) error {
	s := d.s
	return s.locked(func() error {
		if err := s.writeCursor(p); err != nil {
			return err
		}
		d.saved = p
		all, err := s.segments()
		if err != nil {
			return err
		}
		for _, seg := range all {
			if err := d.remove(seg, p); err != nil {
				return err
			}
		}
		return s.syncDir()
	})
}

// remove removes a segment if all of it lies before p.
func (d *Delivery) remove(seg segment, p Position) error {
	s := d.s
	if seg.number > p.Segment {
		return nil
	}
	if seg.number == p.Segment {
		info, err := s.root.Lstat(seg.name())
		if err != nil || info.Size() > p.Offset {
			return err
		}
		if d.scan != nil && d.scan.seg == seg {
			d.leave()
		}
	}
	if s.tail.segment == seg {
		s.tail.dirty = false
		s.dropTail()
	}
	if err := s.root.Remove(seg.name()); err != nil {
		return s.failed("remove", seg.name(), err)
	}
	return nil
}

// Close lets another process deliver.
func (d *Delivery) Close() error {
	d.s.mu.Lock()
	defer d.s.mu.Unlock()
	d.leave()
	return d.holder.Close()
}
