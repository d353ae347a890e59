package record

import (
	"bytes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"math/big"
	"math/bits"
	"slices"
)

// chaCha20Poly1305 is the AEAD of RFC 8439, which the standard library keeps
// to itself. It is for short records: it is slow, and takes no care to hide
// from others on the machine what it works on.
type chaCha20Poly1305 struct{ key [8]uint32 }

func newChaCha20Poly1305(key []byte) cipher.AEAD {
	c := new(chaCha20Poly1305)
	for i := range c.key {
		c.key[i] = binary.LittleEndian.Uint32(key[4*i:])
	}
	return c
}

const poly1305Tag = 16

var errAuthentication = errors.New("message authentication failed")

// NonceSize is the length of a nonce in bytes.
func (c *chaCha20Poly1305) NonceSize() int { return gcmNonce }

// Overhead is the length of the tag in bytes.
func (c *chaCha20Poly1305) Overhead() int { return poly1305Tag }

// Seal encrypts and authenticates plaintext, authenticates additional, and
// appends the result to dst (RFC 8439 section 2.8).
func (c *chaCha20Poly1305) Seal(dst, nonce, plaintext, additional []byte) []byte {
	text := c.apply(nonce, plaintext)
	dst = append(dst, text...)
	return append(dst, c.tag(nonce, text, additional)...)
}

// Open is the reverse of Seal.
func (c *chaCha20Poly1305) Open(dst, nonce, ciphertext, additional []byte) ([]byte, error) {
	if len(ciphertext) < poly1305Tag {
		return nil, errAuthentication
	}
	at := len(ciphertext) - poly1305Tag
	if subtle.ConstantTimeCompare(c.tag(nonce, ciphertext[:at], additional), ciphertext[at:]) != 1 {
		return nil, errAuthentication
	}
	return append(dst, c.apply(nonce, ciphertext[:at])...), nil
}

// apply combines b with the key stream.
func (c *chaCha20Poly1305) apply(nonce, b []byte) []byte {
	out := make([]byte, len(b))
	for i := 0; i < len(b); i += 64 {
		block := c.block(nonce, uint32(i/64+1))
		subtle.XORBytes(out[i:], b[i:], block[:])
	}
	return out
}

// block is one block of the key stream (RFC 8439 section 2.3).
func (c *chaCha20Poly1305) block(nonce []byte, counter uint32) (out [64]byte) {
	state := [16]uint32{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, 12: counter}
	copy(state[4:], c.key[:])
	for i := range 3 {
		state[13+i] = binary.LittleEndian.Uint32(nonce[4*i:])
	}
	x := state
	quarter := func(a, b, c, d int) {
		x[a] += x[b]
		x[d] = bits.RotateLeft32(x[d]^x[a], 16)
		x[c] += x[d]
		x[b] = bits.RotateLeft32(x[b]^x[c], 12)
		x[a] += x[b]
		x[d] = bits.RotateLeft32(x[d]^x[a], 8)
		x[c] += x[d]
		x[b] = bits.RotateLeft32(x[b]^x[c], 7)
	}
	for range 10 {
		for i := range 4 {
			quarter(i, 4+i, 8+i, 12+i)
		}
		for i := range 4 {
			quarter(i, 4+(i+1)%4, 8+(i+2)%4, 12+(i+3)%4)
		}
	}
	for i := range x {
		binary.LittleEndian.PutUint32(out[4*i:], x[i]+state[i])
	}
	return out
}

// tag is the Poly1305 tag of the AEAD (RFC 8439 sections 2.5 and 2.8).
func (c *chaCha20Poly1305) tag(nonce, text, additional []byte) []byte {
	block := c.block(nonce, 0)
	message := padded(nil, additional)
	message = padded(message, text)
	message = binary.LittleEndian.AppendUint64(message, uint64(len(additional)))
	message = binary.LittleEndian.AppendUint64(message, uint64(len(text)))
	// r has 22 bits that are always clear.
	for _, i := range [...]int{3, 7, 11, 15} {
		block[i] &= 15
	}
	for _, i := range [...]int{4, 8, 12} {
		block[i] &= 252
	}
	r, sum := little(block[:16]), new(big.Int)
	p := new(big.Int).Lsh(big.NewInt(1), 130)
	p.Sub(p, big.NewInt(5))
	for ; len(message) > 0; message = message[16:] {
		sum.Add(sum, little(append(message[:16:16], 1)))
		sum.Mul(sum, r)
		sum.Mod(sum, p)
	}
	sum.Add(sum, little(block[16:32]))
	sum.And(sum, p.Sub(p.Lsh(big.NewInt(1), 128), big.NewInt(1)))
	out := sum.FillBytes(make([]byte, poly1305Tag))
	slices.Reverse(out)
	return out
}

func padded(dst, b []byte) []byte {
	dst = append(dst, b...)
	return append(dst, make([]byte, (16-len(b)%16)%16)...)
}

// little reads a number of which the least byte comes first.
func little(b []byte) *big.Int {
	c := bytes.Clone(b)
	slices.Reverse(c)
	return new(big.Int).SetBytes(c)
}
