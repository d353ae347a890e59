package keys_test

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/client/keys"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// phrase is the pass phrase of all files of these tests.
const phrase = "Schlüssel 7"

// openssl runs the command of OpenSSL in a directory. Some versions lack what others write.
func openssl(t testing.TB, dir string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("openssl is not installed")
	}
	cmd := exec.Command("openssl", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("openssl %v: %v\n%s", args, err, out)
	}
}

// identities are clients with a key of each kind, and their CA.
func identities() (ca *tlstest.Identity, clients map[string]*tlstest.Identity) {
	ca = tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Extensions: tlstest.CA()})
	clients = map[string]*tlstest.Identity{}
	for kind, key := range map[string]crypto.Signer{"RSA": tlstest.RSA(2048, 1), "EC": tlstest.P256("client"), "Ed25519": tlstest.Ed25519("client")} {
		clients[kind] = tlstest.Issue(tlstest.Template{Subject: tlstest.CN("gateway-7"), Issuer: ca, Key: key, Extensions: tlstest.Client()})
	}
	return ca, clients
}

// bench is a directory with the files that OpenSSL converts: client.crt, client.key and ca.crt.
func bench(t testing.TB, ca, client *tlstest.Identity) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string][]byte{"ca.crt": ca.CertPEM(), "client.crt": client.CertPEM(), "client.key": client.KeyPEM()} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// form is one way in which people have keys: the commands that make the file out of client.key and client.crt.
type form struct {
	name     string
	commands string // one a line; PASS stands for the option's value with the pass phrase
	only     string // the only kind of key that it can hold; empty: any
	plain    bool   // not under a pass phrase
	bundle   bool   // holds the certificate, too
}

// forms lists the ways: out is the file that they end in.
func forms() []form {
	all := []form{
		{name: "PKCS #8", commands: "pkcs8 -topk8 -nocrypt -in client.key -out out", plain: true},
		{name: "PKCS #8 in DER", commands: "pkcs8 -topk8 -nocrypt -in client.key -outform der -out out", plain: true},
		{name: "PKCS #1", commands: "rsa -in client.key -traditional -out out", only: "RSA", plain: true},
		{name: "PKCS #1 in DER", commands: "rsa -in client.key -traditional -outform der -out out", only: "RSA", plain: true},
		{name: "SEC 1", commands: "ec -in client.key -out out", only: "EC", plain: true},
		{name: "SEC 1 in DER", commands: "ec -in client.key -outform der -out out", only: "EC", plain: true},
		{name: "encrypted in DER", commands: "pkcs8 -topk8 -in client.key -passout PASS -outform der -out out"},
		{name: "scrypt", commands: "pkcs8 -topk8 -scrypt -in client.key -passout PASS -out out"},
		{name: "scrypt, other parameters", commands: "pkcs8 -topk8 -scrypt -scrypt_N 1024 -scrypt_r 4 -scrypt_p 3 -in client.key -passout PASS -out out"},
		{name: "PBES1 PBE-SHA1-3DES", commands: "pkcs8 -topk8 -v1 PBE-SHA1-3DES -in client.key -passout PASS -out out"},
		{name: "PBES1 PBE-SHA1-2DES", commands: "pkcs8 -topk8 -v1 PBE-SHA1-2DES -in client.key -passout PASS -out out"},
		{name: "bundle", commands: "pkcs12 -export -in client.crt -inkey client.key -certfile ca.crt -passout PASS -out out", bundle: true},
		{name: "bundle, many iterations, SHA-512", commands: "pkcs12 -export -iter 5000 -macalg sha512 -in client.crt -inkey client.key -passout PASS -out out", bundle: true},
		{name: "bundle, nothing encrypted", commands: "pkcs12 -export -keypbe NONE -certpbe NONE -in client.crt -inkey client.key -passout PASS -out out", bundle: true},
		{name: "bundle, no MAC", commands: "pkcs12 -export -nomac -in client.crt -inkey client.key -passout PASS -out out", bundle: true},
		{name: "bundle, 3DES and SHA-1", commands: "pkcs12 -export -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -in client.crt -inkey client.key -passout PASS -out out", bundle: true},
		{name: "bundle of OpenSSL 1", commands: "pkcs12 -export -legacy -in client.crt -inkey client.key -certfile ca.crt -passout PASS -out out", bundle: true},
		{name: "bundle, RC2 with 128 bits", commands: "pkcs12 -export -legacy -certpbe PBE-SHA1-RC2-128 -in client.crt -inkey client.key -passout PASS -out out", bundle: true},
		{name: "bundle, no pass phrase", commands: "pkcs12 -export -in client.crt -inkey client.key -passout pass: -out out", bundle: true, plain: true},
		{name: "bundle of OpenSSL 1, no pass phrase", commands: "pkcs12 -export -legacy -in client.crt -inkey client.key -passout pass: -out out", bundle: true, plain: true},
	}
	for _, name := range []string{"aes-128-cbc", "aes-192-cbc", "aes-256-cbc", "des-ede3-cbc"} {
		all = append(all, form{name: "PBES2 " + name, commands: "pkcs8 -topk8 -v2 " + name + " -in client.key -passout PASS -out out"})
	}
	for _, prf := range []string{"SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "SHA512-224", "SHA512-256"} {
		all = append(all, form{name: "PBKDF2 " + prf, commands: "pkcs8 -topk8 -v2prf hmacWith" + prf + " -in client.key -passout PASS -out out"})
	}
	for _, name := range []string{"aes128", "aes192", "aes256", "des3"} {
		all = append(all,
			form{name: "old style " + name + " RSA", commands: "rsa -traditional -" + name + " -in client.key -passout PASS -out out", only: "RSA"},
			form{name: "old style " + name + " EC", commands: "ec -" + name + " -in client.key -passout PASS -out out", only: "EC"})
	}
	for _, name := range []string{"PBE-MD5-DES", "PBE-SHA1-DES", "PBE-MD5-RC2-64", "PBE-SHA1-RC2-64", "PBE-SHA1-RC2-40", "PBE-SHA1-RC2-128"} {
		all = append(all, form{name: "PBES1 " + name, commands: "pkcs8 -provider legacy -provider default -topk8 -v1 " + name + " -in client.key -passout PASS -out out"})
	}
	return all
}

