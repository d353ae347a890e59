package transport

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"runtime"
	"strconv"
	"sync"
)

// resumption carries a TLS session from one connection to the next, which may be that of another run of the program. It is
// the tls.ClientSessionCache of one connection. The server's certificates are verified again when a session is resumed, by today's options
// and clock, as in every handshake; 0-RTT data is never sent.
type resumption struct {
	dir  *SessionDir
	name string // of the file
	full bool   // no session is to be offered

	mu      sync.Mutex
	offered *tls.ClientSessionState // found for this connection
	latest  *tls.ClientSessionState // that this connection was given
	settled bool                    // the broker has accepted the connection
}

// resume prepares for a new connection, which with full offers no session.
func (t *TLS) resume(d *Dialer, full bool) {
	if t.options.Sessions != nil {
		t.resumed = &resumption{dir: t.options.Sessions, name: t.sessionName(d), full: full}
	}
}

// Get takes the session out of the directory.
func (r *resumption) Get(string) (*tls.ClientSessionState, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.full {
		return nil, false
	}
	r.offered = r.dir.take(r.name)
	return r.offered, r.offered != nil
}

// Put notes a session. A server of TLS 1.3 may give several; one is enough.
func (r *resumption) Put(_ string, session *tls.ClientSessionState) {
	if session == nil {
		return // what was offered is to be forgotten: it left the directory when it was taken
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.latest = session
	if r.settled {
		r.dir.keep(r.name, session)
	}
}

// settle keeps the session of a connection that the broker has accepted. Before TLS 1.3 a server that resumes a session
// mostly gives no new one: the old one goes back.
func (r *resumption) settle(state tls.ConnectionState) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.settled {
		return
	}
	r.settled = true
	switch {
	case r.latest != nil:
		r.dir.keep(r.name, r.latest)
	case state.DidResume && state.Version < tls.VersionTLS13:
		r.dir.keep(r.name, r.offered)
	}
}

// hasOffered tells whether the connection has offered a session.
func (r *resumption) hasOffered() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.offered != nil
}

// nameSize is that of a file's name in bytes, of which each is two characters.
const nameSize = 16

// sessionName tells sessions apart: by the broker, by what was asked of it, by who the client says it is, and by the version
// of Go, which decides what a file looks like.
func (t *TLS) sessionName(d *Dialer) string {
	h := sha256.New()
	add := func(field string) {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(field))))
		h.Write([]byte(field))
	}
	o := &t.options
	for _, field := range []string{
		runtime.Version(), d.Host, strconv.Itoa(d.Port), t.serverName(d), strconv.Itoa(int(o.Verify)),
		strconv.Itoa(int(t.minVersion())), text(o.Ciphers), o.ALPN,
	} {
		add(field)
	}
	if t.pair != nil {
		for _, der := range t.pair.Certificate.Certificate {
			add(string(der))
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:nameSize])
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
