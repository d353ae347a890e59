package record

import (
	"crypto/sha256"
	"crypto/sha512"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Sizes of what TLS 1.3 seals (RFC 8446 section 5.2): a content type and a tag
// of 16 bytes are added to each record.
const (
	sealing = 1 + 16
	// sealedAlertSize is the length of an alert.
	sealedAlertSize = 2 + sealing
	// emptyCertificate is the Certificate message of a client that has none:
	// a header, no context and no list.
	emptyCertificate = messageHeader + 1 + 3
	// ticketSize is the least that a NewSessionTicket takes. What a broker
	// says first, a CONNACK, is shorter.
	ticketSize = 64
	// maxTickets is how many a server is expected to send at once.
	maxTickets = 2
)

// suiteAES256SHA384 is the one suite of TLS 1.3 with a longer hash.
const suiteAES256SHA384 = 0x1302

// Flight is the second flight of a client in TLS 1.3, whose content an observer
// does not see, by the lengths of its records.
type Flight struct {
	// Lengths are those of its first two records.
	Lengths [2]int
	// Requested says whether a certificate was asked for, Sent whether one,
	// and not an empty list, was sent.
	Requested, Sent evidence.Answer
}

// note adds a record.
func (f *Flight) note(length int, suite uint16) {
	switch {
	case f.Lengths[0] == 0:
		f.Lengths[0] = length
	case f.Lengths[1] == 0:
		f.Lengths[1] = length
	default:
		return
	}
	hash := sha256.Size
	if suite == suiteAES256SHA384 {
		hash = sha512.Size384
	}
	finished := messageHeader + hash
	first, second := f.Lengths[0]-sealing, f.Lengths[1]-sealing
	switch {
	case first == finished:
		f.Requested, f.Sent = evidence.No, evidence.NotObserved
	case first == emptyCertificate+finished, first == emptyCertificate && second == finished:
		f.Requested, f.Sent = evidence.Yes, evidence.No
	case first > emptyCertificate+finished:
		f.Requested, f.Sent = evidence.Yes, evidence.Yes
	}
}

// sealedData notes a record of TLS 1.3 that is not opened.
func (r *Reader) sealedData(s *stream, length int) {
	if s.from == evidence.SideClient {
		r.seen.Stage = evidence.StageEstablished
		if r.seen.Flow.ServerHello != nil && !s.lost && !r.seen.Opened {
			r.seen.Flight.note(length, r.seen.Flow.ServerHello.CipherSuite)
		}
		return
	}
	if r.seen.Stage != evidence.StageEstablished {
		return
	}
	r.seen.Accepted = true
	if length < ticketSize {
		r.seen.Answered = true
		return
	}
	r.seen.tickets++
	r.seen.Answered = r.seen.Answered || r.seen.tickets > maxTickets
}

// sealedAlert notes an alert of TLS 1.3 that an observer cannot open, as a
// direction's last record.
func (r *Reader) sealedAlert(s *stream) {
	if r.version() < evidence.TLS13 || s.lost || s.opener != nil && !s.opener.failed {
		return
	}
	if l := s.last; l.Type == TypeApplicationData && l.Length == sealedAlertSize {
		r.packet = l.Packet
		r.alert(evidence.Alert{From: s.from, Code: evidence.AlertUnread, Encrypted: true})
	}
}
