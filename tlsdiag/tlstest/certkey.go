package tlstest

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"embed"
	"encoding/pem"
	"fmt"
)

//go:embed certkeys/*.pem
var certkeys embed.FS

// RSA returns the n-th (from 1) of the fixed RSA keys of that size. There are one of 512 bits, two of 1024, five of
// 2048, one of 3072 and one of 4096; it panics for any other.
func RSA(bits, n int) *rsa.PrivateKey {
	text, err := certkeys.ReadFile(fmt.Sprintf("certkeys/rsa%d-%d.pem", bits, n))
	if err != nil {
		panic(fmt.Sprintf("tlstest: no fixed RSA key: %v", err))
	}
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		panic(fmt.Sprintf("tlstest: fixed RSA key %d-%d: %v", bits, n, err))
	}
	return key.(*rsa.PrivateKey)
}

// EC returns an ECDSA key that depends on the curve and on the name only, so that golden files stay as they are.
func EC(curve elliptic.Curve, name string) *ecdsa.PrivateKey {
	size := (curve.Params().BitSize + 7) / 8
	for try := range 256 {
		var scalar []byte
		for len(scalar) < size {
			sum := sha512.Sum512(fmt.Appendf(nil, "%s/%s/%d/%d", curve.Params().Name, name, try, len(scalar)))
			scalar = append(scalar, sum[:]...)
		}
		scalar = scalar[:size]
		if extra := size*8 - curve.Params().BitSize; extra > 0 {
			scalar[0] &= 0xff >> extra
		}
		// Only a scalar of 0 or above the group order is refused: the next try differs.
		if key, err := ecdsa.ParseRawPrivateKey(curve, scalar); err == nil {
			return key
		}
	}
	panic("tlstest: no valid scalar for " + curve.Params().Name)
}

// P256 returns the P-256 key of that name.
func P256(name string) *ecdsa.PrivateKey { return EC(elliptic.P256(), name) }

// Ed25519 returns the Ed25519 key of that name.
func Ed25519(name string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(name))
	return ed25519.NewKeyFromSeed(seed[:])
}
