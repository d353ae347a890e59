package record

import (
	"bytes"
	"encoding/binary"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

const (
	// shortRecord is the longest record that is still opened when the
	// application's data flows: alerts and key updates are shorter.
	shortRecord = 64
	// firstData is how much of a server's first words is kept.
	firstData = 64
)

// opener opens the records of one side.
type opener struct {
	cipher recordCipher
	// sequence counts the records that were sent under this key.
	sequence uint64
	// next is the secret of the application's data in TLS 1.3.
	next  []byte
	suite uint16
	// settled says that only short records are still of interest.
	settled bool
	// lost says that the sequence is not known any more.
	lost bool
	// failed says that a record could not be opened.
	failed bool
}

// recordCipher opens one record, of the content type and version in header, in
// TLS 1.2 and before. In TLS 1.3 plain ends with the true content type.
type recordCipher interface {
	open(sequence uint64, header, body []byte) (plain []byte, ok bool)
}

func copyRandom(to *[randomSize]byte, body []byte) {
	const version = 2
	if len(body) >= version+randomSize {
		copy(to[:], body[version:])
	}
}

// serverHello sets up the keys of the handshake in TLS 1.3.
func (r *Reader) serverHello(h *evidence.ServerHello, body []byte) {
	copyRandom(&r.serverRandom, body)
	if h.Version < evidence.TLS13 || bytes.Equal(r.serverRandom[:], helloRetry[:]) {
		r.encryptThenMAC = h.Version < evidence.TLS13 && hasEncryptThenMAC(body)
		return
	}
	r.client.opener = r.opener13(h.CipherSuite, labelClientHandshake, labelClientTraffic)
	r.server.opener = r.opener13(h.CipherSuite, labelServerHandshake, labelServerTraffic)
}

// opener13 returns what opens one side's records in TLS 1.3, nil without its secrets.
func (r *Reader) opener13(suite uint16, handshake, traffic string) *opener {
	c := newCipher13(suite, r.keys.secret(handshake, &r.clientRandom))
	if c == nil {
		return nil
	}
	return &opener{cipher: c, suite: suite, next: r.keys.secret(traffic, &r.clientRandom)}
}

// keysTLS12 sets up one side's keys up to TLS 1.2: those after its ChangeCipherSpec.
func (r *Reader) keysTLS12(s *stream) {
	h := r.seen.Flow.ServerHello
	master := r.keys.secret(labelMaster, &r.clientRandom)
	if h == nil || master == nil {
		return
	}
	k := keyBlock{version: h.Version, suite: h.CipherSuite, master: master, client: &r.clientRandom, server: &r.serverRandom,
		encryptThenMAC: r.encryptThenMAC}
	if c := k.cipher(s.from); c != nil {
		s.opener = &opener{cipher: c, suite: h.CipherSuite}
	}
}

// open opens an encrypted record and notes what is in it. It returns false for
// one that stays closed.
func (r *Reader) open(s *stream, header, body []byte) bool {
	o := s.opener
	if o == nil {
		return false
	}
	if body == nil {
		o.sequence++
		return true
	}
	plain, ok := o.open(header, body)
	if !ok {
		o.failed = true
		return false
	}
	kind := header[0]
	if r.version() >= evidence.TLS13 {
		plain = bytes.TrimRight(plain, "\x00")
		if len(plain) == 0 {
			return true
		}
		kind, plain = plain[len(plain)-1], plain[:len(plain)-1]
	}
	r.seen.Opened = true
	r.opened(s, kind, plain)
	return true
}

// maxSearch is how many records may have been lost for the sequence to be found again.
const maxSearch = 4096

func (o *opener) open(header, body []byte) ([]byte, bool) {
	tries := uint64(1)
	if o.lost {
		tries = maxSearch
	}
	for i := range tries {
		if plain, ok := o.cipher.open(o.sequence+i, header, body); ok {
			o.sequence += i + 1
			o.lost = false
			return plain, true
		}
	}
	return nil, false
}

func (r *Reader) opened(s *stream, kind uint8, plain []byte) {
	established := r.seen.Stage == evidence.StageEstablished
	switch {
	case kind == TypeAlert && len(plain) == 2:
		r.alert(evidence.Alert{From: s.from, Level: int(plain[0]), Code: int(plain[1]), Encrypted: true})
		return
	case kind == TypeHandshake:
		r.handshakeBytes(s, bytes.Clone(plain))
	case kind == TypeApplicationData && s.from == evidence.SideServer:
		r.seen.Answered = true
		room := firstData - len(r.seen.First)
		r.seen.First = append(r.seen.First, plain[:min(room, len(plain))]...)
		s.opener.settled = len(r.seen.First) == firstData
	case kind == TypeApplicationData:
		s.opener.settled = true
	}
	if s.from == evidence.SideServer && established {
		r.seen.Accepted = true
	}
}

// clientFinished is the end of the handshake in TLS 1.3, as the client sees it.
func (r *Reader) clientFinished() {
	if r.version() >= evidence.TLS13 {
		r.seen.Stage = evidence.StageEstablished
		r.client.opener = r.client.opener.later()
	}
}

// serverFinished is the end of the server's flight in TLS 1.3, and the end of
// the handshake before.
func (r *Reader) serverFinished() {
	if r.version() >= evidence.TLS13 {
		r.server.opener = r.server.opener.later()
		return
	}
	r.seen.Stage, r.seen.Accepted = evidence.StageEstablished, true
}

// later returns what opens the application's data; nil without the secret.
func (o *opener) later() *opener {
	if o == nil {
		return nil
	}
	c := newCipher13(o.suite, o.next)
	if c == nil {
		return nil
	}
	return &opener{cipher: c, suite: o.suite}
}

// hasEncryptThenMAC looks for the extension encrypt_then_mac (RFC 7366) in a ServerHello.
func hasEncryptThenMAC(body []byte) bool {
	h, d := rawServerHello(body)
	_, ok := h.extension(extEncryptThenMAC)
	return ok && !d.failed
}

// withSequence is a nonce of TLS 1.3, and of ChaCha20-Poly1305 before: the IV
// and the sequence number, combined (RFC 8446 section 5.3).
func withSequence(iv []byte, sequence uint64) []byte {
	nonce := bytes.Clone(iv)
	at := len(nonce) - 8
	binary.BigEndian.PutUint64(nonce[at:], binary.BigEndian.Uint64(nonce[at:])^sequence)
	return nonce
}
