package spool

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// openDir makes the directory where it is missing and opens it, if nobody but this user can have put anything there.
func openDir(dir string, create bool) (*os.Root, error) {
	if !supported {
		return nil, &DirError{dir, "is of no use here: this system lacks the file locks that a spool needs"}
	}
	if create {
		if err := makeDir(dir); err != nil {
			return nil, err
		}
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return nil, err
	}
	if what := unfit(info); what != "" {
		return nil, &DirError{dir, what}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	opened, err := root.Stat(".")
	if err != nil || !os.SameFile(info, opened) {
		_ = root.Close()
		return nil, &DirError{dir, "was replaced while it was opened"}
	}
	return root, nil
}

// makeDir makes a directory that survives a loss of power, unless there is something of that name.
func makeDir(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	parent, err := os.Open(filepath.Dir(filepath.Clean(dir)))
	if err != nil {
		return err
	}
	defer parent.Close()
	return parent.Sync()
}

// unfit says what is wrong with a directory, empty for nothing.
func unfit(info fs.FileInfo) string {
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return "is a symbolic link; name the directory itself"
	case !info.IsDir():
		return "is not a directory"
	case !own(info):
		return "belongs to another user"
	case info.Mode().Perm()&0o022 != 0:
		return "can be written to by other users: use chmod 700"
	}
	return ""
}

// open opens a file of the spool. It follows no link.
func (s *Spool) open(name string, flag int) (*os.File, error) {
	f, err := s.root.OpenFile(name, flag|noFollow, 0o600)
	if err != nil {
		return nil, s.failed("open", name, err)
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || !own(info) {
		_ = f.Close()
		return nil, s.failed("open", name, errChanged)
	}
	return f, nil
}

// segment is a file of records. Its name carries its number and its marker: "00000000002a-9f86d081884c7d65.segment".
type segment struct {
	number uint64
	mark   marker
}

const suffix = ".segment"

func newSegment(number uint64) segment {
	s := segment{number: number}
	_, _ = rand.Read(s.mark[:]) // never fails
	return s
}

func (s segment) name() string { return fmt.Sprintf("%012x-%x%s", s.number, s.mark, suffix) }

// parseSegment reads a name; false for the name of another file.
func parseSegment(name string) (s segment, ok bool) {
	base, ok := strings.CutSuffix(name, suffix)
	number, mark, split := strings.Cut(base, "-")
	if !ok || !split || len(mark) != 2*markerSize {
		return s, false
	}
	n, err := strconv.ParseUint(number, 16, 48)
	if err != nil {
		return s, false
	}
	if _, err := hex.Decode(s.mark[:], []byte(mark)); err != nil {
		return s, false
	}
	s.number = n
	return s, s.name() == name
}

// names lists the directory.
func (s *Spool) names() ([]string, error) {
	d, err := s.root.Open(".")
	if err != nil {
		return nil, s.failed("open", "", err)
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if err != nil {
		return nil, s.failed("read", "", err)
	}
	return names, nil
}

// segments lists the segments from the oldest to the newest.
func (s *Spool) segments() ([]segment, error) {
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	var all []segment
	for _, name := range names {
		if seg, ok := parseSegment(name); ok {
			all = append(all, seg)
		}
	}
	slices.SortFunc(all, func(a, b segment) int { return strings.Compare(a.name(), b.name()) })
	return all, nil
}

// syncDir has the names of new files, and the absence of removed ones, survive a loss of power.
func (s *Spool) syncDir() error {
	d, err := s.root.Open(".")
	if err != nil {
		return s.failed("open", "", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return s.failed("sync", "", err)
	}
	return nil
}
