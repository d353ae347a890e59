package keys

import (
	"crypto/aes"
	"crypto/des"
	"crypto/md5"
	"encoding/hex"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// decryptPEM opens a key under the older encryption of PEM files, whose header names the cipher and has the initialization
// vector, the beginning of which is the salt.
func (o *Opener) decryptPEM(k *certs.SealedKey) ([]byte, error) {
	name, vector, _ := strings.Cut(k.DEKInfo, ",")
	s, size := pemCipher(strings.TrimSpace(name))
	if s == nil {
		return nil, &certs.UnsupportedError{What: "encryption with " + strings.TrimSpace(name)}
	}
	iv, err := hex.DecodeString(strings.TrimSpace(vector))
	if err != nil || len(iv) < saltSize {
		return nil, errStructure
	}
	s.key = func(phrase []byte) (key, _ []byte, err error) { return pemKey(phrase, iv[:saltSize], size), iv, nil }
	phrase, err := o.phrase(k.Path)
	if err != nil {
		return nil, err
	}
	return s.open(phrase, k.DER)
}

const saltSize = 8

// pemCipher returns the cipher of a DEK-Info header and the size of its key.
func pemCipher(name string) (s *scheme, size int) {
	switch name {
	case "AES-128-CBC":
		return &scheme{cipher: aes.NewCipher}, 16
	case "AES-192-CBC":
		return &scheme{cipher: aes.NewCipher}, 24
	case "AES-256-CBC":
		return &scheme{cipher: aes.NewCipher}, 32
	case "DES-EDE3-CBC":
		return &scheme{cipher: des.NewTripleDESCipher}, 24
	case "DES-CBC":
		return &scheme{cipher: des.NewCipher}, 8
	}
	return nil, 0
}

// pemKey derives a key as OpenSSL's EVP_BytesToKey(3) does with MD5 and one iteration.
func pemKey(phrase, salt []byte, size int) []byte {
	var key, sum []byte
	for len(key) < size {
		h := md5.New()
		h.Write(sum)
		h.Write(phrase)
		h.Write(salt)
		sum = h.Sum(nil)
		key = append(key, sum...)
	}
	return key[:size]
}
