package certs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
)

// Account is a user of this system, for the question what that user may read.
type Account struct {
	Name   string
	UID    int
	Groups []int
}

// LookUpAccount finds an account by its name or number. The error is a user.UnknownUserError for a name that nobody has.
func LookUpAccount(name string) (*Account, error) {
	u, err := user.Lookup(name)
	if err != nil {
		if _, number := strconv.Atoi(name); number != nil {
			return nil, err
		}
		if u, err = user.LookupId(name); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, fmt.Errorf("user %s has the number %q", name, u.Uid)
	}
	a := &Account{Name: u.Username, UID: uid}
	groups, err := u.GroupIds()
	if err != nil {
		groups = []string{u.Gid}
	}
	for _, g := range groups {
		if n, err := strconv.Atoi(g); err == nil {
			a.Groups = append(a.Groups, n)
		}
	}
	return a, nil
}

// Permissions of one class of users (inode(7)).
const (
	mayRead   = 4
	maySearch = 1
)

// Unreadable says what keeps the account from reading a file, or from looking things up in a directory: the file itself,
// or the first directory on the way that may not be entered. It is nil when nothing does, by the mode bits: access
// control lists are not looked at. The error is one of looking, for example that the file does not exist.
func (a *Account) Unreadable(path string) (*Access, error) {
	path, err := filepath.Abs(path)
	if err != nil || a.UID == 0 {
		return nil, err
	}
	return a.walk(path, maxSymlinks)
}

// maxSymlinks is how many symbolic links Linux follows (path_resolution(7)).
const maxSymlinks = 40

// walk looks at each element of a path, and follows its links.
func (a *Account) walk(path string, links int) (*Access, error) {
	elements := strings.Split(strings.TrimPrefix(path, string(filepath.Separator)), string(filepath.Separator))
	at := string(filepath.Separator)
	for i, name := range append([]string{""}, elements...) {
		at = filepath.Join(at, name)
		info, err := os.Lstat(at)
		if err != nil {
			return nil, err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			if links == 0 {
				return nil, &fs.PathError{Op: "open", Path: path, Err: errors.New("too many levels of symbolic links")}
			}
			target, err := os.Readlink(at)
			if err != nil {
				return nil, err
			}
			if !filepath.IsAbs(target) {
				target = filepath.Join(filepath.Dir(at), target)
			}
			return a.walk(filepath.Join(append([]string{target}, elements[i:]...)...), links-1)
		}
		need := fs.FileMode(maySearch)
		if i == len(elements) {
			need = mayRead
			if info.IsDir() {
				need |= maySearch
			}
		}
		if !a.allowed(info, need) {
			return a.denied(at, info), nil
		}
	}
	return nil, nil
}

// allowed applies the first class of the mode bits that fits, as the kernel does.
func (a *Account) allowed(info fs.FileInfo, need fs.FileMode) bool {
	owner, group, ok := ownerIDs(info)
	if !ok {
		return true
	}
	bits := info.Mode().Perm()
	switch {
	case owner == a.UID:
		bits >>= 6
	case a.in(group):
		bits >>= 3
	}
	return bits&need == need
}

func (a *Account) in(group int) bool {
	for _, g := range a.Groups {
		if g == group {
			return true
		}
	}
	return false
}

func (a *Account) denied(path string, info fs.FileInfo) *Access {
	access := &Access{Blocker: path, Mode: info.Mode(), User: a.Name}
	access.Owner, access.Group = ownerOf(info)
	return access
}
