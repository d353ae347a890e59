package scripts_test

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// genCerts runs gen-certs.sh with its files going to a new directory.
func genCerts(t *testing.T, args ...string) (dir string, r result) {
	t.Helper()
	needTool(t, "openssl")
	dir = filepath.Join(t.TempDir(), "certs")
	return dir, run(t, "", "sh", append([]string{"gen-certs.sh", "--out", dir}, args...)...)
}

func mustGenCerts(t *testing.T, args ...string) string {
	t.Helper()
	dir, r := genCerts(t, args...)
	if r.code != 0 {
		t.Fatalf("gen-certs.sh %q: exit %d\n%s", args, r.code, r.stderr)
	}
	if r.stderr != "" {
		t.Errorf("gen-certs.sh %q said on stderr: %s", args, r.stderr)
	}
	return dir
}

func readCert(t *testing.T, dir, name string) *x509.Certificate {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name+".crt"))
	if err != nil {
		t.Fatal(err)
	}
	block, rest := pem.Decode(text)
	if block == nil || len(rest) != 0 {
		t.Fatalf("%s.crt is not one PEM block", name)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatalf("%s.crt: %v", name, err)
	}
	return cert
}

// goVerifies has Go's verifier, stricter than OpenSSL's, judge a certificate.
func goVerifies(t *testing.T, dir, name, host string, use x509.ExtKeyUsage) error {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(readCert(t, dir, "ca"))
	_, err := readCert(t, dir, name).Verify(x509.VerifyOptions{
		Roots: roots, DNSName: host, KeyUsages: []x509.ExtKeyUsage{use},
	})
	return err
}

func TestGenCertsDefaults(t *testing.T) {
	t.Parallel()
	dir := mustGenCerts(t)
	ca, server, client := readCert(t, dir, "ca"), readCert(t, dir, "server"), readCert(t, dir, "client")

	if !ca.IsCA || !ca.MaxPathLenZero || ca.KeyUsage != x509.KeyUsageCertSign|x509.KeyUsageCRLSign {
		t.Errorf("CA: IsCA %v, MaxPathLenZero %v, KeyUsage %b", ca.IsCA, ca.MaxPathLenZero, ca.KeyUsage)
	}
	for name, leaf := range map[string]*x509.Certificate{"server": server, "client": client} {
		if leaf.Version != 3 || !leaf.BasicConstraintsValid || leaf.IsCA || leaf.KeyUsage != x509.KeyUsageDigitalSignature {
			t.Errorf("%s: Version %d, BasicConstraintsValid %v, IsCA %v, KeyUsage %b",
				name, leaf.Version, leaf.BasicConstraintsValid, leaf.IsCA, leaf.KeyUsage)
		}
		if len(leaf.SubjectKeyId) == 0 || !slices.Equal(leaf.AuthorityKeyId, ca.SubjectKeyId) {
			t.Errorf("%s: SubjectKeyId %x, AuthorityKeyId %x, the CA's SubjectKeyId %x",
				name, leaf.SubjectKeyId, leaf.AuthorityKeyId, ca.SubjectKeyId)
		}
		if !leaf.NotAfter.Before(ca.NotAfter) {
			t.Errorf("%s lives until %v, longer than the CA, %v", name, leaf.NotAfter, ca.NotAfter)
		}
		if key, ok := leaf.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve.Params().Name != "P-256" {
			t.Errorf("%s: key is %T, want one on P-256", name, leaf.PublicKey)
		}
	}
	if !slices.Equal(server.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}) {
		t.Errorf("server: ExtKeyUsage %v", server.ExtKeyUsage)
	}
	if !slices.Equal(client.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}) {
		t.Errorf("client: ExtKeyUsage %v", client.ExtKeyUsage)
	}
	wantSANs(t, server, []string{"localhost"}, []string{"127.0.0.1", "::1"})
	wantDifferentNames(t, ca, server, client)
	wantVerdicts(t, dir)
}

func wantSANs(t *testing.T, cert *x509.Certificate, names, addresses []string) {
	t.Helper()
	var got []string
	for _, ip := range cert.IPAddresses {
		got = append(got, ip.String())
	}
	if !slices.Equal(cert.DNSNames, names) || !slices.Equal(got, addresses) {
		t.Errorf("SANs are %q and %q, want %q and %q", cert.DNSNames, got, names, addresses)
	}
}

