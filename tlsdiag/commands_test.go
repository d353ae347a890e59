package tlsdiag_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/pem"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// elsewhere are the commands that cannot be run in a test: they change the
// machine, or reach for what is not here.
var elsewhere = regexp.MustCompile(`^(chown|curl|ethtool|getent|ip|journalctl|kill|nslookup|timedatectl) `)

// TestCommandsWork pastes every command of every case into a shell, in a
// directory that holds what the case is about.
func TestCommandsWork(t *testing.T) {
	for _, name := range []string{"openssl", "ssh-keygen"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatal(err)
			}
			t.Skip(name + " is not installed")
		}
	}
	broker := obliging(t)
	ready := bench(t)
	dirs, err := os.ReadDir(caseDir)
	if err != nil {
		t.Fatal(err)
	}
	done := map[string]bool{}
	for _, d := range dirs {
		s := readEvidence(t, filepath.Join(caseDir, d.Name(), "evidence.json"))
		for _, h := range find(s).Hints {
			if h.Command == "" || done[h.Command] || elsewhere.MatchString(h.Command) {
				continue
			}
			done[h.Command] = true
			t.Run(d.Name(), func(t *testing.T) {
				t.Parallel()
				paste(t, d.Name(), h.Command, ready, broker)
			})
		}
	}
	if len(done) < 25 {
		t.Errorf("only %d commands", len(done))
	}
}

// address is a broker's in a command.
var address = regexp.MustCompile(`-connect \S+`)

// paste runs a command of a case.
func paste(t *testing.T, name, command string, ready map[string][]byte, broker string) {
	t.Helper()
	dir := t.TempDir()
	for file, content := range ready {
		write(t, dir, file, content)
	}
	for file, content := range contents(t, ready)[name] {
		write(t, dir, file, content)
	}
	if err := os.MkdirAll(filepath.Join(dir, "ca_certificates"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "ca_certificates"), "plant.crt", ready["ca.crt"])
	command = address.ReplaceAllString(command, "-connect "+broker)
	command = strings.NewReplacer("/etc/mosquitto/ca_certificates", dir+"/ca_certificates", "/etc/mosquitto", dir, "/etc/private", dir).Replace(command)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader("secret\nsecret\n")
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		t.Errorf("%s\n%v\n%s", command, err, output.String())
	}
	for _, file := range regexp.MustCompile(`(?:-out|>>?) ([^\s)]+)`).FindAllStringSubmatch(command, -1) {
		if file[1] == "/dev/null" {
			continue
		}
		path := file[1]
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		if content, err := os.ReadFile(path); err != nil || len(bytes.TrimSpace(content)) == 0 {
			t.Errorf("%s\nwrites nothing to %s: %v\n%s", command, path, err, output.String())
		}
	}
}

// obliging is a TLS server that has every version.
func obliging(t *testing.T) string {
	t.Helper()
	ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Extensions: tlstest.CA()})
	leaf := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker.lan"), Issuer: ca, Extensions: tlstest.Server(tlstest.DNS("broker.lan"))})
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{MinVersion: tls.VersionTLS10, Certificates: []tls.Certificate{leaf.TLS()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func(c net.Conn) {
				defer c.Close()
				c.SetDeadline(time.Now().Add(20 * time.Second))
				c.Read(make([]byte, 1))
			}(c)
		}
	}()
	return l.Addr().String()
}

