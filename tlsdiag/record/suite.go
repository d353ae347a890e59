package record

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)

// kind is how a suite protects records.
type kind int

const (
	kindGCM kind = iota
	kindChaCha20
	kindCBC
)

// protection is what a cipher suite up to TLS 1.2 says about records, sizes in
// bytes.
type protection struct {
	kind         kind
	key, iv, mac int
	hash         func() hash.Hash // of the PRF
	macHash      func() hash.Hash
}

const suiteChaCha20 = 0x1303

// protectionOf returns the protection of the suites that brokers use (IANA TLS
// Cipher Suites): AES in GCM or CBC, and ChaCha20-Poly1305.
func protectionOf(suite uint16) (protection, bool) {
	aesGCM := func(key int, h func() hash.Hash) protection {
		return protection{kind: kindGCM, key: key, iv: 4, hash: h}
	}
	aesCBC := func(key int, mac func() hash.Hash) protection {
		p := protection{kind: kindCBC, key: key, mac: mac().Size(), hash: sha256.New, macHash: mac}
		if p.mac == sha512.Size384 {
			p.hash = sha512.New384
		}
		return p
	}
	switch suite {
	case 0x009c, 0x009e, 0x00a8, 0xc02b, 0xc02f, 0xd001: // RSA, DHE_RSA, PSK, ECDHE_ECDSA, ECDHE_RSA, ECDHE_PSK
		return aesGCM(16, sha256.New), true
	case 0x009d, 0x009f, 0x00a9, 0xc02c, 0xc030, 0xd002:
		return aesGCM(32, sha512.New384), true
	case 0xcca8, 0xcca9, 0xccaa, 0xccab, 0xccac:
		return protection{kind: kindChaCha20, key: 32, iv: gcmNonce, hash: sha256.New}, true
	case 0x002f, 0x0033, 0x008c, 0xc009, 0xc013, 0xc035:
		return aesCBC(16, sha1.New), true
	case 0x0035, 0x0039, 0x008d, 0xc00a, 0xc014, 0xc036:
		return aesCBC(32, sha1.New), true
	case 0x003c, 0x0067, 0x00ae, 0xc023, 0xc027, 0xc037:
		return aesCBC(16, sha256.New), true
	case 0x003d, 0x006b:
		return aesCBC(32, sha256.New), true
	case 0x00af, 0xc024, 0xc028, 0xc038:
		return aesCBC(32, sha512.New384), true
	}
	return protection{}, false
}
