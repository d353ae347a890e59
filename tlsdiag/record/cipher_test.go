package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestExpandLabel derives the keys of RFC 8448 section 3.
func TestExpandLabel(t *testing.T) {
	secret := unhex(t, "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21")
	key, iv := expandLabel(sha256.New, secret, "key", 16), expandLabel(sha256.New, secret, "iv", 12)
	if got := hex.EncodeToString(key); got != "dbfaa693d1762c5b666af5d950258d01" {
		t.Errorf("key %s", got)
	}
	if got := hex.EncodeToString(iv); got != "5bd3c71b836e0b76bb73265f" {
		t.Errorf("iv %s", got)
	}
}

// TestChaCha20Poly1305 is the example of RFC 8439 section 2.8.2.
func TestChaCha20Poly1305(t *testing.T) {
	var key []byte
	for i := range 32 {
		key = append(key, byte(0x80+i))
	}
	plain := []byte("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.")
	nonce := unhex(t, "07000000 4041424344454647")
	additional := unhex(t, "50515253c0c1c2c3c4c5c6c7")
	want := unhex(t, `d31a8d34648e60db7b86afbc53ef7ec2 a4aded51296e08fea9e2b5a736ee62d6 3dbea45e8ca9671282fafb69da92728b`+
		`1a71de0a9e060b2905d6a5b67ecd3b36 92ddbd7f2d778b8c9803aee328091b58 fab324e4fad675945585808b4831d7bc`+
		`3ff4def08e4b7a9de576d26586cec64b 6116 1ae10b594f09e26a7e902ecbd0600691`)
	c := newChaCha20Poly1305(key)
	sealed := c.Seal([]byte("x"), nonce, plain, additional)
	if !bytes.Equal(sealed, append([]byte("x"), want...)) {
		t.Errorf("%x", sealed)
	}
	opened, err := c.Open(nil, nonce, want, additional)
	if err != nil || !bytes.Equal(opened, plain) {
		t.Errorf("%q, %v", opened, err)
	}
	for _, damaged := range [][]byte{nil, want[:15], want[1:], append(bytes.Clone(want), 0)} {
		if _, err := c.Open(nil, nonce, damaged, additional); err == nil {
			t.Errorf("%x was opened", damaged)
		}
	}
	if c.NonceSize() != 12 || c.Overhead() != 16 {
		t.Error("sizes")
	}
}

// TestCiphersRefuse: what is too short, or not of these keys, is not opened.
func TestCiphersRefuse(t *testing.T) {
	var random [randomSize]byte
	for _, suite := range []uint16{0xc02f, 0xcca8, 0xc013, 0xc028} {
		for _, late := range []bool{false, true} {
			c := keyBlock{version: 0x0303, suite: suite, master: make([]byte, 48), client: &random, server: &random, encryptThenMAC: late}.cipher("client")
			for n := range 200 {
				if _, ok := c.open(0, []byte{21, 3, 3, 0, byte(n)}, make([]byte, n)); ok {
					t.Errorf("%#x: %d zeros were opened", suite, n)
				}
			}
		}
	}
	if (keyBlock{version: 0x0303, suite: 0x0005}).cipher("client") != nil {
		t.Error("RC4")
	}
	if aead, _ := TrafficKey(0x1304, make([]byte, 32)); aead != nil {
		t.Error("CCM")
	}
}
