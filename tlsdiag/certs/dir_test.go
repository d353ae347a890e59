package certs_test

import (
	"crypto/x509"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"encoding/asn1"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

func TestSubjectHash(t *testing.T) {
	program := openssl(t)
	for _, name := range []tlstest.Name{
		tlstest.CN("ca"),
		tlstest.CN("Plant \t Root  CA ").With(tlstest.Organization, "PLANT").With(tlstest.Country, "DE"),
		tlstest.CN("Pl\u00e4nt").As(asn1.TagUTF8String),
		tlstest.CN("Pl\xe4nt").As(asn1.TagT61String),
		tlstest.CN("a@b").As(asn1.TagIA5String),
		tlstest.CN("12").As(asn1.TagNumericString),
		tlstest.CN("\x01\x02\x03\x04").As(asn1.TagBMPString),
		{},
	} {
		id := tlstest.Issue(tlstest.Template{Subject: name})
		path := filepath.Join(t.TempDir(), "x.pem")
		writeFile(t, path, id.CertPEM())
		out, err := exec.Command(program, "x509", "-noout", "-subject_hash", "-in", path).Output()
		if err != nil {
			t.Fatal(err)
		}
		s, _ := asn1Subject(id.DER)
		if got, want := certs.SubjectHash(s), strings.TrimSpace(string(out)); got != want {
			t.Errorf("%q: %s, openssl says %s", name, got, want)
		}
	}
	if got := certs.SubjectHash([]byte{0x30, 1}); got != "" {
		t.Errorf("what is no name has the hash %s", got)
	}
}

// asn1Subject finds the subject, also in certificates that crypto/x509 refuses.
func asn1Subject(der []byte) ([]byte, error) {
	var c struct {
		TBS struct {
			Version                              int `asn1:"explicit,tag:0"`
			Serial                               asn1.RawValue
			Algorithm, Issuer, Validity, Subject asn1.RawValue
		}
	}
	_, err := asn1.Unmarshal(der, &c)
	return c.TBS.Subject.FullBytes, err
}

func TestDirectory(t *testing.T) {
	p := newPlant()
	twin := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant Root"), Key: tlstest.P256("twin"), Extensions: tlstest.CA()})
	hash := certs.SubjectHash(p.root.Certificate.RawSubject)
	tests := []struct {
		name  string
		files map[string][]byte
		found bool
	}{
		{"linked", map[string][]byte{hash + ".0": p.root.CertPEM()}, true},
		{"without a link", map[string][]byte{"root.pem": p.root.CertPEM()}, false},
		{"another hash", map[string][]byte{"00000000.0": p.root.CertPEM()}, false},
		{"second of the name", map[string][]byte{hash + ".0": twin.CertPEM(), hash + ".1": p.root.CertPEM()}, true},
		{"a number missing", map[string][]byte{hash + ".1": p.root.CertPEM()}, false},
		{"hash in capitals", map[string][]byte{strings.ToUpper(hash) + ".0": p.root.CertPEM()}, strings.ToUpper(hash) == hash},
		{"two in one file", map[string][]byte{hash + ".0": tlstest.Bundle(twin, p.root)}, true},
		{"damaged after the first", map[string][]byte{hash + ".0": append(p.root.CertPEM(), block("CERTIFICATE", []byte("x"))...)}, true},
		{"damaged before it", map[string][]byte{hash + ".0": append(block("CERTIFICATE", []byte("x")), p.root.CertPEM()...)}, false},
		{"damaged file before it", map[string][]byte{hash + ".0": []byte("x"), hash + ".1": p.root.CertPEM()}, true},
		{"empty", nil, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			for name, data := range test.files {
				writeFile(t, filepath.Join(dir, name), data)
			}
			s := certs.NewStore()
			s.AddDir(dir)
			o := certs.Options{Store: s, SkipName: true, Now: tlstest.Now(), SecurityLevel: 2}
			for range 2 { // the second time from what was loaded
				_, err := certs.Verify([]*x509.Certificate{p.leaf.Certificate, p.inter.Certificate}, o)
				if (err == nil) != test.found {
					t.Errorf("got %v", err)
				}
			}
			leaf, inter := filepath.Join(dir, "leaf"), filepath.Join(dir, "inter")
			writeFile(t, leaf, p.leaf.CertPEM())
			writeFile(t, inter, p.inter.CertPEM())
			err := exec.Command(openssl(t), "verify", "-no-CAfile", "-no-CAstore", "-CApath", dir, "-untrusted", inter, leaf).Run()
			if (err == nil) != test.found {
				t.Errorf("openssl verify says %v", err)
			}
			if len(s.Certificates()) != 0 {
				t.Error("what a lookup found is listed as read from a file")
			}
		})
	}
}

