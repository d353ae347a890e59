package session

import (
	"net"
	"sync/atomic"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

const (
	flushSize = 64 << 10 // bytes of packets that are worth a write of their own
	mostOwed  = 1 << 20  // bytes of acknowledgements that may wait for a broker to read them
	largeSize = 64 << 10 // payloads from here on are written from where they are, not copied
	lingering = time.Second
	finishing = time.Second / 2 // how long a session that leaves waits for PUBREL
)

// link is one network connection of a session. Session.mu guards all but conn, reader, in and the atomics.
type link struct {
	conn   net.Conn
	reader *mqtt.Reader
	in     inbox
	out    outbox
	life   life
	bye    parting
	tally  tally
	now    func() time.Time
}

// outbox is the sending half of a link.
type outbox struct {
	buf     []byte // packets that wait for a write
	spare   []byte // the buffer that the last write has given back
	writing bool   // a goroutine is in conn.Write; only one ever is
	err     error  // the first failed write
	wake    chan struct{}
	owed    int // bytes of acknowledgements that have been added to buf since the last write began
}

// life is what tells whether the broker is still there.
type life struct {
	start                  time.Time
	ping                   *time.Timer
	sent, received, pinged atomic.Int64 // times in nanoseconds since start; pinged is 0 when no PINGRESP is due
	reading                atomic.Bool  // the reader waits for the broker, not for its own caller
	timedOut               atomic.Bool  // no PINGRESP came
}

// parting is the end of a link.
type parting struct {
	finish *time.Timer // ends the wait for PUBREL
	left   atomic.Bool // DISCONNECT was sent
	parted bool        // because of Disconnect or ErrStop
	cut    bool        // the broker reset the connection then instead of closing it; only the reader touches it
}

func newLink(conn net.Conn, cfg *Config) *link {
	l := &link{conn: conn, in: newInbox(&cfg.Connect), now: cfg.Now, life: life{start: cfg.Now()}}
	l.reader = mqtt.NewReader(l, cfg.MaxPacket)
	return l
}

func (l *link) elapsed() int64 { return int64(l.now().Sub(l.life.start)) }

// Read reads from the connection for the packet reader and notes when something came.
func (l *link) Read(p []byte) (int, error) {
	l.life.reading.Store(true)
	n, err := l.conn.Read(p)
	l.life.reading.Store(false)
	if n > 0 {
		l.life.received.Store(l.elapsed())
	}
	return n, err
}

func (l *link) write(p []byte) (int, error) {
	n, err := l.conn.Write(p)
	l.life.sent.Store(l.elapsed())
	return n, err
}

// flush writes what waits, and what others append meanwhile, and returns when all of it was written or a write failed.
// Session.mu is held on entry and on return, but not during a write.
func (s *Session) flush(l *link) error {
	for l.out.err == nil && (l.out.writing || len(l.out.buf) > 0) {
		if l.out.writing {
			s.changed.Wait()
			continue
		}
		chunk := l.out.buf
		l.out.buf, l.out.owed = l.out.spare[:0], 0
		s.exclusive(l, chunk, func() (int, error) { return l.write(chunk) })
		l.out.spare = chunk[:0]
	}
	return l.out.err
}

// exclusive runs one write with the lock released. A failed write ends the link for writing.
func (s *Session) exclusive(l *link, chunk []byte, write func() (int, error)) {
	l.out.writing = true
	s.mu.Unlock()
	n, err := write()
	s.mu.Lock()
	l.out.writing = false
	if err != nil && l.out.err == nil {
		l.out.err = err
		_ = l.conn.SetReadDeadline(l.now().Add(lingering)) // what the broker said last is still to be read
		s.outbound.unsent = appendUnsent(s.outbound.unsent, chunk, n)
	}
	s.changed.Broadcast()
}

// writeApart writes what waits, then head and payload without copying them. Session.mu is held as in flush.
func (s *Session) writeApart(l *link, head, payload []byte) error {
	if err := s.flush(l); err != nil {
		return err
	}
	s.exclusive(l, nil, func() (int, error) {
		if n, err := l.write(head); err != nil {
			return n, err
		}
		return l.write(payload)
	})
	return l.out.err
}

// kick has what waits written by the link's own writer, so that the caller, who reads, never blocks in a write:
// a broker that waits for us to read would wait for ever. Session.mu is held.
func (s *Session) kick(l *link) {
	if len(l.out.buf) == 0 || l.out.writing {
		return // the goroutine in write takes it along
	}
	if l.out.wake == nil {
		l.out.wake = make(chan struct{}, 1)
		go s.writer(l, l.out.wake)
	}
	select {
	case l.out.wake <- struct{}{}:
	default:
	}
}

func (s *Session) writer(l *link, wake <-chan struct{}) {
	for range wake {
		s.mu.Lock()
		_ = s.flush(l) // the reader sees the broken connection itself
		s.mu.Unlock()
	}
}

// drop ends the link. What QoS 0 messages it had not written stay for the next one, and what SUBSCRIBE and UNSUBSCRIBE it
// had not answered are forgotten. Session.mu is held.
func (s *Session) drop(l *link) {
	_ = l.conn.Close()
	for l.out.writing {
		s.changed.Wait()
	}
	for _, timer := range []*time.Timer{l.life.ping, l.bye.finish} {
		if timer != nil {
			timer.Stop()
		}
	}
	if l.out.wake != nil {
		close(l.out.wake)
		l.out.wake = nil
	}
	s.outbound.unsent = appendUnsent(s.outbound.unsent, l.out.buf, 0)
	l.out.buf = nil
	s.charge(l)
	for id := range s.requests {
		s.ids.free(id)
	}
	clear(s.requests)
	if s.link == l {
		s.link = nil
	}
	s.changed.Broadcast()
}

// appendUnsent appends those QoS 0 PUBLISH packets of chunk whose end lies behind the first n bytes, which were written.
// QoS 1 and 2 messages are kept by the window, all other packets belong to the connection that is gone.
func appendUnsent(dst, chunk []byte, n int) []byte {
	for at := 0; at < len(chunk); {
		size := mqtt.PacketSize(chunk[at:])
		if size <= 0 {
			break // the packet's rest is no longer at hand
		}
		end := at + size
		if end > n && mqtt.PacketType(chunk[at]>>4) == mqtt.PUBLISH && chunk[at]&0x06 == 0 {
			dst = append(dst, chunk[at:end]...)
		}
		at = end
	}
	return dst
}
