package brokerconf_test

import (
	"bytes"
	"context"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/offline/brokerconf"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

const (
	served   = "certfile DIR/server.crt\nkeyfile DIR/server.key\n"
	required = served + "cafile DIR/ca.crt\nrequire_certificate true\n"
)

// setup is a listener's section, its files, and what is to be found: identifiers with their severity's first letter.
type setup struct {
	name  string
	conf  string
	files map[string][]byte
	want  string
	// starts says that mosquitto does; else it has to refuse.
	starts bool
}

func plantCA() *tlstest.Identity {
	return tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Key: tlstest.RSA(2048, 1), Extensions: tlstest.CA()})
}

func leaf(change func(*tlstest.Template)) *tlstest.Identity {
	t := tlstest.Template{Subject: tlstest.CN("broker.lan"), Issuer: plantCA(), Key: tlstest.RSA(2048, 2), Extensions: tlstest.Server(tlstest.DNS("broker.lan"))}
	if change != nil {
		change(&t)
	}
	return tlstest.Issue(t)
}

func serving(chain ...*tlstest.Identity) map[string][]byte {
	return map[string][]byte{"server.crt": tlstest.Bundle(chain...), "server.key": chain[0].KeyPEM()}
}

func one(name string, content []byte) map[string][]byte { return map[string][]byte{name: content} }

func crl(t *testing.T, ca *tlstest.Identity, from, until time.Time) []byte {
	t.Helper()
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: from, NextUpdate: until}, ca.Certificate, ca.Key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})
}

const sound = "n:server-certificate-names n:issuer-not-trusted"

