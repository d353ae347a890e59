package spool

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"sync"
	"time"
)

// Config says how a spool is used.
type Config struct {
	// Max bounds what the segments take, in bytes; 0 means DefaultMax.
	Max int64
	// Now is the wall clock.
	Now func() time.Time
	// Clock is the present moment; nil means SystemClock(Now).
	Clock Clock
	// Damaged is told of bytes that are no messages, once they are kept aside; nil for nobody.
	Damaged func(Damage)
}

// DefaultMax is the bound of a spool in bytes unless another one is given: 16 MiB.
const DefaultMax = 16 << 20

// largeSegment is the size in bytes from which on a segment takes no more records. A small spool has smaller ones, since
// the room of a segment comes back all at once.
const largeSegment = 1 << 20

// Spool is a spool that is open. Its methods may be called from any goroutine.
type Spool struct {
	dir  string
	cfg  Config
	root *os.Root

	mu    sync.Mutex
	lock  *os.File
	tail  tail
	sizes map[string]int64 // of the segments that are not the newest, which do not change
	fresh bool             // the directory has changed since it was last synced
	buf   []byte
}

// tail is the segment that records are appended to.
type tail struct {
	segment
	file  *os.File // nil if there is none yet
	size  int64
	dirty bool // something was written since the last sync
}

// Open opens the spool in a directory, which it makes where it is missing, for this user only. The error is a *DirError
// for a directory that others could have put something into, or an *fs.PathError.
func Open(dir string, cfg Config) (*Spool, error) { return open(dir, cfg, true) }

// OpenExisting is Open for a directory that has to be there.
func OpenExisting(dir string, cfg Config) (*Spool, error) { return open(dir, cfg, false) }

func open(dir string, cfg Config, create bool) (*Spool, error) {
	if cfg.Max == 0 {
		cfg.Max = DefaultMax
	}
	if cfg.Clock == nil {
		cfg.Clock = SystemClock(cfg.Now)
	}
	root, err := openDir(dir, create)
	if err != nil {
		return nil, err
	}
	s := &Spool{dir: dir, cfg: cfg, root: root, sizes: map[string]int64{}}
	if s.lock, err = s.open(appendLock, os.O_RDWR|os.O_CREATE); err != nil {
		_ = root.Close()
		return nil, err
	}
	return s, nil
}

// Close gives the spool back. It syncs nothing.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropTail()
	_ = s.lock.Close()
	return s.root.Close()
}

// Add appends a message and returns where it begins. Once Sync has returned it survives a loss of power. After an error
// it is not in the spool: *FullError where there is no room, *BusyError where a stopped process holds the lock, or an
// *fs.PathError.
func (s *Spool) Add(m *Message) (Position, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.Stored = s.cfg.Clock()
	var at Position
	err := s.locked(func() (err error) {
		at, err = s.add(m)
		return err
	})
	return at, err
}

func (s *Spool) add(m *Message) (Position, error) {
	used, err := s.findTail()
	if err != nil {
		return Position{}, err
	}
	record, err := appendRecord(s.buf[:0], s.tail.mark, m)
	if err != nil {
		return Position{}, err
	}
	if s.buf = record[:0]; cap(s.buf) > window {
		s.buf = nil
	}
	if used+int64(len(record)) > s.cfg.Max {
		return Position{}, &FullError{s.dir, int64(len(record)), used, s.cfg.Max}
	}
	if s.tail.file == nil || s.tail.size > 0 && s.tail.size+int64(len(record)) > min(largeSegment, s.cfg.Max/8) {
		if err := s.newTail(); err != nil {
			return Position{}, err
		}
		copy(record, s.tail.mark[:])
		seal(record)
	}
	at := Position{s.tail.number, s.tail.size}
	return at, s.write(record)
}

// write appends a record to the tail; what is not whole goes again.
func (s *Spool) write(record []byte) error {
	_, err := s.tail.file.WriteAt(record, s.tail.size)
	if err != nil {
		name := s.tail.name()
		if s.tail.file.Truncate(s.tail.size) != nil {
			s.dropTail() // the next record begins another segment
		}
		return s.failed("write", name, err)
	}
	s.tail.size += int64(len(record))
	s.tail.dirty = true
	return nil
}

// Sync has everything that was added survive a loss of power.
func (s *Spool) Sync() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sync()
}

