package record

import (
	"encoding/binary"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Read reads a whole capture.
func Read(c Capture) Seen {
	r := NewReader(nil)
	for _, chunk := range c.Chunks {
		r.Feed(chunk)
	}
	f := &r.seen.Flow
	f.Sent, f.Received = c.Sent, c.Received
	if c.Truncated {
		f.Truncated, r.client.lost, r.server.lost = true, true, true
	}
	return r.Finish()
}

// Reader reads a connection piece by piece, in bounded memory however long it
// lasts. It has no use for the bodies of encrypted records that it cannot open,
// and does not keep them.
type Reader struct {
	seen           Seen
	client, server stream
	packet         int
	keys           *KeyLog
	// randoms are those of both hellos, which the keys belong to.
	clientRandom, serverRandom [randomSize]byte
	// encryptThenMAC is the extension of RFC 7366.
	encryptThenMAC bool
}

// stream is one direction.
type stream struct {
	from evidence.Side
	// pending are bytes of a record that is not complete yet, or the first of
	// a stranger's.
	pending []byte
	// skip is how much of a record is still to come that is not looked at,
	// and header is its header.
	skip   int
	header [headerSize]byte
	// handshake are bytes of a message that is not complete yet.
	handshake []byte
	records   int
	last      evidence.Record
	// changed says that ChangeCipherSpec passed.
	changed bool
	// stranger says that this direction is not TLS.
	stranger bool
	started  bool
	// lost says that bytes are missing, and where the next record begins is unknown.
	lost bool
	// opener opens what is encrypted; nil without keys.
	opener *opener
}

// NewReader returns a Reader that opens encrypted records with the secrets of
// keys; nil for none.
func NewReader(keys *KeyLog) *Reader {
	r := &Reader{seen: Seen{Stage: evidence.StageConnected}, keys: keys}
	r.client.from, r.server.from = evidence.SideClient, evidence.SideServer
	return r
}

func (r *Reader) side(from evidence.Side) *stream {
	if from == evidence.SideClient {
		return &r.client
	}
	return &r.server
}

// Late says that the connection began before the first chunk.
func (r *Reader) Late() {
	for _, s := range [...]*stream{&r.client, &r.server} {
		s.started, s.lost = true, true
	}
	r.seen.Flow.Truncated = true
}

// Missing says that n bytes of one side are not to be had.
func (r *Reader) Missing(from evidence.Side, n int) {
	s := r.side(from)
	if s.skip >= n {
		s.skip -= n
		r.skipped(s)
		return
	}
	r.lose(s)
}

func (r *Reader) lose(s *stream) {
	s.started, s.lost, s.skip, s.pending, s.handshake = true, true, 0, nil, nil
	r.seen.Flow.Truncated = true
	if s.opener != nil {
		s.opener.lost = true
	}
}

// Held is about how many bytes the Reader keeps.
func (r *Reader) Held() int {
	n := cap(r.client.pending) + cap(r.client.handshake) + cap(r.server.pending) + cap(r.server.handshake)
	for _, chain := range [...][][]byte{r.seen.Server, r.seen.Client} {
		for _, c := range chain {
			n += len(c)
		}
	}
	return n + recordRoom*(cap(r.seen.Flow.Records)+cap(r.seen.Flow.Messages))
}

// recordRoom is about what an entry of a Flow takes.
const recordRoom = 64

// Forget frees what only a failure would need; the rest of the connection can
// still be fed.
func (r *Reader) Forget() {
	s := &r.seen
	s.Server, s.Client, s.Request = nil, nil, nil
	s.Flow.Records, s.Flow.Messages = nil, nil
	s.Flow.Truncated = true
	if h := s.Flow.ClientHello; h != nil {
		s.Flow.ClientHello = &evidence.ClientHello{ServerName: h.ServerName, ALPN: h.ALPN}
	}
}

// Answered says whether the server has sent application data.
func (r *Reader) Answered() bool { return r.seen.Answered }

// Feed reads the next bytes of one side.
func (r *Reader) Feed(c Chunk) {
	s := r.side(c.From)
	r.packet = c.Packet
	if c.From == evidence.SideClient {
		r.seen.Flow.Sent += int64(len(c.Data))
	} else {
		r.seen.Flow.Received += int64(len(c.Data))
	}
	data := c.Data
	if s.lost && !s.resume(data) {
		return
	}
	for len(data) > 0 {
		if s.skip == 0 && len(s.pending) == 0 && s.opaque(data) {
			data = data[copy(s.header[:], data):]
			s.skip = int(binary.BigEndian.Uint16(s.header[3:]))
		}
		if s.skip == 0 {
			s.pending = append(s.pending, data...)
			r.complete(s)
			return
		}
		n := min(s.skip, len(data))
		s.skip -= n
		data = data[n:]
		r.skipped(s)
	}
}

// skipped notes a record that was passed over, once it is complete.
func (r *Reader) skipped(s *stream) {
	if s.skip == 0 {
		r.record(s, s.header[:], nil)
	}
}

// opaque says that b begins with a record whose content nobody looks at.
func (s *stream) opaque(b []byte) bool {
	if !s.started || s.stranger || !IsHeader(b) || b[0] != TypeApplicationData {
		return false
	}
	length := int(binary.BigEndian.Uint16(b[3:]))
	return length > 0 && (s.opener == nil || s.opener.settled && length > shortRecord)
}

// IsHeader says that b begins with the header of a record that can be.
func IsHeader(b []byte) bool {
	return len(b) >= headerSize && LooksLikeTLS(b) && b[2] <= 4 && int(binary.BigEndian.Uint16(b[3:])) <= maxRecord
}

// resume finds the records again behind a gap: at the beginning of a segment,
// if it looks like one.
func (s *stream) resume(data []byte) bool {
	if !IsHeader(data) {
		return false
	}
	s.lost = false
	return true
}

// complete reads the records that are complete.
func (r *Reader) complete(s *stream) {
	if !s.started && len(s.pending) > 0 {
		s.started = true
		s.stranger = !LooksLikeTLS(s.pending)
	}
	rest := s.pending
	for !s.stranger && len(rest) >= headerSize {
		length := int(binary.BigEndian.Uint16(rest[3:]))
		if !LooksLikeTLS(rest) || length > maxRecord {
			if s.records == 0 {
				// The beginning is kept, to be recognised.
				s.stranger = !LooksLikeTLS(rest)
				r.seen.Flow.Truncated = true
				break
			}
			r.lose(s)
			return
		}
		if len(rest) < headerSize+length {
			break
		}
		r.record(s, rest[:headerSize], rest[headerSize:headerSize+length])
		rest = rest[headerSize+length:]
	}
	if s.stranger || s.records == 0 {
		rest = rest[:min(len(rest), headerSize+maxRecord)]
	}
	s.pending = append(s.pending[:0], rest...)
	if len(rest) == 0 {
		s.pending = nil
	}
}

// Finish returns what was seen. The Reader is not to be fed any more.
func (r *Reader) Finish() Seen {
	s := &r.server
	f := &r.seen.Flow
	switch {
	case s.stranger:
		f.Stranger = Recognise(s.pending)
	case s.skip > 0:
		announced := int(binary.BigEndian.Uint16(s.header[3:]))
		f.Unfinished = &evidence.Unfinished{Announced: announced, Received: announced - s.skip}
	case len(s.pending) >= headerSize && !f.Truncated:
		f.Unfinished = &evidence.Unfinished{
			Announced: int(binary.BigEndian.Uint16(s.pending[3:])),
			Received:  len(s.pending) - headerSize,
		}
	case len(s.pending) > 0 && !f.Truncated:
		// A header of which not even the length arrived.
		f.Unfinished = &evidence.Unfinished{Received: 0}
	}
	r.sealedAlert(&r.client)
	r.sealedAlert(&r.server)
	return r.seen
}

func (r *Reader) record(s *stream, header, body []byte) {
	f := &r.seen.Flow
	kind, length := header[0], int(binary.BigEndian.Uint16(header[3:]))
	s.records++
	s.last = evidence.Record{
		From: s.from, Type: kind, Version: evidence.Version(binary.BigEndian.Uint16(header[1:])), Length: length,
		Encrypted: r.encrypted(s, kind, length), Packet: r.packet,
	}
	if len(f.Records) < maxRecords {
		f.Records = append(f.Records, s.last)
	} else {
		f.Truncated = true
	}
	switch {
	case s.last.Encrypted && r.open(s, header, body):
	case s.last.Encrypted && kind == TypeAlert:
		r.alert(evidence.Alert{From: s.from, Code: evidence.AlertUnread, Encrypted: true})
	case s.last.Encrypted && length != sealedAlertSize:
		r.encryptedData(s, length)
	case s.last.Encrypted:
	case kind == TypeChangeCipherSpec:
		s.changed = true
		r.changeCipherSpec(s)
	case kind == TypeAlert:
		r.alert(evidence.Alert{From: s.from, Level: int(body[0]), Code: int(body[1])})
	case kind == TypeHandshake:
		r.handshakeBytes(s, body)
	}
}

// encrypted tells whether a record's content is hidden. An alert of two bytes
// is always in the clear: sealing adds at least eight.
func (r *Reader) encrypted(s *stream, kind uint8, length int) bool {
	switch kind {
	case TypeApplicationData:
		return true
	case TypeAlert:
		return length != 2
	case TypeHandshake:
		return s.changed
	}
	return false
}

func (r *Reader) version() evidence.Version {
	if h := r.seen.Flow.ServerHello; h != nil {
		return h.Version
	}
	return 0
}

// encryptedData moves the stage on where only the fact of a record tells.
func (r *Reader) encryptedData(s *stream, length int) {
	if r.version() >= evidence.TLS13 {
		r.sealedData(s, length)
		return
	}
	if s.from == evidence.SideServer && s.changed {
		r.seen.Stage = evidence.StageEstablished
		r.seen.Accepted = true
		r.seen.Answered = r.seen.Answered || s.last.Type == TypeApplicationData
	}
}

func (r *Reader) changeCipherSpec(s *stream) {
	if s.from == evidence.SideClient && r.version() < evidence.TLS13 && r.version() != 0 &&
		r.seen.Stage != evidence.StageEstablished {
		r.seen.Stage = evidence.StageClientFlight
	}
	if r.version() < evidence.TLS13 {
		r.keysTLS12(s)
	}
}

func (r *Reader) alert(a evidence.Alert) {
	a.Stage = r.seen.Stage
	a.Packet = r.packet
	if len(r.seen.Flow.Alerts) < maxAlerts {
		r.seen.Flow.Alerts = append(r.seen.Flow.Alerts, a)
	}
}
