package transport

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// SessionDir is a directory with TLS sessions to resume, one file for each broker and identity. What is in it is as secret
// as a key, so it is its owner's alone: whoever can write to it can stand in for a broker.
type SessionDir struct{ root *os.Root }

// SessionDirError is a directory that cannot be trusted with sessions, or not be opened.
type SessionDirError struct {
	Path string
	Why  string // half a sentence
	Err  error  // the system's, nil if the directory was refused for what it is
}

func (e *SessionDirError) Error() string {
	if e.Err != nil {
		return "--tls-session-dir '" + e.Path + "': " + e.Why + ": " + e.Err.Error()
	}
	return "--tls-session-dir '" + e.Path + "': " + e.Why
}

// Unwrap gives the system's error.
func (e *SessionDirError) Unwrap() error { return e.Err }

// OpenSessionDir opens the directory, and makes it if only it is missing. The error is a *SessionDirError.
func OpenSessionDir(path string) (*SessionDir, error) {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, &SessionDirError{path, "it cannot be made", cause(err)}
	}
	named, err := os.Lstat(path)
	if err != nil {
		return nil, &SessionDirError{path, "it cannot be opened", cause(err)}
	}
	if why := distrust(named, fs.ModeDir); why != "" {
		return nil, &SessionDirError{Path: path, Why: why}
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, &SessionDirError{path, "it cannot be opened", cause(err)}
	}
	if opened, err := root.Stat("."); err != nil || !os.SameFile(named, opened) {
		_ = root.Close()
		return nil, &SessionDirError{Path: path, Why: "it was replaced while it was opened"}
	}
	return &SessionDir{root}, nil
}

// cause is a system error without the operation and the path, which the caller names.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// distrust says why a file of that kind is not its owner's alone; it is empty for one that is.
func distrust(info fs.FileInfo, kind fs.FileMode) string {
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return "it is a link; give what it points to"
	case kind == fs.ModeDir && !info.IsDir():
		return "it is not a directory"
	case info.Mode().Type() != kind:
		return "it is not a regular file"
	case !owned(info):
		return "it belongs to somebody else"
	case info.Mode().Perm()&0o077 != 0:
		return "others have access to it: use chmod 700"
	}
	return ""
}

const (
	sessionSuffix = ".session"
	maxSession    = 64 << 10 // bytes of a file
	maxSessions   = 64       // files in a directory
)

// take removes a session from the directory and returns it, nil if there is none that can be used. Taking it makes sure
// that a ticket is used once (RFC 8446, C.4), and that one which a broker chokes on does no harm a second time.
func (s *SessionDir) take(name string) *tls.ClientSessionState {
	data := s.read(name + sessionSuffix)
	if s.root.Remove(name+sessionSuffix) != nil {
		return nil // another process has taken it
	}
	return parseSession(data)
}

func (s *SessionDir) read(name string) []byte {
	named, err := s.root.Lstat(name)
	if err != nil || distrust(named, 0) != "" || named.Size() > maxSession {
		return nil
	}
	f, err := s.root.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	if opened, err := f.Stat(); err != nil || !os.SameFile(named, opened) {
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSession))
	if err != nil {
		return nil
	}
	return data
}

// keep writes a session under a name. What fails is left: the next connection does without.
func (s *SessionDir) keep(name string, session *tls.ClientSessionState) {
	data := formatSession(session)
	if data == nil || len(data) > maxSession {
		return
	}
	s.tidy()
	draft := name + "." + rand.Text()
	f, err := s.root.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return
	}
	_, err = f.Write(data)
	if errors.Join(err, f.Close()) != nil || s.root.Rename(draft, name+sessionSuffix) != nil {
		_ = s.root.Remove(draft)
	}
}

// tidy removes the oldest files until there is room for one more, with what a process that died left half written.
func (s *SessionDir) tidy() {
	dir, err := s.root.Open(".")
	if err != nil {
		return
	}
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	if err != nil || len(entries) < maxSessions {
		return
	}
	var files []fs.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil && isSession(e.Name()) {
			files = append(files, info)
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	for i := 0; len(files)-i >= maxSessions; i++ {
		_ = s.root.Remove(files[i].Name())
	}
}

// isSession tells the names that this package gives from those of whatever else lies in the directory.
func isSession(name string) bool {
	id, rest, ok := strings.Cut(name, ".")
	return ok && rest != "" && len(id) == 2*nameSize && strings.Trim(id, "0123456789abcdef") == ""
}

// sessionMagic begins a file. Behind it stand the SHA-256 of the rest, the length of the ticket in four bytes, the ticket,
// and what crypto/tls makes of the session.
const sessionMagic = "culex TLS session 1\n"

// formatSession returns the contents of a file, nil for a session that cannot be put into one.
func formatSession(session *tls.ClientSessionState) []byte {
	ticket, state, err := session.ResumptionState()
	if err != nil || state == nil || len(ticket) == 0 || len(ticket) > maxSession {
		return nil
	}
	encoded, err := state.Bytes()
	if err != nil {
		return nil
	}
	body := append(binary.BigEndian.AppendUint32(nil, uint32(len(ticket))), ticket...)
	body = append(body, encoded...)
	sum := sha256.Sum256(body)
	return append(append([]byte(sessionMagic), sum[:]...), body...)
}

// parseSession reads the contents of a file, nil if they are not what formatSession makes.
func parseSession(data []byte) *tls.ClientSessionState {
	data, ok := bytes.CutPrefix(data, []byte(sessionMagic))
	if !ok || len(data) < sha256.Size+4 {
		return nil
	}
	sum, body := data[:sha256.Size], data[sha256.Size:]
	if got := sha256.Sum256(body); !bytes.Equal(sum, got[:]) {
		return nil
	}
	size, rest := binary.BigEndian.Uint32(body), body[4:]
	if size == 0 || uint64(size) > uint64(len(rest)) {
		return nil
	}
	state, err := tls.ParseSessionState(rest[size:])
	if err != nil {
		return nil
	}
	session, err := tls.NewResumptionState(rest[:size], state)
	if err != nil {
		return nil
	}
	return session
}
