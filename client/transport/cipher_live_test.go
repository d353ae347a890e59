package transport

import (
	"bufio"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestCiphersAreNegotiated connects to a server of OpenSSL's that has one suite only: with a list that names it, and with
// our default.
func TestCiphersAreNegotiated(t *testing.T) {
	path, _ := opensslProgram(t)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecdsaKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	certificates := []string{"-cert", certificateFile(t, rsaKey), "-dcert", certificateFile(t, ecdsaKey)}
	for name := range strings.SplitSeq(suiteNames(sharedSuites()), ":") {
		t.Run(name, func(t *testing.T) {
			address := serveTLS(t, path, append(certificates, "-tls1_2", "-cipher", name)...)
			named, err := ParseCiphers(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []*Ciphers{named, DefaultCiphers()} {
				if got := negotiate(t, address, c); !slices.Equal(named.Suites, []uint16{got}) {
					t.Errorf("got %s of %d suites", tls.CipherSuiteName(got), len(c.Suites))
				}
			}
		})
	}
}

// TestOnlyTLS13IsLeft: a list of suites that Go lacks offers none, and not Go's default.
func TestOnlyTLS13IsLeft(t *testing.T) {
	path, _ := opensslProgram(t)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c, err := ParseCiphers("DHE-RSA-AES128-GCM-SHA256")
	if err != nil {
		t.Fatal(err)
	}
	address := serveTLS(t, path, "-cert", certificateFile(t, key))
	if got := negotiate(t, address, c); !slices.Contains(tls13Names(), tls.CipherSuiteName(got)) {
		t.Errorf("got %s", tls.CipherSuiteName(got))
	}
	address = serveTLS(t, path, "-cert", certificateFile(t, key), "-tls1_2")
	if conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 10 * time.Second}, "tcp", address, clientConfig(c)); err == nil {
		t.Errorf("got %s", tls.CipherSuiteName(conn.ConnectionState().CipherSuite))
		_ = conn.Close()
	}
}

func clientConfig(c *Ciphers) *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12, CipherSuites: c.Suites}
}

func negotiate(t *testing.T, address string, c *Ciphers) uint16 {
	t.Helper()
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 10 * time.Second}, "tcp", address, clientConfig(c))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	return conn.ConnectionState().CipherSuite
}

// certificateFile writes a key and a certificate for it into one file.
func certificateFile(t *testing.T, key crypto.Signer) string {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		DNSNames:     []string{"localhost"},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "server.pem")
	text := slices.Concat(
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// serveTLS starts "openssl s_server" on a free port, until the test ends, and gives its address.
func serveTLS(t *testing.T, path string, arguments ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	arguments = append([]string{"s_server", "-accept", "127.0.0.1:0", "-rev"}, arguments...)
	server := exec.CommandContext(ctx, path, arguments...)
	server.Env = append(os.Environ(), "OPENSSL_CONF="+os.DevNull)
	out, err := server.StdoutPipe()
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel() // kills it
		_ = server.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), "ACCEPT "); ok {
			return address
		}
	}
	t.Fatalf("openssl %q does not listen: %v", arguments, lines.Err())
	return ""
}
