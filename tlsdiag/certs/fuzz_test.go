package certs

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"testing"
	"time"
)

// What a file is read as, it must be read as again when it is written anew.
func FuzzCAFile(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := parseEntries(optionCAFile, "ca.pem", data)
		if (err == nil) != (len(entries) > 0) {
			t.Fatalf("%d certificates and the error %v", len(entries), err)
		}
		if err != nil && err.Error() == "" {
			t.Fatal("an error without a text")
		}
		var again []byte
		for _, e := range entries {
			again = append(again, pem.EncodeToMemory(&pem.Block{Type: labelCertificate, Bytes: e.der})...)
		}
		rewritten, _ := parseEntries(optionCAFile, "ca.pem", again)
		if len(rewritten) != len(entries) {
			t.Fatalf("%d certificates, written anew %d", len(entries), len(rewritten))
		}
		for i, e := range rewritten {
			if !bytes.Equal(e.der, entries[i].der) || e.canonical != entries[i].canonical {
				t.Errorf("certificate %d changed", i)
			}
		}
	})
}

func FuzzKeyFile(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		key, err := parseKeyFile("key.pem", data, nil)
		if err != nil {
			return
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseKeyFile("key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil)
		if err != nil {
			t.Fatal(err)
		}
		if public, ok := key.Public().(interface{ Equal(x any) bool }); ok && !public.Equal(again.Public()) {
			t.Error("the key changed")
		}
	})
}

// The canonical form of a name is its own canonical form.
func FuzzCanonicalName(f *testing.F) {
	f.Fuzz(func(t *testing.T, der []byte) {
		_ = NameText(der)
		canonical, ok := CanonicalName(der)
		if !ok {
			return
		}
		wrapped := appendElement(nil, tagSequence, canonical)
		again, ok := CanonicalName(wrapped)
		if !ok || !bytes.Equal(again, canonical) {
			t.Errorf("the canonical form %x has the canonical form %x", canonical, again)
		}
		if !SameName(der, wrapped) {
			t.Error("a name is not the same as its canonical form")
		}
	})
}

// No certificate that parses may stop the verifier, whatever is in it, and none is accepted without an anchor.
func FuzzVerify(f *testing.F) {
	f.Fuzz(func(t *testing.T, der []byte, host string) {
		if Inspect(der) != nil {
			return
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		_ = Describe(c)
		s := NewStore()
		e, why := newEntry(&pemBlock{label: labelCertificate, der: der}, "")
		if why != "" {
			t.Fatalf("what crypto/x509 parses is refused: %s", why)
		}
		s.add(e)
		o := Options{Store: s, Host: host, Now: time.Date(2026, 11, 23, 13, 2, 11, 0, time.UTC), SecurityLevel: 2}
		if _, err := Verify([]*x509.Certificate{c, c}, o); err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
		o.Store = nil
		if _, err := Verify([]*x509.Certificate{c, c}, o); err == nil {
			t.Error("accepted without an anchor")
		}
	})
}
