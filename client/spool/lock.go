package spool

import (
	"fmt"
	"os"
	"time"
)

const (
	appendLock   = "lock"
	deliveryLock = "delivery"
	stays        = "stays"

	lockPause = 5 * time.Millisecond
	// lockWait is far longer than anybody holds the lock for appending, who is not stopped.
	lockWait = 10 * time.Second
)

// flock takes the lock on a file, which the kernel gives back at the end of the process that has it. It tells whether
// that went well before the time was up.
func flock(f *os.File, wait time.Duration) (bool, error) {
	for left := wait; ; left -= lockPause {
		taken, err := tryLock(f)
		if taken || err != nil || left <= 0 {
			return taken, err
		}
		time.Sleep(lockPause)
	}
}

// locked runs do while no other process appends to the spool or removes segments from it. Spool.mu is held.
func (s *Spool) locked(do func() error) error {
	ok, err := flock(s.lock, lockWait)
	if err != nil {
		return s.failed("lock", appendLock, err)
	}
	if !ok {
		return &BusyError{Dir: s.dir}
	}
	defer func() { unlock(s.lock) }()
	return do()
}

// hold takes the lock of who delivers and notes who that is.
func (s *Spool) hold(wait time.Duration, pid int, stay bool) (*os.File, error) {
	f, err := s.open(deliveryLock, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	ok, err := flock(f, wait)
	if err == nil && ok {
		note := fmt.Sprintf("%d\n", pid)
		if stay {
			note = fmt.Sprintf("%d %s\n", pid, stays)
		}
		if err = f.Truncate(0); err == nil {
			_, err = f.WriteAt([]byte(note), 0)
		}
	}
	if err == nil && ok {
		return f, nil
	}
	defer f.Close()
	if err != nil {
		return nil, s.failed("lock", deliveryLock, err)
	}
	return nil, s.busy(f)
}

func (s *Spool) busy(f *os.File) error {
	e := &BusyError{Dir: s.dir}
	note := make([]byte, 64)
	n, _ := f.ReadAt(note, 0)
	var word string
	_, _ = fmt.Sscan(string(note[:n]), &e.Pid, &word)
	e.Stays = word == stays
	return e
}
