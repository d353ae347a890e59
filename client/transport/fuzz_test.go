package transport

import (
	"bytes"
	"crypto/sha256"
	"testing"
)

// FuzzSession reads what may lie in a directory of sessions: the file as it is, and with a sum that is right, which only
// damage before the sum was made could have.
func FuzzSession(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		if session := parseSession(data); session != nil && !bytes.Equal(formatSession(session), data) {
			t.Error("written anew it is not the same")
		}
		sum := sha256.Sum256(data)
		summed := append(append([]byte(sessionMagic), sum[:]...), data...)
		if session := parseSession(summed); session != nil && formatSession(session) == nil {
			t.Error("what was read cannot be written")
		}
	})
}
