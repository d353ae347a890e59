package psk

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"math"

	"github.com/culex-mqtt/culex/tlsdiag/record"
)

const (
	headerSize = 5
	// maxPlaintext is the longest content of a record, and maxCiphertext that of a protected one (RFC 5246 sections 6.2.1
	// and 6.2.3).
	maxPlaintext  = 1 << 14
	maxCiphertext = maxPlaintext + 2048
	version12     = 0x0303
)

// protection seals or opens the records of one direction (RFC 5246 section 6.2.3.3). The zero value leaves them as they are.
type protection struct {
	aead     cipher.AEAD
	iv       [nonceSize]byte // of GCM only the salt
	explicit int             // how much of the nonce each record carries
	sequence uint64
}

// errExhausted ends a connection before a nonce would be used twice.
var errExhausted = errors.New("tls: too many records for one connection")

// nonce is that of a record: in GCM the salt and what the record carries, in ChaCha20-Poly1305 the IV and the sequence number
// combined (RFC 7905 section 2).
func (p *protection) nonce(carried []byte) (nonce [nonceSize]byte) {
	nonce = p.iv
	if p.explicit > 0 {
		copy(nonce[nonceSize-p.explicit:], carried)
		return nonce
	}
	low := nonce[nonceSize-8:]
	binary.BigEndian.PutUint64(low, binary.BigEndian.Uint64(low)^p.sequence)
	return nonce
}

// additional is what is authenticated beside the content: its place, type, version and length.
func (p *protection) additional(kind byte, length int) []byte {
	out := make([]byte, 0, 8+headerSize)
	out = binary.BigEndian.AppendUint64(out, p.sequence)
	out = append(out, kind, version12>>8, version12&0xff)
	return binary.BigEndian.AppendUint16(out, uint16(length))
}

// next counts a record.
func (p *protection) next() error {
	if p.sequence == math.MaxUint64 {
		return errExhausted
	}
	p.sequence++
	return nil
}

// seal appends a record to dst. The content is at most maxPlaintext long.
func (p *protection) seal(dst []byte, kind byte, content []byte) ([]byte, error) {
	header := len(dst)
	dst = append(dst, kind, version12>>8, version12&0xff, 0, 0)
	if p.aead == nil {
		dst = append(dst, content...)
	} else {
		var carried [8]byte
		// The sequence number is no secret, and never the same twice (RFC 5288 section 3).
		binary.BigEndian.PutUint64(carried[:], p.sequence)
		nonce := p.nonce(carried[:])
		dst = append(dst, carried[:p.explicit]...)
		dst = p.aead.Seal(dst, nonce[:], content, p.additional(kind, len(content)))
		if err := p.next(); err != nil {
			return nil, err
		}
	}
	binary.BigEndian.PutUint16(dst[header+3:], uint16(len(dst)-header-headerSize))
	return dst, nil
}

// open returns the content of a record, which takes the place of body.
func (p *protection) open(kind byte, body []byte) ([]byte, error) {
	if p.aead != nil {
		length := len(body) - p.explicit - tagSize
		if length < 0 {
			return nil, wrong(record.BadRecordMAC, "bad record MAC: the record is too short")
		}
		nonce := p.nonce(body[:p.explicit])
		sealed := body[p.explicit:]
		content, err := p.aead.Open(sealed[:0], nonce[:], sealed, p.additional(kind, length))
		if err != nil {
			return nil, wrong(record.BadRecordMAC, "bad record MAC")
		}
		if err := p.next(); err != nil {
			return nil, err
		}
		body = content
	}
	if len(body) > maxPlaintext {
		return nil, wrong(alertRecordOverflow, "a record is longer than allowed")
	}
	return body, nil
}