func wantDifferentNames(t *testing.T, certs ...*x509.Certificate) {
	t.Helper()
	subjects, serials := map[string]bool{}, map[string]bool{}
	for _, cert := range certs {
		subjects[cert.Subject.String()] = true
		serials[cert.SerialNumber.String()] = true
		if cert.SerialNumber.Sign() <= 0 || cert.SerialNumber.BitLen() < 64 {
			t.Errorf("%v: serial number %v is not a positive one with 64 random bits", cert.Subject, cert.SerialNumber)
		}
	}
	if len(subjects) != len(certs) || len(serials) != len(certs) {
		t.Errorf("%d certificates have %d subjects and %d serial numbers", len(certs), len(subjects), len(serials))
	}
}

// wantVerdicts asks both OpenSSL and Go about certificates for localhost, also
// about what has to be refused.
func wantVerdicts(t *testing.T, dir string) {
	t.Helper()
	verify := func(args ...string) bool {
		args = append([]string{"verify", "-no-CApath", "-x509_strict", "-CAfile", "ca.crt"}, args...)
		return run(t, dir, "openssl", args...).code == 0
	}
	for _, c := range []struct {
		ok   bool
		args []string
	}{
		{true, []string{"-purpose", "sslserver", "-verify_hostname", "localhost", "server.crt"}},
		{true, []string{"-purpose", "sslserver", "-verify_ip", "127.0.0.1", "server.crt"}},
		{true, []string{"-purpose", "sslclient", "client.crt"}},
		{false, []string{"-purpose", "sslserver", "-verify_hostname", "elsewhere", "server.crt"}},
		{false, []string{"-purpose", "sslserver", "-verify_ip", "127.0.0.2", "server.crt"}},
		{false, []string{"-purpose", "sslclient", "server.crt"}},
		{false, []string{"-purpose", "sslserver", "client.crt"}},
	} {
		if got := verify(c.args...); got != c.ok {
			t.Errorf("openssl verify %q: %v, want %v", c.args, got, c.ok)
		}
	}
	if err := goVerifies(t, dir, "server", "localhost", x509.ExtKeyUsageServerAuth); err != nil {
		t.Errorf("Go refuses the server certificate: %v", err)
	}
	if err := goVerifies(t, dir, "client", "", x509.ExtKeyUsageClientAuth); err != nil {
		t.Errorf("Go refuses the client certificate: %v", err)
	}
}

func TestGenCertsHostsAndClients(t *testing.T) {
	t.Parallel()
	dir := mustGenCerts(t, "--host", "10.0.0.7", "--host=*.gw.example.com", "--host", "broker.lan",
		"--host", "fd00::5", "--host", "::ffff:192.0.2.1", "--host", "broker.lan",
		"--client", "gw-1", "--client", "broker.lan", "--days", "30")
	server := readCert(t, dir, "server")
	wantSANs(t, server, []string{"*.gw.example.com", "broker.lan"}, []string{"10.0.0.7", "fd00::5", "192.0.2.1"})
	wantDifferentNames(t, readCert(t, dir, "ca"), server, readCert(t, dir, "gw-1"), readCert(t, dir, "broker.lan"))
	for _, host := range []string{"10.0.0.7", "x.gw.example.com", "broker.lan", "fd00::5"} {
		if err := goVerifies(t, dir, "server", host, x509.ExtKeyUsageServerAuth); err != nil {
			t.Errorf("Go refuses the certificate for %s: %v", host, err)
		}
	}
	if life := server.NotAfter.Sub(server.NotBefore); life != 30*24*time.Hour {
		t.Errorf("--days 30 made a certificate for %v", life)
	}
	if cn := readCert(t, dir, "gw-1").Subject.CommonName; cn != "gw-1" {
		t.Errorf("the client's CN is %q", cn)
	}
}

// An address must not become the CN, and a name that is too long for it can not.
func TestGenCertsCommonName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 60) + ".example.com"
	dir := mustGenCerts(t, "--host", "10.0.0.7", "--host", long)
	server := readCert(t, dir, "server")
	if server.Subject.CommonName != "broker" {
		t.Errorf("CN is %q", server.Subject.CommonName)
	}
	wantSANs(t, server, []string{long}, []string{"10.0.0.7"})
}

func TestGenCertsKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ option, value, want string }{
		{"--ec", "P-256", "EC P-256"},
		{"--ec", "prime256v1", "EC P-256"},
		{"--ec", "secp384r1", "EC P-384"},
		{"--ec", "P-521", "EC P-521"},
		{"--rsa", "2048", "RSA 2048"},
		{"--rsa", "3072", "RSA 3072"},
	} {
		t.Run(c.option+c.value, func(t *testing.T) {
			t.Parallel()
			dir := mustGenCerts(t, c.option, c.value)
			for _, name := range []string{"ca", "server", "client"} {
				if got := describeKey(readCert(t, dir, name).PublicKey); got != c.want {
					t.Errorf("%s: key is %s, want %s", name, got, c.want)
				}
			}
			usage := readCert(t, dir, "server").KeyUsage
			if encipher := usage&x509.KeyUsageKeyEncipherment != 0; encipher != (c.option == "--rsa") {
				t.Errorf("keyEncipherment is %v", encipher)
			}
			wantVerdicts(t, dir)
		})
	}
}

