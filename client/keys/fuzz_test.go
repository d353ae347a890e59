package keys

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// quick opens what takes few iterations, with one pass phrase.
func quick() *Opener {
	o := New(func(string) ([]byte, error) { return []byte("secret"), nil }, "")
	o.iterations = 3000
	return o
}

// checkError: no error without a text, and none with the pass phrase in it.
func checkError(t *testing.T, err error) {
	t.Helper()
	if err != nil && (err.Error() == "" || strings.Contains(err.Error(), "secret")) {
		t.Errorf("error %q", err)
	}
}

// What is decrypted is shorter than what was encrypted, and the same the next time.
func FuzzDecrypt(f *testing.F) {
	f.Fuzz(func(t *testing.T, der []byte, dekInfo string) {
		if bytes.Contains(der, []byte("secret")) || strings.Contains(dekInfo, "secret") {
			t.Skip()
		}
		k := &certs.SealedKey{Path: "key.pem", Label: "ENCRYPTED PRIVATE KEY", DEKInfo: dekInfo, DER: bytes.Clone(der)}
		plain, err := quick().Decrypt(k)
		checkError(t, err)
		if !bytes.Equal(k.DER, der) {
			t.Error("the input changed")
		}
		again, err2 := quick().Decrypt(k)
		if !bytes.Equal(plain, again) || (err == nil) != (err2 == nil) || err == nil && len(plain) >= len(der) {
			t.Errorf("%d bytes out of %d: %v, %v", len(plain), len(der), err, err2)
		}
	})
}

// What comes out of a bundle is in it, and is found again.
func FuzzBundle(f *testing.F) {
	f.Fuzz(func(t *testing.T, der []byte) {
		if bytes.Contains(der, []byte("secret")) {
			t.Skip()
		}
		b, err := quick().OpenBundle("bundle.p12", der)
		checkError(t, err)
		if err != nil {
			return
		}
		size := len(b.Key)
		for _, c := range b.Certificates {
			size += len(c)
		}
		if size > len(der) {
			t.Errorf("%d bytes out of %d", size, len(der))
		}
		if key, err := x509.ParsePKCS8PrivateKey(b.Key); err == nil && key == nil {
			t.Error("no key")
		}
		if again, err := quick().OpenBundle("bundle.p12", der); err != nil || !bytes.Equal(again.Key, b.Key) || len(again.Certificates) != len(b.Certificates) {
			t.Error("the next time it holds something else")
		}
	})
}

// TestLimits: parameters that would take for ever, or all of the memory, are refused.
func TestLimits(t *testing.T) {
	o := New(nil, "")
	for _, n := range []int{-1, 0, maxIterations + 1} {
		if !errors.Is(o.checkIterations(n), errIterations) {
			t.Errorf("%d iterations are taken", n)
		}
	}
	for _, p := range [][3]int{{1 << 22, 8, 1}, {1 << 14, 1 << 20, 1}, {1 << 14, 8, 1 << 20}, {0, 8, 1}, {1 << 14, 0, 1}, {1 << 14, 8, 0}, {1 << 62, 1 << 62, 1 << 62}} {
		der := scryptParameters(t, p)
		if _, err := o.scrypt(der, 32); !errors.Is(err, errIterations) {
			t.Errorf("scrypt with %v: %v", p, err)
		}
	}
	if _, err := o.scrypt(scryptParameters(t, [3]int{1 << 14, 8, 1}), 32); err != nil {
		t.Errorf("OpenSSL's own parameters: %v", err)
	}
}

func scryptParameters(t *testing.T, p [3]int) []byte {
	t.Helper()
	der, err := asn1.Marshal(struct {
		Salt    []byte
		N, R, P int
	}{[]byte("saltsalt"), p[0], p[1], p[2]})
	if err != nil {
		t.Fatal(err)
	}
	return der
}
