package certs

import (
	"crypto/sha256"
	"crypto/x509"
	"slices"
)

// MatchPin reports whether one of the certificates has a public key with one of these SHA-256 digests of its
// SubjectPublicKeyInfo (RFC 7469 2.6). Without pins every key will do. Its error is a *VerifyError.
func MatchPin(chain []*x509.Certificate, pins [][sha256.Size]byte) error {
	if err := mismatch(chain, pins); err != nil {
		return err
	}
	return nil
}

func mismatch(chain []*x509.Certificate, pins [][sha256.Size]byte) *VerifyError {
	for _, c := range chain {
		if slices.Contains(pins, sha256.Sum256(c.RawSubjectPublicKeyInfo)) {
			return nil
		}
	}
	if len(pins) == 0 {
		return nil
	}
	return &VerifyError{Number: ApplicationVerification, Certificate: chain[0], Chain: chain, Untrusted: 1}
}
