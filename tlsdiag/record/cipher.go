package record

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"hash"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// TrafficKey returns what protects the records under a traffic secret of TLS
// 1.3, and the IV of their nonces (RFC 8446 sections 5.3 and 7.3); nil for a
// cipher suite that the standard library has no AEAD for.
func TrafficKey(suite uint16, secret []byte) (aead cipher.AEAD, iv []byte) {
	newHash, keySize := sha256.New, 16
	switch suite {
	case 0x1301:
	case suiteAES256SHA384:
		newHash, keySize = sha512.New384, 32
	case suiteChaCha20:
		keySize = 32
	default:
		return nil, nil
	}
	if len(secret) != newHash().Size() {
		return nil, nil
	}
	key := expandLabel(newHash, secret, "key", keySize)
	if suite == suiteChaCha20 {
		return newChaCha20Poly1305(key), expandLabel(newHash, secret, "iv", gcmNonce)
	}
	return newGCM(key), expandLabel(newHash, secret, "iv", gcmNonce)
}

// gcmNonce is the length of a nonce in all AEADs of TLS.
const gcmNonce = 12

func newGCM(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	// Its error is for sizes that AES does not have.
	aead, _ := cipher.NewGCM(block)
	return aead
}

// expandLabel is HKDF-Expand-Label without a context (RFC 8446 section 7.1).
// Its error is for lengths that are not asked for here.
func expandLabel(newHash func() hash.Hash, secret []byte, label string, length int) []byte {
	const prefix = "tls13 "
	info := binary.BigEndian.AppendUint16(nil, uint16(length))
	info = append(info, byte(len(prefix)+len(label)))
	info = append(info, prefix+label...)
	out, _ := hkdf.Expand(newHash, secret, string(append(info, 0)), length)
	return out
}

// aead13 is the protection of TLS 1.3.
type aead13 struct {
	aead cipher.AEAD
	iv   []byte
}

func newCipher13(suite uint16, secret []byte) recordCipher {
	if aead, iv := TrafficKey(suite, secret); aead != nil {
		return aead13{aead, iv}
	}
	return nil
}

func (c aead13) open(sequence uint64, header, body []byte) ([]byte, bool) {
	plain, err := c.aead.Open(nil, withSequence(c.iv, sequence), body, header)
	return plain, err == nil
}

// keyBlock is what the keys up to TLS 1.2 are derived from (RFC 5246 section 6.3).
type keyBlock struct {
	version        evidence.Version
	suite          uint16
	master         []byte
	client, server *[randomSize]byte
	encryptThenMAC bool
}

// cipher returns the protection of one side's records, nil for a suite that is
// not known here.
func (k keyBlock) cipher(from evidence.Side) recordCipher {
	p, ok := protectionOf(k.suite)
	if !ok || k.version < evidence.TLS11 {
		return nil
	}
	block := k.expand(p.hash, 2*(p.mac+p.key+p.iv))
	part := func(size int) []byte {
		client, server := block[:size], block[size:2*size]
		block = block[2*size:]
		if from == evidence.SideClient {
			return client
		}
		return server
	}
	mac, key, iv := part(p.mac), part(p.key), part(p.iv)
	switch p.kind {
	case kindGCM:
		return gcm12{newGCM(key), iv}
	case kindChaCha20:
		return chacha12{newChaCha20Poly1305(key), iv}
	}
	aes, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	return cbc{block: aes, mac: mac, hash: p.macHash, encryptThenMAC: k.encryptThenMAC}
}

// expand is the PRF over "key expansion" (RFC 5246 section 5, RFC 2246 section 5).
func (k keyBlock) expand(newHash func() hash.Hash, length int) []byte {
	seed := append([]byte("key expansion"), k.server[:]...)
	seed = append(seed, k.client[:]...)
	if k.version >= evidence.TLS12 {
		return pHash(newHash, k.master, seed, length)
	}
	half := (len(k.master) + 1) / 2
	out := pHash(md5.New, k.master[:half], seed, length)
	for i, b := range pHash(sha1.New, k.master[len(k.master)-half:], seed, length) {
		out[i] ^= b
	}
	return out
}

func pHash(newHash func() hash.Hash, secret, seed []byte, length int) []byte {
	sum := func(parts ...[]byte) []byte {
		h := hmac.New(newHash, secret)
		for _, p := range parts {
			h.Write(p)
		}
		return h.Sum(nil)
	}
	var out []byte
	for a := sum(seed); len(out) < length; a = sum(a) {
		out = append(out, sum(a, seed)...)
	}
	return out[:length]
}

// additional is the additional data of a record up to TLS 1.2 (RFC 5246 section 6.2.3.3).
func additional(sequence uint64, header []byte, length int) []byte {
	out := binary.BigEndian.AppendUint64(nil, sequence)
	out = append(out, header[:3]...)
	return binary.BigEndian.AppendUint16(out, uint16(length))
}

// gcm12 is AES-GCM in TLS 1.2 (RFC 5288).
type gcm12 struct {
	aead cipher.AEAD
	salt []byte
}

func (c gcm12) open(sequence uint64, header, body []byte) ([]byte, bool) {
	const explicit = 8
	length := len(body) - explicit - c.aead.Overhead()
	if length < 0 {
		return nil, false
	}
	nonce := append(append([]byte{}, c.salt...), body[:explicit]...)
	plain, err := c.aead.Open(nil, nonce, body[explicit:], additional(sequence, header, length))
	return plain, err == nil
}

// chacha12 is ChaCha20-Poly1305 in TLS 1.2 (RFC 7905).
type chacha12 struct {
	aead cipher.AEAD
	iv   []byte
}

func (c chacha12) open(sequence uint64, header, body []byte) ([]byte, bool) {
	length := len(body) - c.aead.Overhead()
	if length < 0 {
		return nil, false
	}
	plain, err := c.aead.Open(nil, withSequence(c.iv, sequence), body, additional(sequence, header, length))
	return plain, err == nil
}

// cbc is AES-CBC with an HMAC from TLS 1.1 on (RFC 5246 section 6.2.3.2, RFC 7366).
type cbc struct {
	block          cipher.Block
	mac            []byte
	hash           func() hash.Hash
	encryptThenMAC bool
}

func (c cbc) open(sequence uint64, header, body []byte) ([]byte, bool) {
	size := c.hash().Size()
	tag := []byte(nil)
	if c.encryptThenMAC {
		if len(body) < size {
			return nil, false
		}
		body, tag = body[:len(body)-size], body[len(body)-size:]
		if !c.verify(additional(sequence, header, len(body)), body, tag) {
			return nil, false
		}
	}
	if len(body) < 2*aes.BlockSize || len(body)%aes.BlockSize != 0 {
		return nil, false
	}
	plain := make([]byte, len(body)-aes.BlockSize)
	cipher.NewCBCDecrypter(c.block, body[:aes.BlockSize]).CryptBlocks(plain, body[aes.BlockSize:])
	padding := int(plain[len(plain)-1]) + 1
	if padding > len(plain) {
		return nil, false
	}
	plain = plain[:len(plain)-padding]
	if c.encryptThenMAC {
		return plain, true
	}
	if len(plain) < size {
		return nil, false
	}
	plain, tag = plain[:len(plain)-size], plain[len(plain)-size:]
	return plain, c.verify(additional(sequence, header, len(plain)), plain, tag)
}

func (c cbc) verify(header, body, tag []byte) bool {
	h := hmac.New(c.hash, c.mac)
	h.Write(header)
	h.Write(body)
	return hmac.Equal(h.Sum(nil), tag)
}
