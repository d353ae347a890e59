package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha3"
	"crypto/sha512"
	"encoding/asn1"
	"hash"
	"slices"

	"golang.org/x/crypto/scrypt"
)

// pbes2 reads the parameters of PBES2 (RFC 8018 6.2 and appendix A.4).
func (o *Opener) pbes2(der []byte) (*scheme, error) {
	var p struct{ KDF, Cipher algorithm }
	if err := unmarshal(der, &p); err != nil {
		return nil, err
	}
	s, size, iv, err := cipherOf(p.Cipher)
	if err != nil {
		return nil, err
	}
	derive, err := o.kdf(p.KDF, size)
	if err != nil {
		return nil, err
	}
	s.key = func(phrase []byte) (key, _ []byte, err error) {
		key, err = derive(phrase)
		return key, iv, err
	}
	return s, nil
}

// cipherOf returns the cipher of PBES2, the size of its key and its initialization vector.
func cipherOf(a algorithm) (s *scheme, size int, iv []byte, err error) {
	aesCBC := asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1}
	last := 0
	if n := len(aesCBC); len(a.ID) == n+1 && a.ID[:n].Equal(aesCBC) {
		last = a.ID[n]
	}
	switch {
	case last == 2:
		s, size = &scheme{cipher: aes.NewCipher}, 16
	case last == 22:
		s, size = &scheme{cipher: aes.NewCipher}, 24
	case last == 42:
		s, size = &scheme{cipher: aes.NewCipher}, 32
	case a.ID.Equal(asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 7}):
		s, size = &scheme{cipher: des.NewTripleDESCipher}, 24
	case a.ID.Equal(asn1.ObjectIdentifier{1, 3, 14, 3, 2, 7}):
		s, size = &scheme{cipher: des.NewCipher}, 8
	case a.ID.Equal(asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 2}):
		return rc2CBC(a)
	default:
		return nil, 0, nil, unsupported("encryption with the cipher", a.ID)
	}
	err = unmarshal(a.Parameters.FullBytes, &iv)
	return s, size, iv, err
}

// rc2CBC reads the parameters of RC2 (RFC 8018 B.2.3), where the effective size of the key hides in a version number. The key
// is as long as OpenSSL makes it: as the effective size.
func rc2CBC(a algorithm) (s *scheme, size int, iv []byte, err error) {
	var p struct {
		Version int `asn1:"optional"`
		IV      []byte
	}
	if err := unmarshal(a.Parameters.FullBytes, &p); err != nil {
		return nil, 0, nil, err
	}
	bits, ok := map[int]int{0: 32, 160: 40, 120: 64, 58: 128}[p.Version]
	if !ok {
		return nil, 0, nil, unsupported("encryption with this version of the cipher", a.ID)
	}
	return &scheme{cipher: rc2Cipher(bits)}, bits / 8, p.IV, nil
}

func rc2Cipher(bits int) func([]byte) (cipher.Block, error) {
	return func(key []byte) (cipher.Block, error) { return newRC2(key, bits), nil }
}

// kdf returns the key derivation of PBES2, for keys of a size.
func (o *Opener) kdf(a algorithm, size int) (func(phrase []byte) ([]byte, error), error) {
	switch {
	case a.ID.Equal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}):
		return o.pbkdf2(a.Parameters.FullBytes, size)
	case a.ID.Equal(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 11591, 4, 11}):
		return o.scrypt(a.Parameters.FullBytes, size)
	}
	return nil, unsupported("encryption with the key derivation", a.ID)
}

// pbkdf2 reads the parameters of PBKDF2 (RFC 8018 A.2).
func (o *Opener) pbkdf2(der []byte, size int) (func(phrase []byte) ([]byte, error), error) {
	var p struct {
		Salt       []byte
		Iterations int
		KeyLength  int       `asn1:"optional"`
		PRF        algorithm `asn1:"optional"`
	}
	if err := unmarshal(der, &p); err != nil {
		return nil, err
	}
	if err := o.checkIterations(p.Iterations); err != nil {
		return nil, err
	}
	if p.KeyLength != 0 && p.KeyLength != size {
		return nil, errStructure
	}
	digest := prf(p.PRF.ID)
	if digest == nil {
		return nil, unsupported("encryption with the key derivation function", p.PRF.ID)
	}
	return func(phrase []byte) ([]byte, error) {
		return pbkdf2.Key(digest, string(phrase), p.Salt, p.Iterations, size)
	}, nil
}

// prf returns the hash function of an HMAC: SHA-1 where none is named.
func prf(id asn1.ObjectIdentifier) func() hash.Hash {
	switch id.String() {
	case "", "1.2.840.113549.2.7":
		return sha1.New
	case "1.2.840.113549.2.6":
		return md5.New
	case "1.2.840.113549.2.8":
		return sha256.New224
	case "1.2.840.113549.2.9":
		return sha256.New
	case "1.2.840.113549.2.10":
		return sha512.New384
	case "1.2.840.113549.2.11":
		return sha512.New
	case "1.2.840.113549.2.12":
		return sha512.New512_224
	case "1.2.840.113549.2.13":
		return sha512.New512_256
	}
	return sha3PRF(id)
}

// sha3PRF returns the hash function of an HMAC with SHA-3 (NIST CSOR: hashAlgs 13 to 16).
func sha3PRF(id asn1.ObjectIdentifier) func() hash.Hash {
	hashes := asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2}
	if len(id) != len(hashes)+1 || !slices.Equal(id[:len(hashes)], hashes) {
		return nil
	}
	switch id[len(hashes)] {
	case 13:
		return func() hash.Hash { return sha3.New224() }
	case 14:
		return func() hash.Hash { return sha3.New256() }
	case 15:
		return func() hash.Hash { return sha3.New384() }
	case 16:
		return func() hash.Hash { return sha3.New512() }
	}
	return nil
}

// maxScryptMemory is what scrypt may use of a gateway's memory, in bytes: 16 times what OpenSSL writes by default.
const maxScryptMemory = 256 << 20

// scrypt reads the parameters of scrypt (RFC 7914 7).
func (o *Opener) scrypt(der []byte, size int) (func(phrase []byte) ([]byte, error), error) {
	var p struct {
		Salt      []byte
		N, R, P   int
		KeyLength int `asn1:"optional"`
	}
	if err := unmarshal(der, &p); err != nil {
		return nil, err
	}
	memory := maxScryptMemory / 128
	if p.N < 2 || p.R < 1 || p.P < 1 || p.N > memory || p.R > memory/p.N || p.P > max(memory/(p.N*p.R), 16) || p.N*p.R*p.P > o.iterations*16 {
		return nil, errIterations
	}
	if p.KeyLength != 0 && p.KeyLength != size {
		return nil, errStructure
	}
	return func(phrase []byte) ([]byte, error) {
		key, err := scrypt.Key(phrase, p.Salt, p.N, p.R, p.P, size)
		if err != nil {
			return nil, errIterations
		}
		return key, nil
	}, nil
}