func TestDirectoryAsRehashMakesIt(t *testing.T) {
	p := newPlant()
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "root.pem"), p.root.CertPEM())
	writeFile(t, filepath.Join(dir, "inter.crt"), p.inter.CertPEM())
	writeFile(t, filepath.Join(dir, "README"), []byte("no certificate"))
	check := func(linked bool) {
		t.Helper()
		d, err := certs.ScanDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var files []string
		for _, c := range d.Certificates {
			files = append(files, c.File)
			if want := certs.SubjectHash(c.Certificate.RawSubject) + ".0"; c.Link != want || c.Linked != linked {
				t.Errorf("%s: link %s (there: %v), want %s (there: %v)", c.File, c.Link, c.Linked, want, linked)
			}
		}
		if !slices.Equal(files, []string{"inter.crt", "root.pem"}) {
			t.Errorf("found %q", files)
		}
	}
	check(false)
	if out, err := exec.Command(openssl(t), "rehash", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	check(true)
}

func TestScanDirRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ca.pem")
	writeFile(t, file, nil)
	for path, problem := range map[string]certs.Problem{file: certs.NotDirectory, file + "x": certs.Missing} {
		if _, err := certs.ScanDir(path); err == nil || fileError(t, err).Problem != problem {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

func TestSystemStore(t *testing.T) {
	p := newPlant()
	dir, hashed := t.TempDir(), t.TempDir()
	bundle := filepath.Join(dir, "bundle.pem")
	writeFile(t, bundle, tlstest.Bundle(p.inter, p.root))
	writeFile(t, filepath.Join(hashed, certs.SubjectHash(p.root.Certificate.RawSubject)+".0"), p.root.CertPEM())
	none := filepath.Join(dir, "none")
	tests := []struct {
		name  string
		env   map[string]string
		found bool
	}{
		{"file", map[string]string{"SSL_CERT_FILE": bundle, "SSL_CERT_DIR": none}, true},
		{"directory", map[string]string{"SSL_CERT_FILE": none, "SSL_CERT_DIR": hashed}, true},
		{"second directory", map[string]string{"SSL_CERT_FILE": none, "SSL_CERT_DIR": none + ":" + hashed}, true},
		{"neither", map[string]string{"SSL_CERT_FILE": none, "SSL_CERT_DIR": none}, false},
		{"the system's", nil, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := certs.NewStore()
			s.AddSystem(func(name string) string { return test.env[name] })
			o := certs.Options{Store: s, SkipName: true, Now: tlstest.Now(), SecurityLevel: 2}
			_, err := certs.Verify([]*x509.Certificate{p.leaf.Certificate, p.inter.Certificate}, o)
			if (err == nil) != test.found {
				t.Errorf("got %v", err)
			}
			if found := s.WithSubject(p.root.Certificate.RawSubject); (len(found) == 1) != test.found {
				t.Errorf("found %d certificates of the root's name", len(found))
			}
		})
	}
}

// The system's own roots, as they are on the machine that runs the tests, must be found whatever the place.
func TestSystemRoots(t *testing.T) {
	const bundle = "/etc/ssl/certs/ca-certificates.crt"
	if _, err := os.Stat(bundle); err != nil {
		t.Skip("no system bundle: ", err)
	}
	all := certs.NewStore()
	if err := all.AddFile(bundle); err != nil {
		t.Fatal(err)
	}
	if n := len(all.Unparsed()); n > 0 {
		t.Logf("%d certificates of the bundle cannot be parsed", n)
	}
	places := map[string]*certs.Store{"bundle": certs.NewStore(), "usual places": certs.NewStore()}
	places["bundle"].AddSystem(func(name string) string {
		return map[string]string{"SSL_CERT_FILE": bundle, "SSL_CERT_DIR": "/nonexistent"}[name]
	})
	places["usual places"].AddSystem(func(string) string { return "" })
	for _, root := range all.Certificates() {
		for name, s := range places {
			found := s.WithSubject(root.Certificate.RawSubject)
			if !slices.ContainsFunc(found, func(a *certs.Anchor) bool { return a.Certificate.Equal(root.Certificate) }) {
				t.Errorf("%s: %s not found", name, root.Certificate.Subject)
			}
		}
	}
}