func setups(t *testing.T) []setup {
	now := tlstest.Now()
	inter := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant Issuing CA"), Issuer: plantCA(), Key: tlstest.RSA(2048, 4), Extensions: tlstest.CA()})
	below := leaf(func(c *tlstest.Template) { c.Issuer = inter })
	foreign := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Fleet CA"), Key: tlstest.RSA(2048, 4), Extensions: tlstest.CA()})
	sameCA := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("broker.lan"), Key: tlstest.RSA(2048, 1)})
	same := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("broker.lan"), Issuer: sameCA, Key: tlstest.RSA(2048, 2)})
	ended := leaf(func(c *tlstest.Template) { c.NotAfter = now.AddDate(0, 0, -3) })
	ending := leaf(func(c *tlstest.Template) { c.NotAfter = now.AddDate(0, 0, 20) })
	early := leaf(func(c *tlstest.Template) { c.NotBefore = now.AddDate(1, 0, 0) })
	bare := leaf(func(c *tlstest.Template) { c.Extensions = tlstest.Server() })
	weak := leaf(func(c *tlstest.Template) { c.Key = tlstest.RSA(1024, 1) })
	ec := leaf(func(c *tlstest.Template) { c.Key = tlstest.EC(elliptic.P256(), "server") })
	psk := one("psk", []byte("gateway-7:0123456789abcdef\n"))
	return []setup{
		{"sound", served, nil, sound, true},
		{"client certificates", required, nil, "n:server-certificate-names", true},
		{"certificate without key", "certfile DIR/server.crt\n", nil, "b:certificate-without-key", true},
		{"key without certificate", "keyfile DIR/server.key\n", nil, "b:key-without-certificate", true},
		{"cafile alone", "cafile DIR/ca.crt\nrequire_certificate true\n", nil, "b:listener-options-ignored", true},
		{"cafile alone, missing", "cafile DIR/none\n", nil, "b:listener-options-ignored", true},
		{"certificate missing", "certfile DIR/none\nkeyfile DIR/server.key\n", nil, "b:certificate-missing", false},
		{"key missing", "certfile DIR/server.crt\nkeyfile DIR/none\n", nil, "b:key-missing " + sound, false},
		{"cafile missing", served + "cafile DIR/none\n", nil, "b:cafile-missing " + sound, false},
		{"capath missing", served + "capath DIR/none\n", nil, "w:capath-missing " + sound, true},
		{"capath is a file", served + "capath DIR/ca.crt\n", nil, "w:capath-is-file " + sound, true},
		{"capath without links", served + "capath DIR/cas\n", one("cas/plant.crt", plantCA().CertPEM()), "w:capath-not-hashed " + sound, true},
		{"damaged certificate", served, one("server.crt", []byte("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")), "b:certificate-damaged", false},
		{"no certificate", served, one("server.crt", []byte("hello\n")), "b:certificate-no-certificate", false},
		{"no key", served, one("server.key", leaf(nil).CertPEM()), "b:key-no-key " + sound, false},
		{"DER", served, one("server.crt", leaf(nil).DER), "b:certificate-der", false},
		{"key of another", served, one("server.key", foreign.KeyPEM()), "b:key-mismatch " + sound, false},
		{"swapped", served, map[string][]byte{"server.crt": leaf(nil).KeyPEM(), "server.key": leaf(nil).CertPEM()}, "b:certificate-and-key-swapped", false},
		{"encrypted key", served, one("server.key", encrypted(t, leaf(nil).KeyPEM())), "b:key-encrypted " + sound, false},
		{"weak key", served, serving(weak), "b:weak-key " + sound, false},
		{"no CA", required, one("ca.crt", []byte("hello\n")), "b:cafile-no-certificate n:server-certificate-names n:issuer-not-trusted", false},
		{"CA and server with one subject", served, serving(same), "b:ca-and-server-same-subject w:name-in-common-name-only", true},
		{"expired", served, serving(ended), "b:server-certificate-expired " + sound, true},
		{"not yet valid", served, serving(early), "b:server-certificate-not-yet-valid " + sound, true},
		{"ends soon", served, serving(ending), "w:server-certificate-expires-soon " + sound, true},
		{"Common Name only", served, serving(bare), "w:name-in-common-name-only n:issuer-not-trusted", true},
		{"intermediate not sent", served, serving(below), sound, true},
		{"intermediate in cafile", served + "cafile DIR/all.crt\n", merge(serving(below), one("all.crt", tlstest.Bundle(plantCA(), inter))), "n:server-certificate-names", true},
		{"intermediate sent", served, serving(below, inter), "n:server-certificate-names", true},
		{"chain out of order", served, serving(below, plantCA(), inter), "w:intermediate-missing n:server-certificate-names", true},
		{"intermediate without root", required, one("ca.crt", inter.CertPEM()), "b:broker-cafile-intermediate-only n:server-certificate-names n:issuer-not-trusted", true},
		{"no CA for clients", served + "require_certificate true\n", nil, "b:listener-without-client-ca " + sound, true},
		{"login without certificates", served + "use_identity_as_username true\n", nil, "b:listener-login-needs-certificate " + sound, true},
		{"two logins", required + "use_identity_as_username true\nuse_subject_as_username true\n", nil, "w:listener-options-ignored n:server-certificate-names", true},
		{"list ended", required + "crlfile DIR/list\n", one("list", crl(t, plantCA(), now.AddDate(0, -2, 0), now.AddDate(0, -1, 0))), "b:broker-crl-expired n:server-certificate-names", true},
		{"list ahead", required + "crlfile DIR/list\n", one("list", crl(t, plantCA(), now.AddDate(1, 0, 0), now.AddDate(2, 0, 0))), "b:broker-crl-unusable n:server-certificate-names", true},
		{"list of another", required + "crlfile DIR/list\n", one("list", crl(t, foreign, now.AddDate(0, -1, 0), now.AddDate(1, 0, 0))), "b:broker-crl-unusable n:server-certificate-names", true},
		{"good list", required + "crlfile DIR/list\n", one("list", crl(t, plantCA(), now.AddDate(0, -1, 0), now.AddDate(1, 0, 0))), "n:server-certificate-names", true},
		{"list missing", required + "crlfile DIR/none\n", nil, "b:broker-crl-unusable n:server-certificate-names", false},
		{"no list", required + "crlfile DIR/ca.crt\n", nil, "b:broker-crl-unusable n:server-certificate-names", false},
		{"dhparam missing", served + "dhparamfile DIR/none\n", nil, "b:dhparamfile-unusable " + sound, false},
		{"no dhparam", served + "dhparamfile DIR/ca.crt\n", nil, "b:dhparamfile-unusable " + sound, false},
		{"tls_version", served + "tls_version tlsv1.3\n", nil, sound + " n:listener-tls-version-minimum", true},
		{"old tls_version", served + "tls_version tlsv1.1\n", nil, "w:listener-tls-version-minimum " + sound, true},
		{"no tls_version", served + "tls_version tlsv1\n", nil, "b:listener-tls-version-invalid " + sound, false},
		{"ciphers nobody has", served + "ciphers NONSENSE\n", nil, "b:ciphers-option-unknown " + sound, false},
		{"suites nobody has", served + "ciphers_tls1.3 NONSENSE\n", nil, "b:ciphers-option-unknown " + sound, false},
		{"suites of another key", served + "ciphers ECDHE-ECDSA-AES128-GCM-SHA256\n", nil, "b:listener-ciphers-unfit " + sound, true},
		{"suites of that key", served + "ciphers ECDHE-ECDSA-AES128-GCM-SHA256\n", serving(ec), sound, true},
		{"pre-shared keys", "psk_hint plant\npsk_file DIR/psk\n", psk, "", true},
		{"hint without file", "psk_hint plant\n", nil, "b:listener-psk-without-file", true},
		{"file without hint", "psk_file DIR/psk\n", psk, "", true},
		{"keys and certificates", served + "psk_hint plant\npsk_file DIR/psk\n", psk, sound + " n:listener-options-ignored", true},
		{"no hexadecimal", "psk_hint plant\npsk_file DIR/psk\n", one("psk", []byte("# plant\n\ngateway-7:secret\n")), "b:psk-file-unusable", false},
	}
}

