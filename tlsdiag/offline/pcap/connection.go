package pcap

import (
	"net/netip"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// Protocol is what the client spoke.
type Protocol string

// The protocols.
const (
	// None: the client sent nothing; TCP may not have been established.
	None Protocol = ""
	TLS  Protocol = "tls"
	// MQTT is MQTT without TLS.
	MQTT Protocol = "mqtt"
)

// Connection is one connection of a capture, from its first packet to its last.
type Connection struct {
	Client, Server netip.AddrPort
	Protocol       Protocol
	// Established says that TCP's own handshake was completed, or began before
	// the capture.
	Established bool
	// Late says that the connection began before the capture.
	Late    bool
	Packets Packets
	// Seen is what passed on it.
	Seen record.Seen
	End  Ending
	// Missing is how many bytes passed and were not captured.
	Missing int64
}

// Packets is where a connection stands in the capture.
type Packets struct {
	First, Last, Count int
	Begin, End         time.Time
}

// Ending is how a connection came to its end.
type Ending struct {
	// How is EndFIN or EndReset; EndRefused if TCP was refused; empty if the
	// end was not captured.
	How evidence.How
	// By is who was the first to end it.
	By evidence.Side
	// Packet is the number of the packet, and Time when that was.
	Packet int
	Time   time.Time
	// Silence is for how long nothing had come from the server then, or until the end
	// of the capture.
	Silence time.Duration
	// Open says that the capture, or the room for connections, ended first.
	Open bool
}

// conn is a connection at work.
type conn struct {
	out     Connection
	ends    [2]endpoint // client, server
	streams [2]stream
	reader  *record.Reader
	talk    talk
	tcp     tcpState
	// held is what the reader and the streams keep, in bytes.
	held int
	// older and newer are the neighbours in the order of use.
	older, newer *conn
}

// talk is what is known of the protocol.
type talk struct {
	decided, ignored bool
	guesses          int
	lastServer       time.Time
	forgotten        bool
}

// tcpState is what TCP's flags have told.
type tcpState struct {
	syn      uint32
	synSeen  bool
	synAcked bool
	fin      [2]bool
	finSeq   [2]uint32
	done     bool
}

const (
	client = 0
	server = 1
)

func side(i int) evidence.Side {
	if i == client {
		return evidence.SideClient
	}
	return evidence.SideServer
}

// maxGuesses is how many segments of a connection that began before the capture
// are looked at, to see whether it is TLS.
const maxGuesses = 16

// knownAfter is how many packets of a connection that works pass before what
// only a failure needs is freed.
const knownAfter = 64

func newConn(s *segment, at Packet, keys *record.KeyLog) *conn {
	c := &conn{reader: record.NewReader(keys)}
	c.out.Packets.First, c.out.Packets.Begin = at.Number, at.Time
	c.ends = [2]endpoint{s.from, s.to}
	switch {
	case s.flags&flagSYN != 0 && s.flags&flagACK == 0:
	case s.flags&flagSYN != 0, serverPort(s.from.port, s.to.port):
		c.ends[0], c.ends[1] = c.ends[1], c.ends[0]
	}
	c.out.Late = s.flags&flagSYN == 0
	c.out.Established = c.out.Late
	for i := range c.streams {
		from := side(i)
		c.streams[i].sink = func(b []byte, packet int) { c.feed(i, b, packet) }
		c.streams[i].gap = func(n int) {
			c.out.Missing += int64(n)
			if c.reader != nil {
				c.reader.Missing(from, n)
			}
		}
	}
	return c
}

// serverPort guesses which of two ports is the server's: one that MQTT or
// HTTPS is known for, else the lower.
func serverPort(a, b uint16) bool {
	if x, y := usualPort(a), usualPort(b); x != y {
		return x
	}
	return a < b
}

func usualPort(p uint16) bool { return p == 443 || p == 1883 || p >= 8883 && p <= 8887 }

// take reads one segment of the connection.
func (c *conn) take(s *segment, at Packet) {
	p := &c.out.Packets
	p.Last, p.End = at.Number, at.Time
	p.Count++
	from := c.from(s)
	c.handshake(s, from)
	if s.flags&flagSYN == 0 && !c.streams[from].known {
		c.streams[from].known, c.streams[from].next = true, s.seq
	}
	if s.flags&flagACK != 0 {
		c.streams[1-from].acknowledged(s.ack)
	}
	if (len(s.payload) > 0 || s.absent > 0) && s.flags&flagRST == 0 {
		if from == server {
			c.talk.lastServer = at.Time
		}
		if c.out.Late && !c.talk.decided {
			c.decideLate(from, s.payload)
			from = c.from(s)
		}
		if !c.talk.ignored {
			seq := s.seq
			if s.flags&flagSYN != 0 {
				seq++
			}
			c.streams[from].add(part{seq: seq, data: s.payload, absent: s.absent, packet: at.Number})
		}
	}
	c.closing(s, from, at)
}

func (c *conn) from(s *segment) int {
	if s.from == c.ends[server] {
		return server
	}
	return client
}

// handshake looks at TCP's own.
func (c *conn) handshake(s *segment, from int) {
	switch {
	case s.flags&flagSYN != 0:
		c.streams[from].known, c.streams[from].next = true, s.seq+1
		if from == client {
			c.tcp.syn, c.tcp.synSeen = s.seq, true
		} else {
			c.tcp.synAcked = true
		}
	case from == client && c.tcp.synAcked && !c.out.Established:
		c.out.Established = true
	case from == server && len(s.payload) > 0:
		c.out.Established = true
	}
}

// decide tells what is spoken by the first bytes, in order.
func (c *conn) decide(from int, b []byte) {
	switch {
	case from == server:
		// Some servers speak first; what they are is told by who they speak to.
	case isConnect(b):
		c.out.Protocol, c.talk.decided = MQTT, true
	case b[0] == record.TypeHandshake && record.LooksLikeTLS(b):
		c.out.Protocol, c.talk.decided = TLS, true
	default:
		c.ignore()
	}
}

// decideLate guesses whether a connection that began before the capture is TLS.
func (c *conn) decideLate(from int, b []byte) {
	switch {
	case isClientHello(b):
		// The capture began behind TCP's handshake and before TLS's.
		if from == server {
			c.swap()
		}
		c.out.Protocol, c.talk.decided, c.out.Late = TLS, true, false
	case record.IsHeader(b):
		c.out.Protocol, c.talk.decided = TLS, true
		c.reader.Late()
	default:
		if c.talk.guesses++; c.talk.guesses == maxGuesses {
			c.ignore()
		}
	}
}

func (c *conn) swap() {
	c.ends[0], c.ends[1] = c.ends[1], c.ends[0]
	c.streams[0].known, c.streams[1].known = c.streams[1].known, c.streams[0].known
	c.streams[0].next, c.streams[1].next = c.streams[1].next, c.streams[0].next
}

func (c *conn) ignore() {
	c.talk.decided, c.talk.ignored = true, true
	c.reader = nil
	for i := range c.streams {
		c.streams[i].waiting, c.streams[i].held = nil, 0
	}
}

// isClientHello says that b begins with a ClientHello.
func isClientHello(b []byte) bool {
	const header, clientHello = 5, 1
	return len(b) > header && record.IsHeader(b) && b[0] == record.TypeHandshake && b[header] == clientHello
}

// isConnect says that b begins with an MQTT CONNECT: the protocol's name stands
// behind the length ([MQTT-3.1.2.1]).
func isConnect(b []byte) bool {
	const connect, enough = 0x10, 12
	if b[0] != connect || len(b) < enough {
		return b[0] == connect
	}
	for i := 2; i <= 5 && i+6 <= len(b); i++ {
		if string(b[i:i+6]) == "\x00\x04MQTT" || string(b[i:i+6]) == "\x00\x06MQIs" {
			return true
		}
	}
	return false
}

// feed is given the bytes of one side in order.
func (c *conn) feed(from int, b []byte, packet int) {
	if !c.talk.decided && !c.out.Late {
		c.decide(from, b)
	}
	if c.talk.ignored || !c.talk.decided && c.out.Late || from == client && c.out.Protocol == MQTT {
		// A plain CONNECT holds a password.
		return
	}
	c.reader.Feed(record.Chunk{From: side(from), Data: b, Packet: packet})
	if !c.talk.forgotten && c.out.Packets.Count > knownAfter && c.reader.Answered() {
		c.reader.Forget()
		c.talk.forgotten = true
	}
}

// closing looks at FIN and RST.
func (c *conn) closing(s *segment, from int, at Packet) {
	if s.flags&(flagFIN|flagRST) == 0 {
		return
	}
	how := evidence.EndFIN
	switch {
	case s.flags&flagRST == 0:
		c.tcp.fin[from] = true
		c.tcp.finSeq[from] = s.seq + uint32(len(s.payload)+s.absent)
		c.tcp.done = c.tcp.fin[1-from]
	default:
		how, c.tcp.done = evidence.EndReset, true
		if from == server && c.tcp.synSeen && !c.tcp.synAcked {
			how = evidence.EndRefused
		}
	}
	if e := &c.out.End; e.How == "" {
		*e = Ending{How: how, By: side(from), Packet: at.Number, Time: at.Time, Silence: c.silence(at.Time)}
	}
}

// silence is for how long nothing came from the server.
func (c *conn) silence(now time.Time) time.Duration {
	since := c.talk.lastServer
	if since.IsZero() {
		since = c.out.Packets.Begin
	}
	return max(now.Sub(since), 0)
}

// finish completes what is known, now at the end of the connection or of the capture.
func (c *conn) finish(now time.Time) Connection {
	out := &c.out
	out.Client, out.Server = c.ends[client].addrPort(), c.ends[server].addrPort()
	if out.End.How == "" {
		out.End = Ending{Open: true, Time: now, Silence: c.silence(now)}
	}
	if c.reader != nil {
		for i := range c.streams {
			s := &c.streams[i]
			s.finish()
			if n := ahead(c.tcp.finSeq[i], s.next); c.tcp.fin[i] && s.known && n > 0 {
				s.gap(n)
			}
		}
	}
	if c.reader != nil {
		out.Seen = c.reader.Finish()
		c.reader = nil
	}
	return *out
}
