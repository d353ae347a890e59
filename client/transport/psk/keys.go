package psk

import (
	"bytes"
	"encoding/binary"

	"github.com/culex-mqtt/culex/tlsdiag/record"
)

const (
	masterSize   = 48
	finishedSize = 12
	randomSize   = 32
)

// premaster puts the pre-shared key together with the secret of ECDHE (RFC 5489 section 2); without ECDHE that is as many
// zeros as the key has bytes (RFC 4279 section 2).
func premaster(key, shared []byte) []byte {
	if shared == nil {
		shared = make([]byte, len(key))
	}
	out := binary.BigEndian.AppendUint16(nil, uint16(len(shared)))
	out = append(out, shared...)
	out = binary.BigEndian.AppendUint16(out, uint16(len(key)))
	return append(out, key...)
}

// secrets are what both sides derive their keys from.
type secrets struct {
	suite          suite
	client, server [randomSize]byte
	master         []byte
}

// derive sets the master secret: from the handshake so far where both sides have the extended master secret (RFC 7627 section
// 4), else from both random numbers (RFC 5246 section 8.1).
func (s *secrets) derive(premaster, handshake []byte, extended bool) {
	if extended {
		s.master = s.prf(premaster, "extended master secret", s.digest(handshake), masterSize)
		return
	}
	s.master = s.prf(premaster, "master secret", bytes.Join([][]byte{s.client[:], s.server[:]}, nil), masterSize)
}

func (s *secrets) prf(secret []byte, label string, seed []byte, length int) []byte {
	return record.PRF(s.suite.hash, secret, label, seed, length)
}

func (s *secrets) digest(handshake []byte) []byte {
	h := s.suite.hash()
	h.Write(handshake)
	return h.Sum(nil)
}

// protections are those of the client's and of the server's records (RFC 5246 section 6.3).
func (s *secrets) protections() (client, server protection, err error) {
	size, iv := s.suite.keySize, s.suite.ivSize
	block := s.prf(s.master, "key expansion", bytes.Join([][]byte{s.server[:], s.client[:]}, nil), 2*(size+iv))
	if client, err = s.protection(block[:size], block[2*size:2*size+iv]); err != nil {
		return client, server, err
	}
	server, err = s.protection(block[size:2*size], block[2*size+iv:])
	return client, server, err
}

func (s *secrets) protection(key, iv []byte) (protection, error) {
	aead, err := s.suite.aead(key)
	p := protection{aead: aead, explicit: s.suite.explicit}
	copy(p.iv[:], iv)
	return p, err
}

// finished is verify_data (RFC 5246 section 7.4.9).
func (s *secrets) finished(label string, handshake []byte) []byte {
	return s.prf(s.master, label, s.digest(handshake), finishedSize)
}