func merge(all ...map[string][]byte) map[string][]byte {
	out := map[string][]byte{}
	for _, m := range all {
		for k, v := range m {
			out[k] = v
		}
	}
	return out
}

func encrypted(t *testing.T, key []byte) []byte {
	t.Helper()
	need(t, "openssl")
	cmd := exec.Command("openssl", "pkey", "-aes256", "-passout", "pass:secret")
	cmd.Stdin = bytes.NewReader(key)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(program + " is not installed")
	}
}

// write makes the files of a setup and returns its configuration's path.
func (s setup) write(t *testing.T, head string) (path string) {
	t.Helper()
	dir := t.TempDir()
	server := leaf(nil)
	files := merge(map[string][]byte{"ca.crt": plantCA().CertPEM(), "server.crt": server.CertPEM(), "server.key": server.KeyPEM()}, s.files,
		one("mosquitto.conf", []byte(head+strings.ReplaceAll(s.conf, "DIR", dir))))
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, content, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "mosquitto.conf")
}

var system = brokerconf.System{
	Open:    func(path string) (io.ReadCloser, error) { return os.Open(path) },
	ReadDir: os.ReadDir,
}

func options() brokerconf.Options {
	return brokerconf.Options{
		Now: tlstest.Now(),
		Ciphers: func(list string) ([]string, error) {
			if list == "NONSENSE" {
				return nil, errors.New("unknown")
			}
			return strings.Split(list, ":"), nil
		},
		Ciphersuites: func(list string) error {
			if list == "NONSENSE" {
				return errors.New("unknown")
			}
			return nil
		},
	}
}

func short(all []brokerconf.Finding) string {
	var out []string
	for _, f := range all {
		out = append(out, string(f.Severity[0])+":"+f.ID)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func sorted(words string) string {
	list := strings.Fields(words)
	slices.Sort(list)
	return strings.Join(list, " ")
}

func TestFindings(t *testing.T) {
	for _, s := range setups(t) {
		t.Run(s.name, func(t *testing.T) {
			path := s.write(t, "listener 8883\n")
			c, err := brokerconf.Read(path, system)
			if err != nil {
				t.Fatal(err)
			}
			all := brokerconf.Judge(c, options())
			// A plain listener on this port is another finding, which is asked for elsewhere.
			all = slices.DeleteFunc(all, func(f brokerconf.Finding) bool { return f.ID == brokerconf.ListenerNotSecured })
			if got := short(all); got != sorted(s.want) {
				t.Errorf("got %s\nwant %s\n%+v", got, sorted(s.want), all)
			}
			for _, f := range all {
				if f.File == "" || f.Line == 0 || f.Headline == "" || f.Severity != brokerconf.Note && f.Whom == "" && f.ID != brokerconf.OptionsIgnored {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

// TestMosquittoAgrees starts a real broker with each configuration: it refuses to start exactly where that is said.
func TestMosquittoAgrees(t *testing.T) {
	need(t, "mosquitto")
	for _, s := range setups(t) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			path := s.write(t, fmt.Sprintf("user root\nlistener %d 127.0.0.1\n", freePort(t)))
			c, err := brokerconf.Read(path, system)
			if err != nil {
				t.Fatal(err)
			}
			said := !slices.ContainsFunc(brokerconf.Judge(c, options()), func(f brokerconf.Finding) bool {
				return f.Severity == brokerconf.Broken && (f.Whom == brokerconf.NoStart || f.ID == "key-encrypted")
			})
			started, log := start(t, ctx, path)
			if s.name == "no hexadecimal" {
				said = started // it is read when the first client comes
			}
			if started != said || s.name != "no hexadecimal" && started != s.starts {
				t.Errorf("started: %v, said: %v, expected: %v\n%s", started, said, s.starts, log)
			}
		})
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// start runs a broker until it says that it runs, or ends.
func start(t *testing.T, ctx context.Context, conf string) (started bool, log string) {
	t.Helper()
	cmd := exec.CommandContext(ctx, "mosquitto", "-v", "-c", conf)
	out, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout = cmd.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
	}()
	var text strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := out.Read(buf)
		text.Write(buf[:n])
		if strings.Contains(text.String(), " running\n") {
			return true, text.String()
		}
		if err != nil {
			return false, text.String()
		}
	}
}

// TestPermissions: the broker reads its files as the user that it becomes.
func TestPermissions(t *testing.T) {
	path := setup{conf: served}.write(t, "listener 8883\n")
	c, err := brokerconf.Read(path, system)
	if err != nil {
		t.Fatal(err)
	}
	o := options()
	o.Account = &certs.Account{Name: "mosquitto", UID: 54321, Groups: []int{54321}}
	all := brokerconf.Judge(c, o)
	for _, id := range []string{"certificate-unreadable", "key-unreadable"} {
		if !slices.ContainsFunc(all, func(f brokerconf.Finding) bool {
			return f.ID == id && f.Severity == brokerconf.Broken && strings.Contains(f.Headline, "by user mosquitto")
		}) {
			t.Errorf("no %s in %s", id, short(all))
		}
	}
}
