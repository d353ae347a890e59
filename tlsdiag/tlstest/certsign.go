package tlstest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	_ "crypto/md5" // for crypto.MD5
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // for crypto.SHA1
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/asn1"
	"fmt"
)

// Digest is the hash function of a signature. Ed25519 keys ignore it.
type Digest int

// The digests. The zero value is SHA-256. RSA keys sign PKCS #1 version 1.5, but for the last two.
const (
	SHA256 Digest = iota
	SHA384
	SHA512
	SHA224
	SHA1
	MD5
	SHA256PSS
	SHA256PSSLongSalt // a salt of 100 bytes, which OpenSSL takes and crypto/x509 does not
)

func (d Digest) hash() crypto.Hash {
	return [...]crypto.Hash{crypto.SHA256, crypto.SHA384, crypto.SHA512, crypto.SHA224, crypto.SHA1, crypto.MD5,
		crypto.SHA256, crypto.SHA256}[d]
}

// signer returns the AlgorithmIdentifier of the digest with that key, and the function that signs.
func (d Digest) signer(key crypto.Signer) (algorithm []byte, sign func([]byte) []byte) {
	var opts crypto.SignerOpts = d.hash()
	random := rand.Reader
	switch key.(type) {
	case *rsa.PrivateKey:
		algorithm = sequence(marshal(rsaOID(d)), []byte{asn1.TagNull, 0})
		if salt := d.salt(); salt > 0 {
			algorithm = sequence(marshal(rsaOID(d)), pssParameters(salt))
			opts = &rsa.PSSOptions{SaltLength: salt, Hash: crypto.SHA256}
		}
	case *ecdsa.PrivateKey:
		algorithm = sequence(marshal(ecdsaOID(d)))
		random = nil // RFC 6979
	case ed25519.PrivateKey:
		algorithm = sequence(marshal(asn1.ObjectIdentifier{1, 3, 101, 112}))
		opts = crypto.Hash(0)
	default:
		panic(fmt.Sprintf("tlstest: cannot sign with a %T", key))
	}
	return algorithm, func(tbs []byte) []byte {
		if opts.HashFunc() != 0 {
			h := opts.HashFunc().New()
			h.Write(tbs)
			tbs = h.Sum(nil)
		}
		signature, err := key.Sign(random, tbs, opts)
		if err != nil {
			panic(fmt.Sprintf("tlstest: signing: %v", err))
		}
		return signature
	}
}

// salt returns the length of the salt of RSA-PSS, 0 for other signatures.
func (d Digest) salt() int { return [...]int{SHA256PSS: 32, SHA256PSSLongSalt: 100}[d] }

func rsaOID(d Digest) asn1.ObjectIdentifier {
	last := [...]int{SHA256: 11, SHA384: 12, SHA512: 13, SHA224: 14, SHA1: 5, MD5: 4, SHA256PSS: 10, SHA256PSSLongSalt: 10}[d]
	return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, last}
}

func ecdsaOID(d Digest) asn1.ObjectIdentifier {
	switch d {
	case SHA1:
		return asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 1}
	case MD5, SHA256PSS, SHA256PSSLongSalt:
		panic("tlstest: no such ECDSA signature")
	}
	last := [...]int{SHA256: 2, SHA384: 3, SHA512: 4, SHA224: 1}[d]
	return asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, last}
}

// pssParameters returns RSASSA-PSS-params with SHA-256 throughout (RFC 4055 3.1).
func pssParameters(salt int) []byte {
	sha256 := sequence(marshal(asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}), []byte{asn1.TagNull, 0})
	mgf1 := sequence(marshal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}), sha256)
	return sequence(tlv(0xa0, sha256), tlv(0xa1, mgf1), tlv(0xa2, marshal(salt)))
}