// make runs the commands of a form and returns what they write.
func (f form) make(t testing.TB, dir string) string {
	t.Helper()
	for command := range strings.SplitSeq(f.commands, "\n") {
		args := strings.Fields(command)
		for i, arg := range args {
			if arg == "PASS" {
				args[i] = "pass:" + phrase
			}
		}
		openssl(t, dir, args...)
	}
	return filepath.Join(dir, "out")
}

// TestForms opens every form of every kind of key, with the right pass phrase, with a wrong one and with none.
func TestForms(t *testing.T) {
	ca, clients := identities()
	for kind, client := range clients {
		for _, f := range forms() {
			if f.only != "" && f.only != kind || kind != "RSA" && f.only == "" && strings.Contains(f.name, "PBES1 PBE-") && strings.Contains(f.name, "RC2") {
				continue
			}
			t.Run(kind+" "+f.name, func(t *testing.T) {
				t.Parallel()
				dir := bench(t, ca, client)
				path := f.make(t, dir)
				certificate := filepath.Join(dir, "client.crt")
				if f.bundle {
					certificate = path
				}
				open(t, certificate, path, client)
				if f.plain {
					return
				}
				for given, want := range map[string]certs.Problem{"Schlussel 7": certs.WrongPassPhrase, "": certs.WrongPassPhrase, "none": certs.Encrypted} {
					if strings.Contains(f.name, "nothing encrypted") && given == "none" {
						continue // the MAC alone is under the pass phrase; without one there is still none
					}
					_, err := load(certificate, path, func(string) ([]byte, error) {
						if given == "none" {
							return nil, certs.ErrNoPassPhrase
						}
						return []byte(given), nil
					})
					var e *certs.FileError
					if !errors.As(err, &e) || e.Problem != want {
						t.Errorf("pass phrase %q: %v", given, err)
					}
				}
			})
		}
	}
}

func load(certificate, key string, ask func(string) ([]byte, error)) (*certs.Pair, error) {
	o := keys.New(ask, "")
	defer o.Forget()
	return certs.LoadPair(certificate, key, certs.PairOptions{SecurityLevel: 2, Store: certs.NewStore(), Opener: o})
}

// open opens a pair and asks for the pass phrase at most once.
func open(t *testing.T, certificate, key string, want *tlstest.Identity) {
	t.Helper()
	asked := 0
	pair, err := load(certificate, key, func(path string) ([]byte, error) {
		if asked++; path != key {
			t.Errorf("asked for the pass phrase of %s", path)
		}
		return []byte(phrase), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if asked > 1 {
		t.Errorf("asked %d times", asked)
	}
	if len(pair.Chain) != 1 || !pair.Chain[0].Equal(want.Certificate) {
		t.Errorf("%d certificates, the first is %v", len(pair.Chain), pair.Chain[0].Subject)
	}
	signer := pair.Certificate.PrivateKey.(crypto.Signer)
	if public, ok := signer.Public().(interface{ Equal(crypto.PublicKey) bool }); !ok || !public.Equal(want.Key.Public()) {
		t.Error("another key")
	}
}

// TestChainInBundle: the certificate of the key comes first, its intermediate after it, and no root.
func TestChainInBundle(t *testing.T) {
	ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Extensions: tlstest.CA()})
	inter := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant Issuing CA"), Issuer: ca, Extensions: tlstest.CA()})
	client := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("gateway-7"), Issuer: inter, Extensions: tlstest.Client()})
	dir := bench(t, ca, client)
	if err := os.WriteFile(filepath.Join(dir, "others.pem"), tlstest.Bundle(ca, inter), 0o600); err != nil {
		t.Fatal(err)
	}
	openssl(t, dir, "pkcs12", "-export", "-in", "client.crt", "-inkey", "client.key", "-certfile", "others.pem", "-passout", "pass:"+phrase, "-out", "out")
	path := filepath.Join(dir, "out")
	pair, err := load(path, path, func(string) ([]byte, error) { return []byte(phrase), nil })
	if err != nil {
		t.Fatal(err)
	}
	if len(pair.Chain) != 2 || !pair.Chain[0].Equal(client.Certificate) || !pair.Chain[1].Equal(inter.Certificate) {
		t.Errorf("%d certificates", len(pair.Chain))
	}
	other := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("other")})
	if err := os.WriteFile(filepath.Join(dir, "other.key"), other.KeyPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = load(path, filepath.Join(dir, "other.key"), func(string) ([]byte, error) { return []byte(phrase), nil })
	var e *certs.FileError
	if !errors.As(err, &e) || e.Problem != certs.KeyMismatch {
		t.Errorf("another key: %v", err)
	}
}

