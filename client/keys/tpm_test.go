//go:build tpm && linux

package keys_test

import (
	"bytes"
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	keyfile "github.com/foxboron/go-tpm-keyfiles"
	"github.com/google/go-tpm/tpm2"
	"github.com/google/go-tpm/tpm2/transport/linuxudstpm"

	"github.com/culex-mqtt/culex/client/keys"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// softwareTPM starts a TPM in software and returns its socket.
func softwareTPM(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("swtpm")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("swtpm is not installed")
	}
	dir, err := os.MkdirTemp("", "tpm") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	cmd := exec.Command(path, "socket", "--tpm2", "--tpmstate", "dir="+dir, "--server", "type=unixio,path="+socket,
		"--flags", "not-need-init,startup-clear")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
	})
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(socket); err == nil {
			return socket
		}
	}
	t.Fatalf("swtpm does not start: %s", log.String())
	return ""
}

// newTPMKey makes a key in the TPM and returns its key file.
func newTPMKey(t *testing.T, socket string, algorithm tpm2.TPMAlgID, bits int, options ...keyfile.TPMKeyOption) *keyfile.TPMKey {
	t.Helper()
	device, err := linuxudstpm.Open(socket)
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	key, err := keyfile.NewLoadableKey(device, algorithm, bits, nil, options...)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// TestTPM has a client prove with a key in a TPM who it is, with both versions of TLS.
func TestTPM(t *testing.T) {
	socket := softwareTPM(t)
	ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Extensions: tlstest.CA()})
	for _, test := range []struct {
		name     string
		key      *keyfile.TPMKey
		versions []uint16
	}{
		{"EC", newTPMKey(t, socket, tpm2.TPMAlgECC, 256), []uint16{tls.VersionTLS12, tls.VersionTLS13}},
		{"EC with a pass phrase", newTPMKey(t, socket, tpm2.TPMAlgECC, 256, keyfile.WithUserAuth([]byte(phrase))), []uint16{tls.VersionTLS12, tls.VersionTLS13}},
		{"RSA", newTPMKey(t, socket, tpm2.TPMAlgRSA, 2048), []uint16{tls.VersionTLS12, tls.VersionTLS13}},
	} {
		t.Run(test.name, func(t *testing.T) {
			public, err := test.key.PublicKey()
			if err != nil {
				t.Fatal(err)
			}
			spki, err := x509.MarshalPKIXPublicKey(public)
			if err != nil {
				t.Fatal(err)
			}
			client := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("gateway-7"), Issuer: ca, PublicKey: spki, Extensions: tlstest.Client()})
			dir := t.TempDir()
			in := func(name string) string { return filepath.Join(dir, name) }
			block := &pem.Block{Type: "TSS2 PRIVATE KEY", Bytes: keyfile.Marshal(test.key)}
			for name, content := range map[string][]byte{"client.crt": client.CertPEM(), "client.key": pem.EncodeToMemory(block)} {
				if err := os.WriteFile(in(name), content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			asked := 0
			o := keys.New(func(string) ([]byte, error) { asked++; return []byte(phrase), nil }, "swtpm:path="+socket)
			pair, err := certs.LoadPair(in("client.crt"), in("client.key"), certs.PairOptions{SecurityLevel: 2, Opener: o})
			if err != nil {
				t.Fatal(err)
			}
			o.Forget()
			if want := strings.Count(test.name, "pass phrase"); asked != want {
				t.Errorf("asked %d times for a pass phrase, want %d", asked, want)
			}
			for _, version := range test.versions {
				if err := mutual(t, ca, pair.Certificate, version); err != nil {
					t.Errorf("%s: %v", tls.VersionName(version), err)
				}
			}
		})
	}
}

// mutual makes one connection in which both sides show certificates.
func mutual(t *testing.T, ca *tlstest.Identity, certificate tls.Certificate, version uint16) error {
	t.Helper()
	server := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker.lan"), Issuer: ca, Extensions: tlstest.Server(tlstest.DNS("broker.lan"))})
	pool := x509.NewCertPool()
	pool.AddCert(ca.Certificate)
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	deadline := time.Now().Add(10 * time.Second)
	_ = a.SetDeadline(deadline)
	_ = b.SetDeadline(deadline)
	served := make(chan error, 1)
	go func() {
		s := tls.Server(b, &tls.Config{Certificates: []tls.Certificate{server.TLS()}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool,
			Time: tlstest.Now, SessionTicketsDisabled: true})
		err := s.Handshake()
		if err == nil {
			_, err = s.Write([]byte("x"))
		}
		served <- err
	}()
	c := tls.Client(a, &tls.Config{Certificates: []tls.Certificate{certificate}, RootCAs: pool, ServerName: "broker.lan", Time: tlstest.Now,
		MinVersion: version, MaxVersion: version})
	_, err := c.Read(make([]byte, 1))
	return errors.Join(err, <-served)
}

// TestNoTPM: a key whose TPM is not there, and a file that holds no key.
func TestNoTPM(t *testing.T) {
	key := newTPMKey(t, softwareTPM(t), tpm2.TPMAlgECC, 256)
	for name, test := range map[string]struct {
		der  []byte
		want string
	}{
		"no TPM":  {keyfile.Marshal(key), "TPM key without its TPM"},
		"damaged": {[]byte{0x30, 0}, "structure"},
	} {
		o := keys.New(nil, "device:/does/not/exist")
		signer, err := o.OpenTPM(&certs.SealedKey{Path: "x", Label: "TSS2 PRIVATE KEY", DER: test.der})
		if err == nil || !strings.Contains(err.Error(), test.want) || signer != crypto.Signer(nil) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
