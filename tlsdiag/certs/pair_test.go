package certs_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// files writes files into a directory of their own.
func files(t testing.TB, contents map[string][]byte) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, data := range contents {
		writeFile(t, filepath.Join(dir, name), data)
	}
	return dir
}

func TestKeyForms(t *testing.T) {
	ec, rsa, ed := tlstest.P256("client"), tlstest.RSA(2048, 3), tlstest.Ed25519("client")
	sec1, err := x509.MarshalECPrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	ecID := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("ec"), Key: ec})
	rsaID := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("rsa"), Key: rsa})
	edID := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("ed"), Key: ed})
	parameters := block("EC PARAMETERS", []byte{6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7})
	tests := []struct {
		name string
		id   *tlstest.Identity
		key  []byte
	}{
		{"PKCS #8 EC", ecID, ecID.KeyPEM()},
		{"PKCS #8 RSA", rsaID, rsaID.KeyPEM()},
		{"PKCS #8 Ed25519", edID, edID.KeyPEM()},
		{"PKCS #1", rsaID, block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsa))},
		{"SEC 1", ecID, block("EC PRIVATE KEY", sec1)},
		{"PKCS #8 in DER", edID, keyDER(t, edID)},
		{"PKCS #1 in DER", rsaID, x509.MarshalPKCS1PrivateKey(rsa)},
		{"SEC 1 in DER", ecID, sec1},
		{"SEC 1 after its parameters", ecID, append(parameters, block("EC PRIVATE KEY", sec1)...)},
		{"after the certificate", ecID, append(ecID.CertPEM(), ecID.KeyPEM()...)},
		{"two keys, the first counts", ecID, append(ecID.KeyPEM(), rsaID.KeyPEM()...)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := files(t, map[string][]byte{"cert": test.id.CertPEM(), "key": test.key})
			pair, err := certs.LoadPair(filepath.Join(dir, "cert"), filepath.Join(dir, "key"), certs.PairOptions{SecurityLevel: 2})
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := tls.X509KeyPair(test.id.CertPEM(), test.id.KeyPEM())
			if err != nil {
				t.Fatal(err)
			}
			if !pair.Certificate.Leaf.Equal(theirs.Leaf) || len(pair.Certificate.Certificate) != 1 {
				t.Error("another certificate was read")
			}
			if key, ok := pair.Certificate.PrivateKey.(interface{ Equal(x any) bool }); ok && !key.Equal(theirs.PrivateKey) {
				t.Error("another key was read")
			}
		})
	}
}

func TestChains(t *testing.T) {
	p := newPlant()
	dir := files(t, map[string][]byte{"leaf": p.client.CertPEM(), "chain": tlstest.Bundle(p.client, p.inter), "key": p.client.KeyPEM(),
		"both": append(p.client.KeyPEM(), p.client.CertPEM()...), "ca": tlstest.Bundle(p.root, p.inter), "root": p.root.CertPEM()})
	path := func(name string) string { return filepath.Join(dir, name) }
	store := func(name string) *certs.Store {
		s := certs.NewStore()
		if err := s.AddFile(path(name)); err != nil {
			t.Fatal(err)
		}
		return s
	}
	tests := []struct {
		name, cert, key string
		store           *certs.Store
		want            []*tlstest.Identity
	}{
		{"end-entity alone", "leaf", "key", nil, list(p.client)},
		{"chain", "chain", "key", nil, list(p.client, p.inter)},
		{"both in one", "both", "both", nil, list(p.client)},
		{"intermediate in the CA file", "leaf", "key", store("ca"), list(p.client, p.inter)},
		{"intermediate nowhere", "leaf", "key", store("root"), list(p.client)},
		{"chain given, CA file not used", "chain", "key", store("ca"), list(p.client, p.inter)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			pair, err := certs.LoadPair(path(test.cert), path(test.key), certs.PairOptions{SecurityLevel: 2, Store: test.store, Now: tlstest.Now()})
			if err != nil {
				t.Fatal(err)
			}
			got := pair.Certificate.Certificate
			if !slices.EqualFunc(got, test.want, func(der []byte, id *tlstest.Identity) bool { return string(der) == string(id.DER) }) {
				t.Errorf("%d certificates are sent, want %d", len(got), len(test.want))
			}
		})
	}
}

