package tlsdiag_test

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// service is what a server is to do.
type service struct {
	version uint16              // the only one that it speaks
	chain   []*tlstest.Identity // its own certificate first
	clients []*tlstest.Identity // the CAs whose certificates it takes; nil: it does not ask for one
	ciphers string              // the only cipher suites that it has, in the words of the stack; empty: all
	alpn    string              // the only application protocol that it knows
	plain   bool                // no TLS at all
}

// stack is an implementation of TLS.
type stack struct {
	name string
	// needs are the programs that have to be there; the last one runs the servers.
	needs   []string
	program string
	// ours says that scripts/test.sh installs it.
	ours bool
	// odd are cipher suites that crypto/tls does not offer, by version.
	odd map[uint16]string
	// aes256 leaves only the suite of TLS 1.3 with 256 bits; empty: there is no choice.
	aes256 string
	// names returns the words with which it tells of an alert that it received.
	names func(code int) string
	// begin starts what serves a whole test.
	begin func(t *testing.T, s *stack) starter
	// lacks are the causes that it cannot bring about, and why.
	lacks map[string]string
}

// starter starts a server that ends with the test t.
type starter func(t *testing.T, s service) server

// server is a running server of a stack.
type server struct {
	port int
	// heard returns what the server said about connections that failed.
	heard func() string
}

