package psk

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// TestPRF: the test vectors of the TLS working group for TLS 1.2's PRF.
func TestPRF(t *testing.T) {
	for _, test := range []struct{ name, secret, seed, want string }{
		{"SHA-256", "9bbe436ba940f017b17652849a71db35", "a0ba9f936cda311827a6f796ffd5198c",
			"e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17" +
				"abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66"},
		{"SHA-384", "b80b733d6ceefcdc71566ea48e5567df", "cd665cf6a8447dd6ff8b27555edb7465",
			"7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c9146a0e534cb400fed2700" +
				"884f9dc236f80edd8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d9184259b5bf8cd4d90fa0d31e2dec479e4f1a26066f2ee" +
				"a9a69236a3e52655c9e9aee691c8f3a26854308d5eaa3be85e0990703d73e56f"},
	} {
		newHash := sha256.New
		if test.name == "SHA-384" {
			newHash = sha512.New384
		}
		want := unhex(t, test.want)
		if got := record.PRF(newHash, unhex(t, test.secret), "test label", unhex(t, test.seed), len(want)); !bytes.Equal(got, want) {
			t.Errorf("%s: %x", test.name, got)
		}
	}
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestPremaster: RFC 4279 section 2 and RFC 5489 section 2, written out.
func TestPremaster(t *testing.T) {
	for _, test := range []struct{ key, shared, want string }{
		{"aabbcc", "", "0003000000" + "0003aabbcc"},
		{"aabbcc", "0102030405", "00050102030405" + "0003aabbcc"},
	} {
		var shared []byte
		if test.shared != "" {
			shared = unhex(t, test.shared)
		}
		if got := hex.EncodeToString(premaster(unhex(t, test.key), shared)); got != test.want {
			t.Errorf("%s %s: %s", test.key, test.shared, got)
		}
	}
}

// TestHandshake: every suite, with and without the extended master secret, the messages cut and joined in every way, and data
// in both directions.
func TestHandshake(t *testing.T) {
	type form struct {
		name string
		server
	}
	forms := []form{
		{"plain", server{}}, {"no extended master secret", server{plain: true}}, {"one record", server{coalesced: true}},
		{"fragments", server{fragment: 1}}, {"cut and joined", server{coalesced: true, fragment: 7}}, {"no hint", server{silent: true}},
		{"P-256", server{curve: tls.CurveP256}}, {"P-384", server{curve: tls.CurveP384}},
		{"ALPN", server{hello: func(p *helloParts) {
			p.extensions = append(p.extensions, record.Extension{Type: extALPN, Data: []byte("\x00\x05\x04mqtt")},
				record.Extension{Type: extServerName}, record.Extension{Type: extPointFormats, Data: []byte{1, 0}},
				record.Extension{Type: extSupportedGroups, Data: []byte{0, 2, 0, 29}})
		}}},
		{"no extensions", server{plain: true, hello: func(p *helloParts) { p.extensions = nil }}},
		{"TLS 1.3 as well", server{hello: func(p *helloParts) { copy(p.random[24:], "DOWNGRD\x01") }}},
		{"no session", server{hello: func(p *helloParts) { p.session = nil }}},
		{"a warning", server{before: map[byte][]byte{record.MsgServerHello: {21, 3, 3, 0, 2, 1, 112}}}},
	}
	for _, id := range Suites() {
		for _, f := range forms {
			t.Run(fmt.Sprintf("%04x %s", id, f.name), func(t *testing.T) {
				f.suite = id
				var log bytes.Buffer
				cfg := testConfig()
				cfg.KeyLog = &log
				c, served, err := meet(t, cfg, &f.server, echo)
				if err != nil {
					t.Fatal(err, <-served)
				}
				exchange(t, c, 100_000)
				if err := <-served; err != nil {
					t.Error(err)
				}
				state := c.ConnectionState()
				if state.Version != tls.VersionTLS12 || state.CipherSuite != id || !state.HandshakeComplete {
					t.Errorf("%+v", state)
				}
				if want := fmt.Sprintf("CLIENT_RANDOM %x %x\n", f.client, f.master); log.String() != want {
					t.Errorf("key log %q, want %q", log.String(), want)
				}
				if want := map[bool]string{true: "mqtt"}[f.name == "ALPN"]; state.NegotiatedProtocol != want {
					t.Errorf("protocol %q", state.NegotiatedProtocol)
				}
			})
		}
	}
}

// echo sends back what comes until close_notify, and answers that with its own.
func echo(s *server) error {
	for {
		kind, content, err := s.read()
		switch {
		case err != nil:
			return err
		case kind == record.TypeAlert && bytes.Equal(content, []byte{1, 0}):
			return s.write(record.TypeAlert, content)
		case kind != record.TypeApplicationData:
			return fmt.Errorf("a record of type %d: %x", kind, content)
		}
		if err := s.write(kind, content); err != nil {
			return err
		}
	}
}

// exchange sends n random bytes and wants them back, then close_notify, and EOF back.
func exchange(t testing.TB, c *Conn, n int) {
	t.Helper()
	data := make([]byte, n)
	rand.Read(data)
	written := make(chan error, 1)
	go func() {
		_, err := c.Write(data)
		written <- errors.Join(err, c.CloseWrite())
	}()
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes of %d came back, %v", len(got), n, err)
	}
	if err := <-written; err != nil {
		t.Error(err)
	}
	if _, err := c.Write([]byte("late")); !errors.Is(err, errShutdown) {
		t.Errorf("a write after close_notify: %v", err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// TestConfig: what cannot work is refused before anything is sent.
func TestConfig(t *testing.T) {
	for want, change := range map[string]func(*Config){
		"key is empty":                       func(c *Config) { c.Key = nil },
		"key has 513 bytes, more than 512":   func(c *Config) { c.Key = make([]byte, 513) },
		"has 257 bytes, more than 256":       func(c *Config) { c.Identity = strings.Repeat("x", 257) },
		"no cipher suite":                    func(c *Config) { c.Suites = nil },
		"no group to offer for the key exch": func(c *Config) { c.Curves = []tls.CurveID{tls.X25519MLKEM768} },
	} {
		cfg := testConfig()
		change(cfg)
		if _, err := Client(t.Context(), nil, cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestContext: a server that says nothing is left when the context ends.
func TestContext(t *testing.T) {
	client, peer := pair(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Client(ctx, client, testConfig()); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if _, err := io.Copy(io.Discard, peer); err != nil {
		t.Error(err) // a FIN, after the ClientHello
	}
}

// TestDeadlines: a read deadline that passes does no harm, not even in the middle of a record.
func TestDeadlines(t *testing.T) {
	half := make(chan struct{})
	c, served, err := meet(t, testConfig(), &server{}, func(s *server) error {
		sealed, err := s.out.seal(nil, record.TypeApplicationData, []byte("hello"))
		if err != nil {
			return err
		}
		s.Conn.Write(sealed[:9])
		<-half
		_, err = s.Conn.Write(sealed[9:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if n, err := c.Read(make([]byte, 9)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%d, %v", n, err)
	}
	close(half)
	c.SetReadDeadline(time.Now().Add(10 * time.Second))
	b := make([]byte, 9)
	if n, err := c.Read(b); string(b[:n]) != "hello" || err != nil {
		t.Errorf("%q, %v", b[:n], err)
	}
	if err := <-served; err != nil {
		t.Error(err)
	}
	c.SetWriteDeadline(time.Unix(1, 0))
	if _, err := c.Write(b); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
	c.SetWriteDeadline(time.Time{})
	if _, err := c.Write(b); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a write after half a record: %v", err)
	}
}

// TestEnds: how a connection ends that was made.
func TestEnds(t *testing.T) {
	sealed := func(kind byte, content ...byte) func(*server) error {
		return func(s *server) error { return errors.Join(s.write(kind, content), s.drain()) }
	}
	hangUp := func(s *server) error { return s.Conn.Close() }
	repeated := func(kind byte, content ...byte) func(*server) error {
		return func(s *server) error {
			for range maxIdle + 1 {
				s.write(kind, content)
			}
			return s.drain()
		}
	}
	for _, test := range []struct {
		name  string
		serve func(*server) error
		want  string // the error; of the server, the alert it got
		told  string
	}{
		{"close_notify", sealed(record.TypeAlert, 1, 0), "EOF", ""},
		{"a FIN alone", hangUp, "unexpected EOF", ""},
		{"a FIN in a record", func(s *server) error {
			s.Conn.Write([]byte{23, 3, 3, 0, 100, 1, 2, 3})
			return hangUp(s)
		}, "unexpected EOF", ""},
		{"an alert", sealed(record.TypeAlert, 2, 80), "remote error: tls: internal error", ""},
		{"an alert of one byte", sealed(record.TypeAlert, 2), "local error: tls: an alert has the wrong length", "decode error"},
		{"an alert of no level", sealed(record.TypeAlert, 3, 80), "local error: tls: an alert has an unknown level", "illegal parameter"},
		{"a handshake message", sealed(record.TypeHandshake, 4, 0, 0, 0), "local error: tls: the server sent a message out of turn", "unexpected message"},
		{"ChangeCipherSpec", sealed(record.TypeChangeCipherSpec, 1), "local error: tls: the server sent a message out of turn", "unexpected message"},
		{"an unknown type", sealed(24, 1), "local error: tls: the server sent a message out of turn", "unexpected message"},
		{"empty records", repeated(record.TypeApplicationData), "local error: tls: the server sends records without content", "unexpected message"},
		{"warnings", repeated(record.TypeAlert, 1, 90), "local error: tls: the server sends records without content", "unexpected message"},
		{"HelloRequests", repeated(record.TypeHandshake, 0, 0, 0, 0), "local error: tls: the server sends records without content", "no renegotiation"},
		{"a record of yesterday", func(s *server) error {
			s.write(record.TypeApplicationData, []byte("one"))
			s.out.sequence--
			s.write(record.TypeApplicationData, []byte("two"))
			return s.drain()
		}, "local error: tls: bad record MAC", "bad record mac"},
		{"a record in the clear", func(s *server) error {
			s.Conn.Write([]byte{23, 3, 3, 0, 5, 'h', 'e', 'l', 'l', 'o'})
			return s.drain()
		}, "local error: tls: bad record MAC: the record is too short", "bad record mac"},
		{"another version", func(s *server) error {
			s.Conn.Write(append([]byte{23, 3, 4, 0, 30}, make([]byte, 30)...))
			return s.drain()
		}, "local error: tls: a record has the wrong version", "protocol version"},
		{"a long record", func(s *server) error {
			s.Conn.Write([]byte{23, 3, 3, 0x48, 1})
			return s.drain()
		}, "local error: tls: a record is longer than allowed", "record overflow"},
		{"much content", func(s *server) error {
			s.write(record.TypeApplicationData, make([]byte, maxPlaintext+1))
			return s.drain()
		}, "local error: tls: a record is longer than allowed", "record overflow"},
		{"the last record", func(s *server) error {
			return s.drain()
		}, "tls: too many records for one connection", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, served, err := meet(t, testConfig(), &server{}, test.serve)
			if err != nil {
				t.Fatal(err)
			}
			if test.name == "the last record" {
				c.out.sequence = math.MaxUint64
				if _, err = c.Write([]byte("x")); err == nil {
					t.Error("a nonce was used twice")
				}
			} else if _, err = io.Copy(io.Discard, c); err == nil {
				err = io.EOF
			}
			if err.Error() != test.want {
				t.Errorf("%v, want %s", err, test.want)
			}
			c.Close()
			if _, again := c.Read(make([]byte, 1)); test.name != "the last record" && again.Error() != test.want {
				t.Errorf("the second time: %v", again)
			}
			if err := <-served; test.told != "" && (err == nil || !strings.Contains(err.Error(), test.told)) {
				t.Errorf("the server was told %v, want %s", err, test.told)
			}
		})
	}
}

// drain reads to the end and returns the first alert but close_notify, if there was one.
func (s *server) drain() error {
	var first error
	for {
		kind, content, err := s.read()
		switch {
		case err != nil:
			return first
		case kind == record.TypeAlert && content[1] != record.CloseNotify && first == nil:
			first = alert(content[1])
		}
	}
}

// TestTogether: one goroutine reads, one writes, one sets deadlines, and one closes in the midst of it.
func TestTogether(t *testing.T) {
	c, _, err := meet(t, testConfig(), &server{suite: ECDHEPSKChaCha20}, echo)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			if _, err := c.Write(make([]byte, 5000)); err != nil {
				return
			}
		}
	})
	all.Go(func() { io.Copy(io.Discard, c) })
	all.Go(func() {
		for range 50 {
			c.SetDeadline(time.Now().Add(time.Minute))
			c.ConnectionState()
		}
	})
	time.Sleep(20 * time.Millisecond)
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	all.Wait()
	if err := c.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a second Close: %v", err)
	}
	if _, err := c.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("a write after Close: %v", err)
	}
}
