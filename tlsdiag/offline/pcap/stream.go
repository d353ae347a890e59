package pcap

import "slices"

// Limits of what waits for a gap to be filled, for each direction.
const (
	maxWaiting = 256 << 10
	maxParts   = 256
)

// stream puts the segments of one direction in order.
type stream struct {
	// known says that next is the sequence number of the next byte.
	known   bool
	next    uint32
	waiting []part
	held    int
	// sink is given the bytes in order, and gaps.
	sink func(data []byte, packet int)
	gap  func(n int)
}

// part is a segment that came too early.
type part struct {
	seq    uint32
	data   []byte
	absent int
	packet int
}

// ahead is how far a comes behind b in the sequence space (RFC 9293 section 3.4).
func ahead(a, b uint32) int { return int(int32(a - b)) }

// add takes a segment, in whatever order it comes and however often.
func (s *stream) add(p part) {
	if !s.known {
		s.known, s.next = true, p.seq
	}
	if ahead(p.seq, s.next) <= 0 {
		s.deliver(p)
		s.drain()
		return
	}
	p.data = slices.Clone(p.data)
	at, _ := slices.BinarySearchFunc(s.waiting, p, func(a, b part) int { return ahead(a.seq, b.seq) })
	s.waiting = slices.Insert(s.waiting, at, p)
	s.held += len(p.data)
	for s.held > maxWaiting || len(s.waiting) > maxParts {
		s.surrender()
	}
}

// deliver passes on what of p is new.
func (s *stream) deliver(p part) {
	old := -ahead(p.seq, s.next)
	if old > len(p.data)+p.absent {
		return
	}
	if fresh := p.data[min(old, len(p.data)):]; len(fresh) > 0 {
		s.next += uint32(len(fresh))
		s.sink(fresh, p.packet)
	}
	// What is left of p was not captured.
	if n := ahead(p.seq+uint32(len(p.data)+p.absent), s.next); n > 0 {
		s.next += uint32(n)
		s.gap(n)
	}
}

// drain passes on what has waited. The sink may empty the list meanwhile.
func (s *stream) drain() {
	for len(s.waiting) > 0 && ahead(s.waiting[0].seq, s.next) <= 0 {
		p := s.waiting[0]
		s.waiting[0] = part{}
		s.waiting = s.waiting[1:]
		s.held -= len(p.data)
		s.deliver(p)
	}
	if len(s.waiting) == 0 {
		s.waiting, s.held = nil, 0
	}
}

// surrender takes the bytes before the first waiting segment for lost.
func (s *stream) surrender() {
	n := ahead(s.waiting[0].seq, s.next)
	s.next = s.waiting[0].seq
	s.gap(n)
	s.drain()
}

// acknowledged says that the receiver has all bytes before ack: what is not
// here by now was not captured.
func (s *stream) acknowledged(ack uint32) {
	for len(s.waiting) > 0 && ahead(ack, s.waiting[0].seq) > 0 {
		s.surrender()
	}
}

// finish gives up on what is still missing.
func (s *stream) finish() {
	for len(s.waiting) > 0 {
		s.surrender()
	}
}
