package cause

import (
	"fmt"
	"strconv"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// highestLevel is OpenSSL's strictest security level.
const highestLevel = 5

// weakness says in words what about a certificate is under a security level;
// it is empty when nothing is.
func weakness(c *evidence.Certificate, level int) string {
	need := certs.LevelBits(level)
	if c.Key.Strength > 0 && c.Key.Strength < need {
		return fmt.Sprintf("its %s key has %d bits, and OpenSSL's security level %d wants %s", c.Key.Type, c.Key.Bits, level,
			keySize(c.Key.Type, need))
	}
	if c.Signed.Strength > 0 && c.Signed.Strength < need && !selfIssued(c) {
		return fmt.Sprintf("it is signed with %s, which OpenSSL's security level %d refuses", c.Signed.Algorithm, level)
	}
	return ""
}

// keySize is the least size in bits that a kind of key needs for a strength
// (NIST SP 800-57 part 1, table 2).
func keySize(kind string, strength int) string {
	if kind != "RSA" {
		return strconv.Itoa(2 * strength)
	}
	for _, r := range [...]struct{ strength, size int }{{80, 1024}, {112, 2048}, {128, 3072}, {192, 7680}} {
		if strength <= r.strength {
			return strconv.Itoa(r.size)
		}
	}
	return "15360"
}

// lowerLevel is the highest level that takes a certificate.
func lowerLevel(c *evidence.Certificate) string {
	for level := highestLevel; level > 0; level-- {
		if weakness(c, level) == "" {
			return strconv.Itoa(level)
		}
	}
	return "0"
}
