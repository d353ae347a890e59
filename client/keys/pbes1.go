package keys

import (
	"bytes"
	"crypto"
	"crypto/des"
	"crypto/md5"
	"crypto/sha1"
	"encoding/asn1"
	"encoding/binary"
	"hash"
	"unicode/utf16"
	"unicode/utf8"
)

// pbes1 reads the parameters of the schemes with one identifier for hash and cipher: PBES1 (RFC 8018 6.1) and those of PKCS
// #12 (RFC 7292 appendix C), which also stand in PKCS #8.
func (o *Opener) pbes1(a algorithm) (*scheme, error) {
	var p struct {
		Salt       []byte
		Iterations int
	}
	s := schemeOf(a.ID)
	if s == nil {
		return nil, unsupported("encryption with the algorithm", a.ID)
	}
	if err := unmarshal(a.Parameters.FullBytes, &p); err != nil {
		return nil, err
	}
	if err := o.checkIterations(p.Iterations); err != nil {
		return nil, err
	}
	return s(p.Salt, p.Iterations), nil
}

// schemeOf returns the scheme of an identifier, nil if it is not known.
func schemeOf(id asn1.ObjectIdentifier) func(salt []byte, iterations int) *scheme {
	switch id.String() {
	case "1.2.840.113549.1.5.3":
		return pkcs5(md5.New, scheme{cipher: des.NewCipher})
	case "1.2.840.113549.1.5.6":
		return pkcs5(md5.New, scheme{cipher: rc2Cipher(64)})
	case "1.2.840.113549.1.5.10":
		return pkcs5(sha1.New, scheme{cipher: des.NewCipher})
	case "1.2.840.113549.1.5.11":
		return pkcs5(sha1.New, scheme{cipher: rc2Cipher(64)})
	case "1.2.840.113549.1.12.1.3":
		return pkcs12(24, scheme{cipher: des.NewTripleDESCipher})
	case "1.2.840.113549.1.12.1.4":
		return pkcs12(16, scheme{cipher: func(key []byte) (block, error) { return des.NewTripleDESCipher(twoKeys(key)) }})
	case "1.2.840.113549.1.12.1.5":
		return pkcs12(16, scheme{cipher: rc2Cipher(128)})
	case "1.2.840.113549.1.12.1.6":
		return pkcs12(5, scheme{cipher: rc2Cipher(40)})
	}
	return nil
}

// twoKeys makes a key of three parts out of one whose last part is its first.
func twoKeys(key []byte) []byte { return append(bytes.Clone(key), key[:8]...) }

// pkcs5 derives key and initialization vector as PBKDF1 does (RFC 8018 5.1).
func pkcs5(digest func() hash.Hash, s scheme) func([]byte, int) *scheme {
	return func(salt []byte, iterations int) *scheme {
		s.key = func(phrase []byte) (key, iv []byte, err error) {
			h := digest()
			h.Write(phrase)
			h.Write(salt)
			sum := h.Sum(nil)
			for range iterations - 1 {
				h.Reset()
				h.Write(sum)
				sum = h.Sum(sum[:0])
			}
			return sum[:8], sum[8:16], nil
		}
		return &s
	}
}

// What a key derived as PKCS #12 does is for (RFC 7292 B.3).
const (
	forKey = 1
	forIV  = 2
	forMAC = 3
)

// pkcs12 derives key and initialization vector as PKCS #12 does.
func pkcs12(size int, s scheme) func([]byte, int) *scheme {
	return func(salt []byte, iterations int) *scheme {
		s.key = func(phrase []byte) (key, iv []byte, err error) {
			text := bmpString(phrase)
			defer clear(text)
			key = pkcs12Key(crypto.SHA1, forKey, text, salt, iterations, size)
			return key, pkcs12Key(crypto.SHA1, forIV, text, salt, iterations, des.BlockSize), nil
		}
		return &s
	}
}

// bmpString returns a pass phrase in the encoding of PKCS #12: UTF-16 and a NUL (RFC 7292 B.1). One that is not UTF-8 is
// taken for Latin 1, as OpenSSL does; nil stays nil, which is another pass phrase than an empty one.
func bmpString(phrase []byte) []byte {
	if phrase == nil {
		return nil
	}
	var out []byte
	if !utf8.Valid(phrase) {
		for _, c := range phrase {
			out = append(out, 0, c)
		}
		return append(out, 0, 0)
	}
	for len(phrase) > 0 {
		r, n := utf8.DecodeRune(phrase)
		phrase = phrase[n:]
		for _, unit := range utf16.Encode([]rune{r}) {
			out = binary.BigEndian.AppendUint16(out, unit)
		}
	}
	return append(out, 0, 0)
}

// pkcs12Key derives a key by RFC 7292 appendix B.2, whose letters it uses.
func pkcs12Key(digest crypto.Hash, id byte, phrase, salt []byte, iterations, size int) []byte {
	h := digest.New()
	v := h.BlockSize()
	d := bytes.Repeat([]byte{id}, v)
	i := append(fill(salt, v), fill(phrase, v)...)
	defer clear(i)
	var out []byte
	for {
		h.Reset()
		h.Write(d)
		h.Write(i)
		a := h.Sum(nil)
		for range iterations - 1 {
			h.Reset()
			h.Write(a)
			a = h.Sum(a[:0])
		}
		if out = append(out, a...); len(out) >= size {
			return out[:size]
		}
		b := fill(a, v)[:v]
		for j := 0; j < len(i); j += v {
			addOne(i[j:j+v], b)
		}
	}
}

// fill repeats bytes up to a multiple of a block.
func fill(b []byte, block int) []byte {
	size := (len(b) + block - 1) / block * block
	out := make([]byte, 0, size+len(b))
	for len(out) < size {
		out = append(out, b...)
	}
	return out[:size]
}

// addOne adds b and 1 to a, both big-endian numbers of the same size.
func addOne(a, b []byte) {
	carry := 1
	for k := len(a) - 1; k >= 0; k-- {
		carry += int(a[k]) + int(b[k])
		a[k] = byte(carry)
		carry >>= 8
	}
}