func TestPairsThatAreRefused(t *testing.T) {
	p := newPlant()
	other := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("other"), Issuer: p.inter})
	small := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("small"), Issuer: p.inter, Key: tlstest.RSA(1024, 1)})
	smallCA := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("small CA"), Key: tlstest.RSA(1024, 2), Extensions: tlstest.CA()})
	underSmall := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("client"), Issuer: smallCA})
	sha1 := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("sha1"), Issuer: p.inter, Digest: tlstest.SHA1})
	selfSHA1 := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("self"), Digest: tlstest.SHA1})
	damaged := edit(t, p.client.KeyPEM(), "MIG", "MII")
	secp256k1 := block("EC PRIVATE KEY", []byte{0x30, 0x0e, 2, 1, 1, 4, 0, 0xa0, 7, 6, 5, 0x2b, 0x81, 4, 0, 10})
	ed448 := block("PRIVATE KEY", []byte{0x30, 0x0c, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x71, 4, 0})
	brainpool := block("EC PRIVATE KEY", []byte{0x30, 0x12, 2, 1, 1, 4, 0, 0xa0, 11, 6, 9, 0x2b, 0x24, 3, 3, 2, 8, 1, 1, 7})
	sect := block("EC PRIVATE KEY", []byte{0x30, 0x0e, 2, 1, 1, 4, 0, 0xa0, 7, 6, 5, 0x2b, 0x81, 4, 0, 26})
	explicit := block("EC PRIVATE KEY", []byte{0x30, 9, 2, 1, 1, 4, 0, 0xa0, 2, 0x30, 0})
	ed448Certificate := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("ed448"), PublicKey: ed448PublicKey()})
	oldEncrypted := pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: []byte("x"),
		Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00"}})
	pkcs12 := []byte{0x30, 0x10, 2, 1, 3, 0x30, 0x0b, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1}
	tests := []struct {
		name      string
		cert, key []byte
		level     int
		option    string
		problem   certs.Problem
		found     string
		detail    string
	}{
		{"certificate file empty", nil, p.client.KeyPEM(), 2, "--cert", certs.Empty, "", ""},
		{"key file empty", p.client.CertPEM(), nil, 2, "--key", certs.Empty, "", ""},
		{"certificate file holds a request", block("CERTIFICATE REQUEST", []byte("x")), p.client.KeyPEM(), 2, "--cert", certs.NoCertificate, "certificate signing request", ""},
		{"key in DER as the certificate", keyDER(t, p.client), keyDER(t, p.client), 2, "--cert", certs.IsDER, "private key", ""},
		{"swapped, in DER", keyDER(t, p.client), p.client.DER, 2, "--cert", certs.Swapped, "private key", ""},
		{"PKCS #12", pkcs12, p.client.KeyPEM(), 2, "--cert", certs.IsPKCS12, "PKCS #12 bundle", ""},
		{"certificate in DER as the key", p.client.CertPEM(), p.client.DER, 2, "--key", certs.IsDER, "certificate", ""},
		{"encrypted key in DER", p.client.CertPEM(), []byte{0x30, 6, 0x30, 0, 4, 2, 1, 2}, 2, "--key", certs.Encrypted, "encrypted private key", ""},
		{"swapped", p.client.KeyPEM(), p.client.CertPEM(), 2, "--cert", certs.Swapped, "private key", ""},
		{"key twice", p.client.KeyPEM(), p.client.KeyPEM(), 2, "--cert", certs.NoCertificate, "private key", ""},
		{"certificate twice", p.client.CertPEM(), p.client.CertPEM(), 2, "--key", certs.NoKey, "certificate", ""},
		{"public key", p.client.CertPEM(), block("PUBLIC KEY", []byte("x")), 2, "--key", certs.NoKey, "public key", ""},
		{"another's key", p.client.CertPEM(), other.KeyPEM(), 2, "--key", certs.KeyMismatch, "", ""},
		{"another kind's key", p.client.CertPEM(), small.KeyPEM(), 2, "--key", certs.KeyMismatch, "", ""},
		{"encrypted PKCS #8", p.client.CertPEM(), block("ENCRYPTED PRIVATE KEY", []byte("x")), 2, "--key", certs.Encrypted, "encrypted private key", ""},
		{"encrypted the old way", p.client.CertPEM(), oldEncrypted, 2, "--key", certs.Encrypted, "encrypted private key", ""},
		{"key damaged", p.client.CertPEM(), damaged, 2, "--key", certs.Damaged, "private key", "do not decode"},
		{"key cut off", p.client.CertPEM(), p.client.KeyPEM()[:100], 2, "--key", certs.Damaged, "private key", "END line is missing"},
		{"chain's second damaged", append(p.client.CertPEM(), block("CERTIFICATE", []byte("x"))...), p.client.KeyPEM(), 2, "--cert", certs.Damaged, "certificate", "do not decode"},
		{"weak key", small.CertPEM(), small.KeyPEM(), 2, "--cert", certs.Weak, "RSA 1024 key", ""},
		{"weak digest", sha1.CertPEM(), sha1.KeyPEM(), 1, "--cert", certs.Weak, "ECDSA-SHA1 signature", ""},
		{"weak CA in the chain", tlstest.Bundle(underSmall, smallCA), underSmall.KeyPEM(), 2, "--cert", certs.Weak, "RSA 1024 key", ""},
		{"secp256k1", p.client.CertPEM(), secp256k1, 2, "--key", certs.UnsupportedKey, "ECDSA secp256k1", ""},
		{"brainpool", p.client.CertPEM(), brainpool, 2, "--key", certs.UnsupportedKey, "ECDSA on a brainpool curve", ""},
		{"another curve", p.client.CertPEM(), sect, 2, "--key", certs.UnsupportedKey, "ECDSA on the curve 1.3.132.0.26", ""},
		{"explicit curve", p.client.CertPEM(), explicit, 2, "--key", certs.UnsupportedKey, "ECDSA with explicit curve parameters", ""},
		{"Ed448", p.client.CertPEM(), ed448, 2, "--key", certs.UnsupportedKey, "Ed448", ""},
		{"Ed448 certificate", ed448Certificate.CertPEM(), p.client.KeyPEM(), 2, "--cert", certs.UnsupportedKey, "Ed448", ""},
		{"OpenSSH", p.client.CertPEM(), block("OPENSSH PRIVATE KEY", []byte("x")), 2, "--key", certs.UnsupportedKey, "private key in OpenSSH's own format", ""},
		{"TPM", p.client.CertPEM(), block("TSS2 PRIVATE KEY", []byte("x")), 2, "--key", certs.UnsupportedKey, "TPM key", ""},
		{"DSA", p.client.CertPEM(), block("DSA PRIVATE KEY", []byte("x")), 2, "--key", certs.UnsupportedKey, "DSA", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := files(t, map[string][]byte{"cert": test.cert, "key": test.key})
			_, err := certs.LoadPair(filepath.Join(dir, "cert"), filepath.Join(dir, "key"), certs.PairOptions{SecurityLevel: test.level})
			e := fileError(t, err)
			if e.Option != test.option || e.Path != filepath.Join(dir, e.Option[2:]) || e.Problem != test.problem || e.Found != test.found ||
				!strings.Contains(e.Detail, test.detail) || (e.Detail == "") != (test.detail == "") || e.NotOpened() {
				t.Errorf("got %v", e)
			}
		})
	}
	dir := files(t, map[string][]byte{"cert": []byte("x")})
	_, err := certs.LoadPair(filepath.Join(dir, "cert"), filepath.Join(dir, "key"), certs.PairOptions{})
	if e := fileError(t, err); e.Option != "--key" || e.Problem != certs.Missing {
		t.Errorf("certificate is no good and key missing: %v", e)
	}
	for _, fine := range []struct {
		id    *tlstest.Identity
		level int
	}{{small, 1}, {sha1, 0}, {selfSHA1, 2}} {
		dir := files(t, map[string][]byte{"both": append(fine.id.CertPEM(), fine.id.KeyPEM()...)})
		if _, err := certs.LoadPair(filepath.Join(dir, "both"), filepath.Join(dir, "both"), certs.PairOptions{SecurityLevel: fine.level}); err != nil {
			t.Errorf("at level %d: %v", fine.level, err)
		}
	}
}

