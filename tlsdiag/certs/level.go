package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
)

// LevelBits returns how many bits of security an OpenSSL security level demands of keys and digests.
func LevelBits(level int) int {
	if level <= 0 {
		return 0
	}
	return [...]int{80, 112, 128, 192, 256}[min(level, 5)-1]
}

// KeyBits returns the size of a public key as people state it: the modulus of RSA, the order of the curve. It is 0 for a
// key that cannot be used here.
func KeyBits(public any) int {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen()
	case *ecdsa.PublicKey:
		return key.Params().BitSize
	case ed25519.PublicKey:
		return 256
	}
	return 0
}

// SecurityBits returns the strength of a public key in bits of security, by OpenSSL's reckoning. It is 0 for a key that
// cannot be used here.
func SecurityBits(public any) int {
	switch bits := KeyBits(public); public.(type) {
	case *rsa.PublicKey:
		return factoringBits(bits)
	case *ecdsa.PublicKey:
		return curveBits(bits)
	case ed25519.PublicKey:
		return 128
	}
	return 0
}

// factoringBits is the strength of an RSA modulus by the formula of NIST SP 800-56B revision 2, appendix D, in steps of
// eight bits: the sizes from which on OpenSSL's fixed-point arithmetic arrives at 32, 40, 48 … bits.
func factoringBits(n int) int {
	steps := [...]int{138, 213, 308, 425, 566, 729, 920, 1137, 1383, 1657, 1963, 2301, 2671, 3076, 3514, 3991, 4502, 5054, 5642, 6274,
		6947, 7681, 8418, 9216, 10064, 10953, 11893, 12877, 13914}
	bits := 24
	for _, size := range steps {
		if n < size {
			break
		}
		bits += 8
	}
	return bits
}

func curveBits(n int) int {
	for _, bits := range [...]int{256, 192, 128, 112, 80} {
		if n >= 2*bits {
			return bits
		}
	}
	return n / 2
}

// SignatureBits returns the strength of the certificate's signature in bits of security, by OpenSSL's reckoning: half the
// digest, but less for those that are broken. It is 0 for an algorithm that is not known here.
func SignatureBits(c *x509.Certificate) int {
	switch algorithm := signatureOf(c); algorithm.digest {
	case 0:
		if algorithm.key == x509.Ed25519 {
			return 128
		}
		return 0
	case crypto.SHA1:
		return 63
	case crypto.MD5:
		return 39
	default:
		return algorithm.digest.Size() * 4
	}
}
