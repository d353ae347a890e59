package certs

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// MaxFileSize is the size in bytes from which on a file of certificates or keys is refused.
const MaxFileSize = 64 << 20

// readFile reads a whole file or pipe. option is what the file was given for. The error is a *FileError.
func readFile(option, path string) ([]byte, error) {
	info, err := checkType(option, path)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, openError(option, path, err)
	}
	defer f.Close()
	var buf bytes.Buffer
	if info.Size() <= MaxFileSize {
		buf.Grow(int(info.Size()) + bytes.MinRead)
	}
	switch n, err := buf.ReadFrom(io.LimitReader(f, MaxFileSize+1)); {
	case err != nil:
		return nil, openError(option, path, err)
	case n > MaxFileSize:
		return nil, &FileError{Option: option, Path: path, Problem: TooLarge}
	}
	return buf.Bytes(), nil
}

// CheckFile reports, without reading it, a file that cannot be opened: an error is a *FileError with NotOpened. The reference
// looks at all its files in this way before it uses any.
func CheckFile(option, path string) error {
	info, err := checkType(option, path)
	if err != nil || !info.Mode().IsRegular() {
		// A pipe is not opened twice: what was written to it would be lost.
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return openError(option, path, err)
	}
	return f.Close()
}

// checkType refuses what is neither a file nor a pipe. Opening some devices has effects, so it comes before that.
func checkType(option, path string) (fs.FileInfo, error) {
	fail := func(p Problem, err error) (fs.FileInfo, error) {
		return nil, &FileError{Option: option, Path: path, Problem: p, Err: err}
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, openError(option, path, err)
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return fail(IsDirectory, syscall.EISDIR)
	case mode&(fs.ModeDevice|fs.ModeSocket) != 0:
		return fail(IsDevice, nil)
	}
	return info, nil
}

// openError says why a file cannot be opened or read.
func openError(option, path string, err error) *FileError {
	e := &FileError{Option: option, Path: path, Problem: Unreadable, Err: err}
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		e.Problem = Missing
	case errors.Is(err, fs.ErrPermission):
		e.Access = accessTo(path)
	}
	return e
}

// accessTo finds out who denies the access to a file: itself, or a directory on the way to it.
func accessTo(path string) *Access {
	info, err := os.Stat(path)
	if err != nil {
		// The nearest directory that can be looked at is the one that may not be entered.
		if path, err = filepath.Abs(path); err != nil {
			return nil
		}
		for err = fs.ErrPermission; err != nil; info, err = os.Stat(path) {
			parent := filepath.Dir(path)
			if parent == path {
				return nil
			}
			path = parent
		}
	}
	a := &Access{Blocker: path, Mode: info.Mode(), User: userName(os.Geteuid())}
	a.Owner, a.Group = ownerOf(info)
	return a
}

// userName returns the name of a user, or the number where it has none.
func userName(id int) string {
	number := strconv.Itoa(id)
	if u, err := user.LookupId(number); err == nil {
		return u.Username
	}
	return number
}

// groupName returns the name of a group, or the number where it has none.
func groupName(id int) string {
	number := strconv.Itoa(id)
	if g, err := user.LookupGroupId(number); err == nil {
		return g.Name
	}
	return number
}