func describeKey(key any) string {
	switch k := key.(type) {
	case *ecdsa.PublicKey:
		return "EC " + k.Curve.Params().Name
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", k.N.BitLen())
	}
	return fmt.Sprintf("%T", key)
}

func TestGenCertsLikeTheArticle(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, server, client string
		args                 []string
	}{
		{"bare", "server", "client", nil},
		{"named", "localhost", "bob", []string{"--host", "localhost", "--client", "bob"}},
		{"address", "127.0.0.1", "client", []string{"--host", "127.0.0.1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := mustGenCerts(t, append([]string{"--like-the-article"}, c.args...)...)
			for file, cn := range map[string]string{"ca": "ca", "server": c.server, c.client: c.client} {
				cert := readCert(t, dir, file)
				if cert.Version != 1 || len(cert.Extensions) != 0 {
					t.Errorf("%s: version %d with %d extensions", file, cert.Version, len(cert.Extensions))
				}
				if got := cert.Subject.String(); got != "CN="+cn {
					t.Errorf("%s: subject %s, want CN=%s", file, got, cn)
				}
				if got := cert.Issuer.String(); got != "CN=ca" {
					t.Errorf("%s: issuer %s, want CN=ca", file, got)
				}
				if got := describeKey(cert.PublicKey); got != "RSA 2048" {
					t.Errorf("%s: key is %s", file, got)
				}
				if life := cert.NotAfter.Sub(cert.NotBefore); life != 3650*24*time.Hour {
					t.Errorf("%s: lives %v", file, life)
				}
				if r := run(t, dir, "openssl", "verify", "-CAfile", "ca.crt", file+".crt"); r.code != 0 {
					t.Errorf("%s: openssl verify: %s", file, r.stderr)
				}
			}
		})
	}
}

func TestGenCertsFilesAndForce(t *testing.T) {
	t.Parallel()
	dir := mustGenCerts(t)
	want := map[string]fs.FileMode{
		"ca.crt": 0o644, "server.crt": 0o644, "client.crt": 0o644,
		"ca.key": 0o600, "server.key": 0o600, "client.key": 0o600,
	}
	wantFiles(t, dir, want)
	before := readAll(t, dir)

	again := run(t, "", "sh", "gen-certs.sh", "--out", dir)
	if again.code != 1 || !strings.Contains(again.stderr, "--force") || !strings.Contains(again.stderr, "server.key") {
		t.Errorf("a second run: exit %d, %q", again.code, again.stderr)
	}
	if readAll(t, dir) != before {
		t.Error("a second run changed files")
	}

	forced := run(t, "", "sh", "gen-certs.sh", "--force", "--out", dir)
	if forced.code != 0 || readAll(t, dir) == before {
		t.Errorf("--force: exit %d, %s, or nothing changed", forced.code, forced.stderr)
	}
	wantFiles(t, dir, want)
	wantVerdicts(t, dir)
}

func wantFiles(t *testing.T, dir string, want map[string]fs.FileMode) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		if mode, ok := want[entry.Name()]; !ok || info.Mode() != mode {
			t.Errorf("%s has mode %v, want %v (expected: %v)", entry.Name(), info.Mode(), mode, ok)
		}
	}
	if len(entries) != len(want) {
		t.Errorf("%d files, want %d", len(entries), len(want))
	}
}

func readAll(t *testing.T, dir string) string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// A failure leaves nothing behind, not even the directory.
func TestGenCertsLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	needTool(t, "openssl")
	program := lookPath(t, "openssl")
	broken := filepath.Join(t.TempDir(), "openssl")
	for _, command := range []string{"verify", "x509", "pkey", "genpkey", "rand"} {
		script := fmt.Sprintf("#!/bin/sh\n[ \"$1\" != %s ] || { echo broken on purpose >&2; exit 1; }\nexec %s \"$@\"\n", command, program)
		if err := os.WriteFile(broken, []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "certs")
		r := run(t, "", "env", "OPENSSL="+broken, "sh", "gen-certs.sh", "--out", dir)
		if r.code != 1 || !strings.Contains(r.stderr, "broken on purpose") || !strings.Contains(r.stderr, "nothing was written") {
			t.Errorf("openssl %s fails: exit %d, %q", command, r.code, r.stderr)
		}
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Errorf("openssl %s fails: %s is still there: %v", command, dir, err)
		}
	}
}