func (s *Spool) sync() error {
	if s.tail.file != nil && s.tail.dirty {
		if err := s.tail.file.Sync(); err != nil {
			return s.failed("sync", s.tail.name(), err)
		}
		s.tail.dirty = false
	}
	if s.fresh {
		if err := s.syncDir(); err != nil {
			return err
		}
		s.fresh = false
	}
	return nil
}

// findTail has the newest segment open, unless it does not end in a whole record, and returns how many bytes all of them
// take. The lock is held.
func (s *Spool) findTail() (used int64, err error) {
	all, err := s.segments()
	if err != nil {
		return 0, err
	}
	used, size, err := s.measure(all)
	if err != nil || len(all) == 0 {
		s.dropTail()
		return used, err
	}
	newest := all[len(all)-1]
	if s.tail.file != nil && s.tail.segment == newest && s.tail.size == size {
		return used, nil
	}
	s.dropTail()
	f, err := s.open(newest.name(), os.O_RDWR)
	if err != nil {
		return 0, err
	}
	whole, err := s.takesMore(&scanner{file: f, seg: newest, end: size})
	if err != nil || !whole {
		_ = f.Close()
		return used, err
	}
	s.tail = tail{segment: newest, file: f, size: size}
	return used, nil
}

// measure returns how many bytes the segments take, and how many the newest one.
func (s *Spool) measure(all []segment) (used, newest int64, err error) {
	sizes := make(map[string]int64, len(all))
	for i, seg := range all {
		name := seg.name()
		size, known := s.sizes[name]
		if !known {
			info, err := s.root.Lstat(name)
			if err != nil {
				return 0, 0, s.failed("stat", name, err)
			}
			size = info.Size()
		}
		if newest = size; i < len(all)-1 {
			sizes[name] = size
		}
		used += size
	}
	s.sizes = sizes
	return used, newest, nil
}

// takesMore tells whether the last record of a segment is whole, and not before the cursor: a file system that has lost
// what was delivered must not hide what comes then.
func (s *Spool) takesMore(c *scanner) (bool, error) {
	p, err := s.readCursor()
	if err != nil {
		return false, err
	}
	if (Position{c.seg.number, c.end}).Before(p) {
		return false, nil
	}
	whole := true
	for c.at < c.end {
		_, _, _, err := c.next()
		if err != nil && err != errDamaged {
			return false, err
		}
		whole = err == nil
	}
	return whole, nil
}

// newTail begins another segment. The lock is held.
func (s *Spool) newTail() error {
	if err := s.sync(); err != nil {
		return err
	}
	s.dropTail()
	number, err := s.nextNumber()
	if err != nil {
		return err
	}
	seg := newSegment(number)
	f, err := s.open(seg.name(), os.O_RDWR|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	s.tail = tail{segment: seg, file: f}
	s.fresh = true
	return nil
}

// nextNumber is above that of every segment that there ever was.
func (s *Spool) nextNumber() (uint64, error) {
	all, err := s.segments()
	if err != nil {
		return 0, err
	}
	p, err := s.readCursor()
	if err != nil {
		return 0, err
	}
	last := p.Segment
	if len(all) > 0 {
		last = max(last, all[len(all)-1].number)
	}
	return last + 1, nil
}

func (s *Spool) dropTail() {
	if s.tail.file != nil {
		if s.tail.dirty {
			_ = s.tail.file.Sync() // what is not synced now was not promised either
		}
		_ = s.tail.file.Close()
	}
	s.tail = tail{}
}

// Damage is a stretch of a segment that is no message, and where it was kept.
type Damage struct {
	Path  string // of the segment
	Bytes int64
	Kept  string // the path of the copy
	Err   error  // why there is none
}

// setAside copies a stretch of a segment into a file of its own, which nothing of this package reads again.
func (s *Spool) setAside(c *scanner, kind string, from, to int64) (name string, err error) {
	name = kind + "-" + c.seg.name()[:12] + "-" + strconv.FormatInt(from, 10)
	f, err := s.open(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if errors.Is(err, fs.ErrExist) {
		return name, nil // from before a crash
	}
	if err != nil {
		return name, err
	}
	_, err = io.Copy(f, io.NewSectionReader(c.file, from, to-from))
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = s.root.Remove(name)
		return name, s.failed("write", name, err)
	}
	return name, nil
}