func ed448PublicKey() []byte {
	return append([]byte{0x30, 0x43, 0x30, 5, 6, 3, 0x2b, 0x65, 0x71, 3, 0x3a, 0}, make([]byte, 57)...)
}

func TestPartners(t *testing.T) {
	p := newPlant()
	other := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("other"), Issuer: p.inter})
	dir := files(t, map[string][]byte{"a.crt": p.client.CertPEM(), "a.key": p.client.KeyPEM(), "b.crt": other.CertPEM(), "b.key": other.KeyPEM(),
		"ca.crt": p.root.CertPEM(), "notes": []byte("-----BEGIN CERTIFICATE-----\n")})
	path := func(name string) string { return filepath.Join(dir, name) }
	_, err := certs.LoadPair(path("a.crt"), path("b.key"), certs.PairOptions{SecurityLevel: 2})
	if e := fileError(t, err); e.Partner.CertificateOfKey != path("b.crt") || e.Partner.KeyOfCertificate != path("a.key") {
		t.Errorf("got %+v", e.Partner)
	}
	writeFile(t, path("reversed"), tlstest.Bundle(p.inter, p.client))
	_, err = certs.LoadPair(path("reversed"), path("a.key"), certs.PairOptions{SecurityLevel: 2})
	if e := fileError(t, err); e.Partner.CertificateOfKey != path("a.crt") && e.Partner.CertificateOfKey != path("reversed") {
		t.Errorf("chain in the wrong order: got %+v", e.Partner)
	}
	if err := os.Remove(path("a.key")); err != nil {
		t.Fatal(err)
	}
	_, err = certs.LoadPair(path("a.crt"), path("b.key"), certs.PairOptions{SecurityLevel: 2})
	if e := fileError(t, err); e.Partner.CertificateOfKey != path("b.crt") || e.Partner.KeyOfCertificate != "" {
		t.Errorf("got %+v", e.Partner)
	}
}

