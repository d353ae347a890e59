package spool

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// DirError reports a directory that cannot be a spool.
type DirError struct {
	Dir  string
	What string // "is a symbolic link", "belongs to another user"
}

func (e *DirError) Error() string { return "spool " + e.Dir + " " + e.What }

// FullError reports a message for which there is no room.
type FullError struct {
	Dir       string
	Need      int64 // bytes that the message takes
	Used, Max int64 // bytes that the spool takes, and may take
}

func (e *FullError) Error() string {
	return fmt.Sprintf("spool %s is full: %d of %d bytes are used, the message takes %d", e.Dir, e.Used, e.Max, e.Need)
}

// BusyError reports a spool that another process holds.
type BusyError struct {
	Dir string
	Pid int // of that process; 0 if unknown
	// Stays tells that the process watches the spool, and delivers what others store there.
	Stays bool
}

func (e *BusyError) Error() string {
	if e.Pid == 0 {
		return "spool " + e.Dir + " is in use by another process"
	}
	return fmt.Sprintf("spool %s is in use by process %d", e.Dir, e.Pid)
}

// errChanged reports a file that is not what it has to be, which needs another hand than ours.
var errChanged = errors.New("not a regular file of this user")

// failed names the whole path in an error about a file of the spool.
func (s *Spool) failed(op, name string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return &fs.PathError{Op: op, Path: filepath.Join(s.dir, name), Err: err}
}
