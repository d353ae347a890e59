package psk

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// program finds a program of others, or skips the test. In CI it has to be there.
func program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(name + " is not installed")
	}
	return path
}

// names are OpenSSL's, of the suites that it has.
func names() map[uint16]string {
	return map[uint16]string{PSKAES128GCM: "PSK-AES128-GCM-SHA256", PSKAES256GCM: "PSK-AES256-GCM-SHA384",
		PSKChaCha20: "PSK-CHACHA20-POLY1305", ECDHEPSKChaCha20: "ECDHE-PSK-CHACHA20-POLY1305"}
}

// opensslServer starts openssl s_server for one connection, which it returns, with what is to be written for the server to say.
func opensslServer(t *testing.T, heard io.Writer, arguments ...string) (net.Conn, io.Writer) {
	t.Helper()
	path := program(t, "openssl")
	for range 5 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := l.Addr().String()
		l.Close()
		cmd := exec.Command(path, append([]string{"s_server", "-accept", address, "-quiet", "-naccept", "1", "-nocert", "-psk", hex.EncodeToString(testKey()),
			"-psk_identity", testIdentity}, arguments...)...)
		say, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stdout = heard
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		t.Cleanup(func() {
			cmd.Process.Kill()
			<-ended
		})
		if c := reach(address); c != nil {
			c.SetDeadline(time.Now().Add(20 * time.Second))
			t.Cleanup(func() { c.Close() })
			return c, say
		}
	}
	t.Fatal("openssl s_server does not start")
	return nil, nil
}

// reach connects to a server that is about to start, and returns nil if it does not.
func reach(address string) net.Conn {
	for range 100 {
		if c, err := net.Dial("tcp", address); err == nil {
			return c
		}
		time.Sleep(20 * time.Millisecond)
	}
	return nil
}

// TestOpenSSL: each suite that OpenSSL has, with a megabyte in both directions at once and an orderly end.
func TestOpenSSL(t *testing.T) {
	program(t, "openssl")
	for _, id := range Suites() {
		name := names()[id]
		if name == "" {
			continue
		}
		for _, arguments := range []string{"-tls1_2", "-tls1_2 -psk_hint hint -max_send_frag 512", "-serverpref"} {
			t.Run(name+" "+arguments, func(t *testing.T) {
				t.Parallel()
				down, up := make([]byte, 1<<20), make([]byte, 1<<20)
				rand.Read(down)
				rand.Read(up)
				var heard bytes.Buffer
				full := make(chan struct{})
				raw, say := opensslServer(t, &counted{w: &heard, left: len(up), full: full}, append(strings.Fields(arguments), "-cipher", name)...)
				c, err := Client(t.Context(), raw, testConfig())
				if err != nil {
					t.Fatal(err)
				}
				written := make(chan error, 1)
				go say.Write(down)
				go func() {
					_, err := c.Write(up)
					written <- err
				}()
				got := make([]byte, len(down))
				if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, down) {
					t.Fatalf("read: %v", err)
				}
				if err := <-written; err != nil {
					t.Fatal(err)
				}
				select {
				case <-full:
				case <-time.After(15 * time.Second):
					t.Fatal("not all that was written came")
				}
				if !bytes.Equal(heard.Bytes(), up) {
					t.Error("something else came than was written")
				}
				if err := c.CloseWrite(); err != nil {
					t.Error(err)
				}
				if _, err := c.Read(got); err != io.EOF {
					t.Errorf("the end: %v", err)
				}
				if err := c.Close(); err != nil {
					t.Error(err)
				}
				state := c.ConnectionState()
				t.Logf("| %04x %s | OpenSSL s_server %s | 1 MiB each way, closed in order | %v |", id, name, arguments, state.CurveID)
				if state.CipherSuite != id {
					t.Errorf("%+v", state)
				}
			})
		}
	}
}

// counted closes full when as much was written as was left.
type counted struct {
	w    io.Writer
	left int
	full chan struct{}
}

// Write passes it on.
func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	if c.left -= n; c.left == 0 {
		close(c.full)
	}
	return n, err
}

// TestOpenSSLRefuses: what OpenSSL says to a key, a name and suites that do not fit.
func TestOpenSSLRefuses(t *testing.T) {
	program(t, "openssl")
	for _, test := range []struct {
		name      string
		arguments string
		change    func(*Config)
		want      string
	}{
		{"another key", "-tls1_2", func(c *Config) { c.Key = []byte("another") }, "remote error: tls: bad record mac"},
		{"another suite", "-tls1_2 -cipher PSK-AES128-CBC-SHA", func(*Config) {}, "remote error: tls: handshake failure"},
		{"TLS 1.3 only", "-tls1_3", func(*Config) {}, "remote error: tls: protocol version"},
		{"another curve", "-tls1_2 -cipher ECDHE-PSK-CHACHA20-POLY1305 -curves X448", func(*Config) {}, "remote error: tls: handshake failure"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cfg := testConfig()
			test.change(cfg)
			raw, _ := opensslServer(t, io.Discard, strings.Fields(test.arguments)...)
			_, err := Client(t.Context(), raw, cfg)
			if err == nil || err.Error() != test.want {
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
}

// TestRenegotiation: a server that wants a new handshake does not get one, and the connection goes on.
func TestRenegotiation(t *testing.T) {
	c, served, err := meet(t, testConfig(), &server{suite: PSKAES128GCM}, func(s *server) error {
		if err := s.write(record.TypeHandshake, []byte{0, 0, 0, 0}); err != nil {
			return err
		}
		kind, content, err := s.read()
		if err != nil || kind != record.TypeAlert || !bytes.Equal(content, []byte{record.LevelWarning, byte(alertNoRenegotiation)}) {
			return fmt.Errorf("%d %x %w", kind, content, err)
		}
		return s.write(record.TypeApplicationData, []byte("goes on"))
	})
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 20)
	if n, err := c.Read(b); string(b[:n]) != "goes on" || err != nil {
		t.Errorf("%q, %v", b[:n], err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
}