// accessHelper makes the test binary try to read a file as another user, and print who denied it.
const accessHelper = "CERTS_TEST_READ_FILE"

func TestMain(m *testing.M) {
	if path := os.Getenv(accessHelper); path != "" {
		_, err := certs.LoadKey(path, nil)
		if e, ok := err.(*certs.FileError); ok && e.Access != nil && e.NotOpened() {
			os.Stdout.WriteString(strings.Join([]string{e.Problem.String(), e.Access.Blocker, e.Access.Owner, e.Access.Mode.String(), e.Access.User}, "|"))
			os.Exit(0)
		}
		os.Stdout.WriteString("unexpected: " + err.Error())
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func TestUnreadable(t *testing.T) {
	if os.Geteuid() != 0 {
		// Nobody to become: be the one who is denied.
		path := filepath.Join(files(t, map[string][]byte{"key": nil}), "key")
		if err := os.Chmod(path, 0); err != nil {
			t.Fatal(err)
		}
		_, err := certs.LoadKey(path, nil)
		if e := fileError(t, err); e.Problem != certs.Unreadable || !e.NotOpened() || e.Access == nil || e.Access.Blocker != path || e.Access.Mode != 0 {
			t.Errorf("got %+v", e)
		}
		return
	}
	base, err := os.MkdirTemp("", "certs")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(base) })
	program := filepath.Join(base, "test")
	if err := copyProgram(program); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(base, 0o755); err != nil {
		t.Fatal(err)
	}
	closed := filepath.Join(base, "closed")
	if err := os.MkdirAll(filepath.Join(closed, "inner"), 0o700); err != nil {
		t.Fatal(err)
	}
	key, hidden := filepath.Join(base, "key"), filepath.Join(closed, "inner", "key")
	writeFile(t, key, nil)
	writeFile(t, hidden, nil)
	for path, want := range map[string]string{
		key:    "cannot be read|" + key + "|root|-rw-------|nobody",
		hidden: "cannot be read|" + closed + "|root|drwx------|nobody",
	} {
		cmd := exec.Command(program)
		cmd.Env = []string{accessHelper + "=" + path}
		cmd.Dir = base
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		out, err := cmd.CombinedOutput()
		if err != nil || string(out) != want {
			t.Errorf("got %s (%v), want %s", out, err, want)
		}
	}
}

func copyProgram(to string) error {
	data, err := os.ReadFile(os.Args[0])
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o755)
}
