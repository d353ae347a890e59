package pcap

import (
	"errors"
	"io"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// Limits of what is kept of all connections together.
const (
	maxConnections = 32768
	maxHeld        = 64 << 20
)

// Totals counts what a capture holds.
type Totals struct {
	Packets int   `json:"packets"`
	Bytes   int64 `json:"bytes"`
	// Other counts TCP connections that are neither TLS nor MQTT.
	Other int `json:"other_connections,omitempty"`
	// Fragments counts pieces of IP packets, which are not put together.
	Fragments int `json:"fragments,omitempty"`
	// Cut counts packets that were captured in part.
	Cut int `json:"cut_packets,omitempty"`
	// GivenUp counts connections that were dropped for want of room.
	GivenUp int `json:"given_up,omitempty"`
}

// Options is how a capture is read.
type Options struct {
	// Keys opens what is encrypted; nil for none.
	Keys *record.KeyLog
	// Ports are the ports of servers that are of interest; none means all.
	Ports []uint16
}

// Tracker puts the connections of a capture together.
type Tracker struct {
	options Options
	report  func(*Connection)
	conns   map[pair]*conn
	// oldest and newest are the ends of the order of use.
	oldest, newest *conn
	held           int
	totals         Totals
	now            time.Time
}

// pair is both ends of a connection, the lower first.
type pair struct{ a, b endpoint }

func pairOf(a, b endpoint) pair {
	if string(b.address[:]) < string(a.address[:]) || b.address == a.address && b.port < a.port {
		a, b = b, a
	}
	return pair{a, b}
}

// NewTracker returns a Tracker that reports each connection at its end.
func NewTracker(o Options, report func(*Connection)) *Tracker {
	if o.Keys == nil {
		o.Keys = new(record.KeyLog)
	}
	return &Tracker{options: o, report: report, conns: map[pair]*conn{}}
}

// Read reads a whole capture and reports its connections, those that were
// still open at the end too. The error is that of the Reader: what came before
// it was reported.
func Read(r io.Reader, o Options, report func(*Connection)) (Totals, error) {
	t := NewTracker(o, report)
	in, err := NewReader(r)
	for err == nil {
		var p Packet
		if p, err = in.Next(); err == nil {
			if in.secrets != nil {
				t.options.Keys.Add(in.Secrets())
			}
			t.Add(p)
		}
	}
	t.Finish()
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return t.totals, err
}

// Add reads one packet.
func (t *Tracker) Add(p Packet) {
	t.totals.Packets++
	t.totals.Bytes += int64(len(p.Data))
	t.now = p.Time
	cut := max(p.Length-len(p.Data), 0)
	if cut > 0 {
		t.totals.Cut++
	}
	var s segment
	switch s.ip(network(p.Link, p.Data), cut) {
	case fragment:
		t.totals.Fragments++
		return
	case tcp:
	default:
		return
	}
	if s.part {
		t.totals.Fragments++
	}
	if !t.wanted(&s) {
		return
	}
	key := pairOf(s.from, s.to)
	c := t.conns[key]
	if c != nil && t.renewed(c, &s) {
		t.end(c, key)
		c = nil
	}
	switch {
	case c == nil && !begins(&s), c != nil && c.tcp.done:
		return
	case c == nil:
		c = newConn(&s, p, t.options.Keys)
		t.conns[key] = c
	default:
		t.unlink(c)
	}
	t.link(c)
	t.work(c, &s, p)
	t.limit()
}

// wanted says that a segment is of a port of interest.
func (t *Tracker) wanted(s *segment) bool {
	for _, p := range t.options.Ports {
		if s.from.port == p || s.to.port == p {
			return true
		}
	}
	return len(t.options.Ports) == 0
}

// begins says that a segment of an unknown connection is worth a new one.
func begins(s *segment) bool {
	return s.flags&flagSYN != 0 || s.flags&flagRST == 0 && len(s.payload) > 0
}

// renewed says that s begins another connection between the same ports.
func (t *Tracker) renewed(c *conn, s *segment) bool {
	return s.flags&(flagSYN|flagACK) == flagSYN && (c.tcp.done || !c.tcp.synSeen || c.tcp.syn != s.seq || c.ends[client] != s.from)
}

// work lets the connection read a segment, and reports it if that was its last.
func (t *Tracker) work(c *conn, s *segment, p Packet) {
	c.take(s, p)
	if c.tcp.done {
		t.finish(c)
	}
	held := c.streams[client].held + c.streams[server].held
	if c.reader != nil && !c.talk.forgotten {
		held += c.reader.Held()
	}
	t.held += held - c.held
	c.held = held
}

// finish reports a connection. Its entry stays, for what comes behind its end.
func (t *Tracker) finish(c *conn) {
	out := c.finish(t.now)
	c.tcp.done = true
	c.out.Seen = record.Seen{}
	switch {
	case c.talk.ignored, out.Late && out.Protocol == None:
		t.totals.Other++
	default:
		t.report(&out)
	}
}

// end takes a connection out of the table.
func (t *Tracker) end(c *conn, key pair) {
	if !c.tcp.done {
		t.finish(c)
	}
	t.unlink(c)
	t.held -= c.held
	delete(t.conns, key)
}

// limit drops what was not used for the longest time, if there is too much.
func (t *Tracker) limit() {
	for len(t.conns) > maxConnections || t.held > maxHeld && t.oldest != t.newest {
		c := t.oldest
		if !c.tcp.done {
			t.totals.GivenUp++
		}
		t.end(c, pairOf(c.ends[client], c.ends[server]))
	}
}

// Finish reports the connections that are still open.
func (t *Tracker) Finish() Totals {
	for t.oldest != nil {
		t.end(t.oldest, pairOf(t.oldest.ends[client], t.oldest.ends[server]))
	}
	return t.totals
}

func (t *Tracker) link(c *conn) {
	c.older, c.newer = t.newest, nil
	if t.newest != nil {
		t.newest.newer = c
	} else {
		t.oldest = c
	}
	t.newest = c
}

func (t *Tracker) unlink(c *conn) {
	if c.older != nil {
		c.older.newer = c.newer
	} else {
		t.oldest = c.newer
	}
	if c.newer != nil {
		c.newer.older = c.older
	} else {
		t.newest = c.older
	}
}
