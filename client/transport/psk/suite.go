package psk

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"crypto/sha512"
	"hash"

	"golang.org/x/crypto/chacha20poly1305"
)

// The cipher suites (IANA: TLS Cipher Suites). The last two are those of RFC 8442, which OpenSSL does not have.
const (
	PSKAES128GCM      uint16 = 0x00a8 // TLS_PSK_WITH_AES_128_GCM_SHA256
	PSKAES256GCM      uint16 = 0x00a9 // TLS_PSK_WITH_AES_256_GCM_SHA384
	PSKChaCha20       uint16 = 0xccab // TLS_PSK_WITH_CHACHA20_POLY1305_SHA256
	ECDHEPSKChaCha20  uint16 = 0xccac // TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256
	ECDHEPSKAES128GCM uint16 = 0xd001 // TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256
	ECDHEPSKAES256GCM uint16 = 0xd002 // TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384
)

// Suites are all suites in the order of preference: those with ECDHE first, since they keep what was sent secret when the key
// is lost, and ChaCha20 before AES, which is slow and leaks through the cache on processors that have no instructions for it.
func Suites() []uint16 {
	return []uint16{ECDHEPSKChaCha20, ECDHEPSKAES256GCM, ECDHEPSKAES128GCM, PSKChaCha20, PSKAES256GCM, PSKAES128GCM}
}

const (
	nonceSize = 12 // of all AEADs here
	tagSize   = 16
	saltSize  = 4 // of GCM: the part of a nonce that is not sent (RFC 5288 section 3)
)

// suite is what a cipher suite says. Sizes are in bytes.
type suite struct {
	ecdhe    bool
	keySize  int
	ivSize   int
	explicit int              // how much of the nonce each record carries
	hash     func() hash.Hash // of the PRF and of Finished
	aead     func(key []byte) (cipher.AEAD, error)
}

// suiteOf describes a suite of Suites; any other is not to be asked for.
func suiteOf(id uint16) suite {
	s := suite{ecdhe: id == ECDHEPSKChaCha20 || id == ECDHEPSKAES128GCM || id == ECDHEPSKAES256GCM, hash: sha256.New}
	switch id {
	case PSKChaCha20, ECDHEPSKChaCha20:
		s.keySize, s.ivSize, s.aead = chacha20poly1305.KeySize, nonceSize, chacha20poly1305.New
		return s
	case PSKAES256GCM, ECDHEPSKAES256GCM:
		s.keySize, s.hash = 32, sha512.New384
	default:
		s.keySize = 16
	}
	s.ivSize, s.explicit, s.aead = saltSize, nonceSize-saltSize, newGCM
	return s
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}