// bench makes the files that people have where they keep a CA.
func bench(t *testing.T) map[string][]byte {
	t.Helper()
	ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Key: tlstest.RSA(2048, 1), Extensions: tlstest.CA()})
	inter := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant Issuing CA"), Key: tlstest.RSA(2048, 2), Issuer: ca, Extensions: tlstest.CA()})
	server := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker.lan"), Key: tlstest.RSA(2048, 3), Issuer: ca, Extensions: tlstest.Server(tlstest.DNS("broker.lan"))})
	client := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("gateway-7"), Key: tlstest.RSA(2048, 4), Issuer: ca, Extensions: tlstest.Client()})
	files := map[string][]byte{
		"ca.crt": ca.CertPEM(), "ca.key": ca.KeyPEM(), "root.crt": ca.CertPEM(), "root.key": ca.KeyPEM(),
		"intermediate.crt": inter.CertPEM(), "server.crt": server.CertPEM(), "server.key": server.KeyPEM(),
		"client.crt": client.CertPEM(), "client.key": client.KeyPEM(), "c.crt": client.CertPEM(), "c.key": client.KeyPEM(),
	}
	dir := t.TempDir()
	for name, content := range files {
		write(t, dir, name, content)
	}
	write(t, dir, "intermediate.key", inter.KeyPEM())
	write(t, dir, "index.txt", nil)
	write(t, dir, "crlnumber", []byte("01\n"))
	write(t, dir, "ca.cnf", []byte("[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_days=30\n"))
	for _, made := range [][]string{
		{"server.csr", "req", "-new", "-key", "server.key", "-subj", "/CN=broker.lan", "-out", "server.csr"},
		{"intermediate.csr", "req", "-new", "-key", "intermediate.key", "-subj", "/CN=Plant Issuing CA", "-out", "intermediate.csr"},
		{"CRL", "ca", "-config", "ca.cnf", "-gencrl", "-keyfile", "ca.key", "-cert", "ca.crt", "-out", "CRL"},
		{"bundle.p12", "pkcs12", "-export", "-in", "client.crt", "-inkey", "client.key", "-certfile", "ca.crt", "-passout", "pass:secret", "-out", "bundle.p12"},
		{"bundle.p7b", "crl2pkcs7", "-nocrl", "-certfile", "ca.crt", "-outform", "der", "-out", "bundle.p7b"},
		{"encrypted.der", "pkcs8", "-topk8", "-in", "client.key", "-passout", "pass:secret", "-outform", "der", "-out", "encrypted.der"},
		{"encrypted.key", "pkey", "-in", "client.key", "-aes256", "-passout", "pass:secret", "-out", "encrypted.key"},
	} {
		files[made[0]] = run(t, dir, made[0], "openssl", made[1:]...)
	}
	files["crl.pem"] = files["CRL"]
	files["openssh.key"] = run(t, dir, "openssh.key", "ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", "openssh.key")
	return files
}

// run makes a file with a program.
func run(t *testing.T, dir, name, program string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", program, args, err, output)
	}
	content, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// contents are the files that a case is about, where they are not the usual ones.
func contents(t *testing.T, ready map[string][]byte) map[string]map[string][]byte {
	t.Helper()
	der := func(name string) []byte {
		block, _ := pem.Decode(ready[name])
		return block.Bytes
	}
	ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Extensions: tlstest.CA()})
	return map[string]map[string][]byte{
		"cafile-der":                   {"ca.crt": ready["bundle.p7b"]},
		"certificate-der":              {"client.crt": append(der("client.crt"), der("ca.crt")...)},
		"key-encrypted+der":            {"client.key": ready["encrypted.der"]},
		"key-encrypted+bundle":         {"client.crt": ready["bundle.p12"]},
		"key-pass-phrase-wrong":        {"client.key": ready["encrypted.key"]},
		"key-pass-phrase-wrong+bundle": {"client.crt": ready["bundle.p12"]},
		"certificate-pkcs12+cafile":    {"ca.crt": ready["bundle.p12"]},
		"certificate-pkcs12+damaged":   {"client.crt": ready["bundle.p12"]},
		"key-encrypted":                {"client.key": ready["encrypted.key"]},
		"certificate-pkcs12":           {"client.crt": ready["bundle.p12"]},
		"ca-rejected-by-label":         {"ca.crt": ca.TrustedPEM(nil, []tlstest.Purpose{tlstest.ServerAuth})},
		"unsupported-key-type+openssh": {"client.key": ready["openssh.key"]},
	}
}