// hears waits until the server has said something.
func (s server) hears(t *testing.T, words string) {
	t.Helper()
	for range 500 {
		if strings.Contains(s.heard(), words) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("the server did not say %q: %s", words, s.heard())
}

func stacks() []*stack {
	const (
		dheSuite = "DHE-RSA-AES128-GCM-SHA256"
		ccmSuite = "TLS_AES_128_CCM_SHA256"
		aes256   = "TLS_AES_256_GCM_SHA384"
		accepts  = "takes such a certificate"
		onlyTLS  = "speaks nothing but TLS"
	)
	name := func(code int) string { return record.Describe(code).Name }
	number := func(code int) string { return fmt.Sprintf("SSL alert number %d", code) }
	openssl := map[uint16]string{tls.VersionTLS12: dheSuite, tls.VersionTLS13: ccmSuite}
	return []*stack{
		{name: "Go", begin: beginGo, names: func(code int) string { return tls.AlertError(code).Error() },
			odd:   map[uint16]string{tls.VersionTLS12: "TLS_RSA_WITH_AES_128_CBC_SHA"},
			lacks: map[string]string{"client-certificate-same-subject": accepts}},
		{name: "OpenSSL", needs: []string{"openssl"}, ours: true, begin: beginOpenSSL, odd: openssl, aes256: aes256, names: number,
			lacks: map[string]string{"tls-to-plain-port": onlyTLS, "alpn-refused": "s_server goes on without a protocol"}},
		{name: "Node", needs: []string{"node"}, ours: true, begin: beginScript("node.js"), odd: openssl, aes256: aes256, names: number},
		{name: "Erlang", needs: []string{"escript"}, begin: beginScript("erlang.escript"), odd: openssl, aes256: aes256, names: name},
		{name: "Java", needs: []string{"javac", "java"}, begin: beginScript("Java.java", "-XX:TieredStopAtLevel=1"), aes256: aes256, names: name,
			odd:   map[uint16]string{tls.VersionTLS12: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"},
			lacks: map[string]string{"client-certificate-same-subject": accepts}},
	}
}

// cannot says why the stack cannot bring a fault about, or nothing.
func (s *stack) cannot(f stackFault, version uint16) string {
	if f.odd && s.odd[version] == "" {
		return "no such suite in " + tls.VersionName(version)
	}
	return s.lacks[f.cause]
}

// servedFiles are the paths of a service's files; "-" for what it does not have.
type servedFiles struct{ chain, key, clients string }

func (s service) write(t *testing.T) servedFiles {
	t.Helper()
	dir := t.TempDir()
	f := servedFiles{"-", "-", "-"}
	if !s.plain {
		f.chain = write(t, dir, "server.crt", tlstest.Bundle(s.chain...))
		f.key = write(t, dir, "server.key", s.chain[0].KeyPEM())
	}
	if s.clients != nil {
		f.clients = write(t, dir, "clients.crt", tlstest.Bundle(s.clients...))
	}
	return f
}

// number is a version as most programs write it: 1.2.
func number(version uint16) string {
	return strings.TrimPrefix(evidence.Version(version).String(), "TLS ")
}

// log collects what a program prints.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// of returns the lines that begin with a word, without it.
func (l *log) of(word string) string {
	var b strings.Builder
	for line := range strings.Lines(l.String()) {
		if text, ok := strings.CutPrefix(line, word+" "); ok {
			b.WriteString(text)
		}
	}
	return b.String()
}

// start runs a program until the test ends. A pipe to its standard input stays open as long. From done its end can be read;
// who does so puts it back.
func start(t *testing.T, out io.Writer, path string, args ...string) (stdin io.Writer, done chan error) {
	t.Helper()
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.WaitDelay = 5 * time.Second
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done = make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	t.Cleanup(func() {
		in.Close()
		cmd.Process.Kill()
		err := <-done
		done <- err
	})
	return in, done
}

// beginScript runs a program of testdata/stacks, which serves a whole test.
func beginScript(script string, flags ...string) func(*testing.T, *stack) starter {
	return func(t *testing.T, stack *stack) starter {
		r, w := io.Pipe()
		stdin, done := start(t, w, stack.program, append(flags, filepath.Join("testdata/stacks", script))...)
		go func() {
			err := <-done
			done <- err
			w.CloseWithError(err)
		}()
		ports, out := make(chan string), new(log)
		go func() {
			defer close(ports)
			for lines := bufio.NewScanner(r); lines.Scan(); {
				if port, ok := strings.CutPrefix(lines.Text(), "port "); ok {
					ports <- port
				} else {
					fmt.Fprintln(out, lines.Text())
				}
			}
		}()
		var asking sync.Mutex
		return func(t *testing.T, s service) server {
			t.Helper()
			asking.Lock()
			defer asking.Unlock()
			f := s.write(t)
			fields := []string{number(s.version), f.chain, f.key, f.clients, cmp.Or(s.ciphers, "-"), cmp.Or(s.alpn, "-")}
			fmt.Fprintln(stdin, strings.Join(fields, "\t"))
			answer := <-ports
			port, err := strconv.Atoi(answer)
			if err != nil {
				t.Fatalf("%s does not serve: %v\n%s", stack.name, err, out)
			}
			return server{port, func() string { return out.of(answer) }}
		}
	}
}

// beginOpenSSL makes servers of openssl s_server, each of its own.
func beginOpenSSL(_ *testing.T, stack *stack) starter {
	return func(t *testing.T, s service) server {
		t.Helper()
		f := s.write(t)
		args := []string{"s_server", "-accept", "127.0.0.1:0", "-tls" + strings.ReplaceAll(number(s.version), ".", "_"),
			"-cert", f.chain, "-cert_chain", f.chain, "-key", f.key}
		if s.clients != nil {
			args = append(args, "-CAfile", f.clients, "-Verify", "5", "-verify_return_error")
		}
		switch {
		case s.ciphers != "" && s.version == tls.VersionTLS13:
			args = append(args, "-ciphersuites", s.ciphers)
		case s.ciphers != "":
			args = append(args, "-cipher", s.ciphers)
		case s.version < tls.VersionTLS12:
			args = append(args, "-cipher", "DEFAULT@SECLEVEL=0")
		}
		out := new(log)
		stdin, done := start(t, out, stack.program, args...)
		stdin.Write([]byte("\x20\x02\x00\x00"))
		for range 500 {
			if _, after, ok := strings.Cut(out.String(), "ACCEPT 127.0.0.1:"); ok && strings.Contains(after, "\n") {
				port, err := strconv.Atoi(strings.TrimSpace(after[:strings.IndexByte(after, '\n')]))
				if err != nil {
					t.Fatal(err)
				}
				return server{port, out.String}
			}
			select {
			case err := <-done:
				done <- err
				t.Fatalf("%v: %s", err, out)
			case <-time.After(10 * time.Millisecond):
			}
		}
		t.Fatalf("openssl s_server does not start: %s", out)
		return server{}
	}
}

// beginGo makes servers of crypto/tls.
func beginGo(*testing.T, *stack) starter {
	return func(t *testing.T, s service) server {
		t.Helper()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		out := new(log)
		var wg sync.WaitGroup
		t.Cleanup(func() {
			l.Close()
			wg.Wait()
		})
		wg.Go(func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				c.SetDeadline(time.Now().Add(10 * time.Second))
				wg.Go(func() { serveGo(c, s, out) })
			}
		})
		return server{l.Addr().(*net.TCPAddr).Port, out.String}
	}
}

// serveGo is an MQTT server as far as these tests need one.
func serveGo(c net.Conn, s service, out io.Writer) {
	defer c.Close()
	if !s.plain {
		secured := tls.Server(c, s.config())
		if err := secured.Handshake(); err != nil {
			fmt.Fprintln(out, err)
			return
		}
		c = secured
	}
	packet := make([]byte, 64)
	if n, _ := c.Read(packet); n > 0 && packet[0] == connect[0] {
		c.Write([]byte{0x20, 2, 0, 0})
		c.Read(packet)
	}
}

func (s service) config() *tls.Config {
	cfg := &tls.Config{MinVersion: s.version, MaxVersion: s.version, Certificates: []tls.Certificate{s.chain[0].TLS(s.chain[1:]...)}}
	if s.ciphers != "" {
		cfg.CipherSuites = []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}
	}
	if s.alpn != "" {
		cfg.NextProtos = []string{s.alpn}
	}
	if s.clients != nil {
		cfg.ClientAuth, cfg.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
		for _, ca := range s.clients {
			cfg.ClientCAs.AddCert(ca.Certificate)
		}
	}
	return cfg
}