// TestHalfBundles: a bundle need not hold both halves.
func TestHalfBundles(t *testing.T) {
	ca, clients := identities()
	client := clients["EC"]
	dir := bench(t, ca, client)
	openssl(t, dir, "pkcs12", "-export", "-nokeys", "-in", "client.crt", "-passout", "pass:"+phrase, "-out", "cert.p12")
	if err := os.WriteFile(filepath.Join(dir, "both.crt"), tlstest.Bundle(ca, client), 0o600); err != nil {
		t.Fatal(err)
	}
	openssl(t, dir, "pkcs12", "-export", "-nokeys", "-in", "both.crt", "-passout", "pass:"+phrase, "-out", "certs.p12")
	openssl(t, dir, "pkcs12", "-export", "-nocerts", "-inkey", "client.key", "-in", "client.key", "-passout", "pass:"+phrase, "-out", "key.p12")
	in := func(name string) string { return filepath.Join(dir, name) }
	ask := func(string) ([]byte, error) { return []byte(phrase), nil }
	for _, test := range []struct {
		cert, key string
		problem   certs.Problem
	}{
		{"cert.p12", "client.key", 0}, {"client.crt", "key.p12", 0}, {"cert.p12", "key.p12", 0}, {"certs.p12", "client.key", 0},
		{"cert.p12", "cert.p12", certs.NoKey}, {"key.p12", "key.p12", certs.NoCertificate},
	} {
		_, err := load(in(test.cert), in(test.key), ask)
		var e *certs.FileError
		if errors.As(err, &e) != (test.problem != 0) || e != nil && e.Problem != test.problem {
			t.Errorf("%s and %s: %v", test.cert, test.key, err)
		}
	}
}

// TestOldDES: encryption that no OpenSSL of today writes without being asked twice.
func TestOldDES(t *testing.T) {
	ca, clients := identities()
	client := clients["RSA"]
	dir := bench(t, ca, client)
	//lint:ignore SA1019 it is the referee
	block, err := x509.EncryptPEMBlock(bytes.NewReader(make([]byte, 64)), "RSA PRIVATE KEY",
		x509.MarshalPKCS1PrivateKey(tlstest.RSA(2048, 1)), []byte(phrase), x509.PEMCipherDES)
	if err != nil {
		t.Fatal(err)
	}
	both := append(pem.EncodeToMemory(block), client.CertPEM()...)
	path := filepath.Join(dir, "both")
	if err := os.WriteFile(path, both, 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, path, path, client)
}

// TestUnsupportedInside: a key that opens, but is of a kind that cannot be used, is named.
func TestUnsupportedInside(t *testing.T) {
	ca, clients := identities()
	dir := bench(t, ca, clients["EC"])
	openssl(t, dir, "genpkey", "-algorithm", "ed448", "-aes256", "-pass", "pass:"+phrase, "-out", "ed448.key")
	_, err := load(filepath.Join(dir, "client.crt"), filepath.Join(dir, "ed448.key"), func(string) ([]byte, error) { return []byte(phrase), nil })
	var e *certs.FileError
	if !errors.As(err, &e) || e.Problem != certs.UnsupportedKey || e.Found != "Ed448" {
		t.Errorf("%v", err)
	}
}

// TestUnsupported: what cannot be opened is named, and nobody is asked for its pass phrase.
func TestUnsupported(t *testing.T) {
	ca, clients := identities()
	dir := bench(t, ca, clients["EC"])
	for name, want := range map[string]string{"camellia-256-cbc": "the cipher 1.2.392.200011.61.1.1.1.4", "aria-256-cbc": "the cipher 1.2.410.200046.1.1.12"} {
		openssl(t, dir, "pkcs8", "-topk8", "-v2", name, "-in", "client.key", "-passout", "pass:x", "-out", name)
		_, err := load(filepath.Join(dir, "client.crt"), filepath.Join(dir, name), func(string) ([]byte, error) {
			t.Error("asked")
			return nil, certs.ErrNoPassPhrase
		})
		var e *certs.FileError
		if !errors.As(err, &e) || e.Problem != certs.UnsupportedKey || !strings.Contains(e.Found, want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
