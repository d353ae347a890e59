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

// What a file of revocation lists is read as, it must be read as again when its lists are written anew; and what crypto/x509
// reads of a list must be what is read here.
func FuzzCRLFile(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		lists, err := parseCRLs("crl.pem", data)
		if (err == nil) != (len(lists) > 0) {
			t.Fatalf("%d lists and the error %v", len(lists), err)
		}
		for _, l := range lists {
			again, err := parseCRLs("crl.der", l.signed.Raw)
			if err != nil || !bytes.Equal(again[0].revoked, l.revoked) || again[0].canonical != l.canonical || !again[0].NextUpdate.Equal(l.NextUpdate) {
				t.Fatalf("written anew: %v", err)
			}
			theirs, err := x509.ParseRevocationList(l.signed.Raw)
			if err != nil {
				continue
			}
			if !theirs.ThisUpdate.Equal(l.ThisUpdate) || !theirs.NextUpdate.Equal(l.NextUpdate) || !bytes.Equal(theirs.RawIssuer, l.Issuer) ||
				theirs.SignatureAlgorithm != l.signed.SignatureAlgorithm {
				t.Errorf("crypto/x509 reads another list: %+v", theirs)
			}
			for _, entry := range theirs.RevokedCertificateEntries {
				tbs := wrap(tagSequence, wrap(tagInteger, serialBytes(entry.Raw)))
				if v := l.find(&x509.Certificate{RawTBSCertificate: tbs}); v == nil {
					t.Errorf("%v is revoked and not found", entry.SerialNumber)
				}
			}
		}
	})
}

// serialBytes returns the contents of the serial number in an entry.
func serialBytes(entry []byte) []byte {
	outer := elements{rest: entry}
	return outer.expect(tagSequence).inside().expect(tagInteger).contents
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
