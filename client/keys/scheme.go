package keys

import (
	"bytes"
	"crypto/cipher"
	"encoding/asn1"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// scheme is a way of encrypting under a pass phrase, with its parameters.
type scheme struct {
	key    func(phrase []byte) (key, iv []byte, err error)
	cipher func(key []byte) (cipher.Block, error)
}

// open decrypts. A wrong pass phrase shows in what comes out, which has to be one structure of DER with padding behind it.
func (s *scheme) open(phrase, data []byte) ([]byte, error) {
	key, iv, err := s.key(phrase)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	block, err := s.cipher(key)
	if err != nil {
		return nil, errStructure
	}
	if len(iv) != block.BlockSize() || len(data) == 0 || len(data)%block.BlockSize() != 0 {
		return nil, errStructure
	}
	plain := bytes.Clone(data)
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, plain)
	n, ok := unpadded(plain, block.BlockSize())
	var whole asn1.RawValue
	if !ok || unmarshal(plain[:n], &whole) != nil || whole.Tag != asn1.TagSequence || !whole.IsCompound {
		clear(plain)
		return nil, certs.ErrWrongPassPhrase
	}
	return plain[:n], nil
}

// unpadded returns the length without padding (RFC 8018 6.1.1): as many bytes as each of them says.
func unpadded(plain []byte, size int) (n int, ok bool) {
	padding := plain[len(plain)-1]
	n = len(plain) - int(padding)
	if padding == 0 || int(padding) > size || n < 0 {
		return 0, false
	}
	return n, len(bytes.Trim(plain[n:], string([]byte{padding}))) == 0
}

// scheme returns the scheme of an AlgorithmIdentifier.
func (o *Opener) scheme(a algorithm) (*scheme, error) {
	if a.ID.Equal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}) {
		return o.pbes2(a.Parameters.FullBytes)
	}
	return o.pbes1(a)
}

// checkIterations refuses counts that are none, and those that would take for ever.
func (o *Opener) checkIterations(n int) error {
	if n < 1 || n > o.iterations {
		return errIterations
	}
	return nil
}

const errIterations = fault("its number of iterations is out of range")
