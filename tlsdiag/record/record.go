// Package record reads TLS from bytes: records, handshake messages, alerts,
// and the greetings of servers that do not speak TLS at all. It is pure and
// bounded: whatever the input, it neither panics nor allocates more than a
// small multiple of what it was given.
package record

import (
	"encoding/binary"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Content types (RFC 8446 section 5.1).
const (
	TypeChangeCipherSpec = 20
	TypeAlert            = 21
	TypeHandshake        = 22
	TypeApplicationData  = 23
)

const (
	headerSize = 5
	// maxRecord is the largest record that any version allows (RFC 5246
	// section 6.2.3).
	maxRecord   = 1<<14 + 2048
	maxRecords  = 256
	maxMessages = 64
	maxAlerts   = 16
)

// Handshake types (IANA TLS HandshakeType).
const (
	msgClientHello        = 1
	msgServerHello        = 2
	msgCertificate        = 11
	msgServerKeyExchange  = 12
	msgCertificateRequest = 13
)

// Capture is what passed on a connection, in order.
type Capture struct {
	Chunks         []Chunk
	Sent, Received int64
	// Truncated says that more passed than Chunks holds.
	Truncated bool
}

// Chunk is a run of bytes from one side.
type Chunk struct {
	From evidence.Side
	Data []byte
}

// Seen is what a capture tells.
type Seen struct {
	Flow evidence.Flow
	// Server and Client are the certificates that each side sent in the
	// clear, DER encoded, its own first.
	Server, Client [][]byte
	// ClientAnswered says whether a client Certificate message was seen in
	// the clear, empty or not.
	ClientAnswered bool
	// Request is the CertificateRequest, if one was seen in the clear.
	Request *Request
	Stage   evidence.Stage
}

// MessageName is the specification's name of a handshake type, or "" for one
// that is unknown.
func MessageName(kind uint8) string {
	switch kind {
	case 0:
		return "HelloRequest"
	case msgClientHello:
		return "ClientHello"
	case msgServerHello:
		return "ServerHello"
	case 4:
		return "NewSessionTicket"
	case 8:
		return "EncryptedExtensions"
	case msgCertificate:
		return "Certificate"
	case msgServerKeyExchange:
		return "ServerKeyExchange"
	case msgCertificateRequest:
		return "CertificateRequest"
	case 14:
		return "ServerHelloDone"
	case 15:
		return "CertificateVerify"
	case 16:
		return "ClientKeyExchange"
	case 20:
		return "Finished"
	case 22:
		return "CertificateStatus"
	case 24:
		return "KeyUpdate"
	}
	return ""
}

// Read reads a whole capture.
func Read(c Capture) Seen {
	r := reader{seen: Seen{Stage: evidence.StageConnected}}
	r.seen.Flow.Sent, r.seen.Flow.Received, r.seen.Flow.Truncated = c.Sent, c.Received, c.Truncated
	for _, chunk := range c.Chunks {
		r.feed(chunk)
	}
	r.finish()
	return r.seen
}

// reader is the state of reading one capture.
type reader struct {
	seen           Seen
	client, server stream
}

// stream is one direction.
type stream struct {
	from evidence.Side
	// pending are bytes of a record that is not complete yet.
	pending []byte
	// handshake are bytes of a message that is not complete yet.
	handshake []byte
	records   int
	// changed says that ChangeCipherSpec passed.
	changed bool
	// stranger says that this direction is not TLS.
	stranger bool
	started  bool
}

func (r *reader) feed(c Chunk) {
	s := &r.server
	if c.From == evidence.SideClient {
		s = &r.client
	}
	s.from = c.From
	s.pending = append(s.pending, c.Data...)
	if !s.started && len(s.pending) > 0 {
		s.started = true
		s.stranger = !LooksLikeTLS(s.pending)
	}
	if s.stranger {
		return
	}
	for len(s.pending) >= headerSize {
		if !LooksLikeTLS(s.pending) {
			r.seen.Flow.Truncated = true
			s.stranger = s.records == 0
			return
		}
		length := int(binary.BigEndian.Uint16(s.pending[3:]))
		if length > maxRecord {
			r.seen.Flow.Truncated = true
			return
		}
		if len(s.pending) < headerSize+length {
			return
		}
		r.record(s, s.pending[:headerSize+length])
		s.pending = s.pending[headerSize+length:]
	}
}

// finish looks at what was left over.
func (r *reader) finish() {
	s := &r.server
	f := &r.seen.Flow
	switch {
	case s.stranger:
		f.Stranger = Recognise(s.pending)
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
}

func (r *reader) record(s *stream, b []byte) {
	f := &r.seen.Flow
	kind, body := b[0], b[headerSize:]
	s.records++
	rec := evidence.Record{
		From: s.from, Type: kind, Version: evidence.Version(binary.BigEndian.Uint16(b[1:])), Length: len(body),
		Encrypted: r.encrypted(s, kind, len(body)),
	}
	if len(f.Records) < maxRecords {
		f.Records = append(f.Records, rec)
	} else {
		f.Truncated = true
	}
	switch {
	case rec.Encrypted && kind == TypeAlert:
		r.alert(evidence.Alert{From: s.from, Code: evidence.AlertUnread, Encrypted: true})
	case rec.Encrypted && len(body) != sealedAlertSize:
		r.encryptedData(s)
	case rec.Encrypted:
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
func (r *reader) encrypted(s *stream, kind uint8, length int) bool {
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

func (r *reader) version() evidence.Version {
	if h := r.seen.Flow.ServerHello; h != nil {
		return h.Version
	}
	return 0
}

// encryptedData moves the stage on where only the fact of a record tells.
func (r *reader) encryptedData(s *stream) {
	if r.version() >= evidence.TLS13 {
		if s.from == evidence.SideClient {
			r.seen.Stage = evidence.StageEstablished
		}
		return
	}
	if s.from == evidence.SideServer && s.changed {
		r.seen.Stage = evidence.StageEstablished
	}
}

func (r *reader) changeCipherSpec(s *stream) {
	if s.from == evidence.SideClient && r.version() < evidence.TLS13 && r.version() != 0 &&
		r.seen.Stage != evidence.StageEstablished {
		r.seen.Stage = evidence.StageClientFlight
	}
}

func (r *reader) alert(a evidence.Alert) {
	a.Stage = r.seen.Stage
	if len(r.seen.Flow.Alerts) < maxAlerts {
		r.seen.Flow.Alerts = append(r.seen.Flow.Alerts, a)
	}
}

// sealedAlertSize is the length of an alert under TLS 1.3: two bytes, a
// content type and a tag of 16.
const sealedAlertSize = 2 + 1 + 16

// sealedAlert notes an alert of TLS 1.3 that an observer cannot open, as a
// direction's last record.
func (r *reader) sealedAlert(s *stream) {
	if r.version() < evidence.TLS13 || r.seen.Flow.Truncated {
		return
	}
	records := r.seen.Flow.Records
	for i := len(records) - 1; i >= 0; i-- {
		if records[i].From != s.from {
			continue
		}
		if records[i].Type == TypeApplicationData && records[i].Length == sealedAlertSize {
			r.alert(evidence.Alert{From: s.from, Code: evidence.AlertUnread, Encrypted: true})
		}
		return
	}
}
