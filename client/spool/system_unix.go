//go:build unix && !solaris && !illumos && !aix

package spool

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// supported tells whether the system has the locks that several processes on one spool need.
const supported = true

const noFollow = syscall.O_NOFOLLOW

func own(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid()
}

// tryLock takes the lock on a file if nobody has it.
func tryLock(f *os.File) (taken bool, err error) {
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	return err == nil, err
}

func unlock(f *os.File) { _ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN) }
