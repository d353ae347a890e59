package psk

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// TestRefusals: every way in which a server can break the rules of the handshake ends it, and the server is told.
func TestRefusals(t *testing.T) {
	hello := func(f func(*helloParts)) server { return server{hello: f} }
	extension := func(kind uint16, data string) server {
		return hello(func(p *helloParts) {
			p.extensions = append(p.extensions, record.Extension{Type: kind, Data: []byte(data)})
		})
	}
	change := func(kind byte, f func([]byte) []byte) server {
		return server{change: func(k byte, m []byte) []byte {
			if k == kind {
				return f(m)
			}
			return m
		}}
	}
	as := func(kind byte) func([]byte) []byte { return func(m []byte) []byte { m[0] = kind; return m } }
	before := func(kind byte, b ...byte) server { return server{before: map[byte][]byte{kind: b}} }
	for _, test := range []struct {
		name string
		server
		told alert
	}{
		{"TLS 1.1", hello(func(p *helloParts) { p.version = 0x0302 }), record.ProtocolVersion},
		{"TLS 1.3 as the version", hello(func(p *helloParts) { p.version = 0x0304 }), record.ProtocolVersion},
		{"a downgrade", hello(func(p *helloParts) { copy(p.random[24:], downgraded) }), record.IllegalParameter},
		{"another suite", hello(func(p *helloParts) { p.suite = 0x008c }), record.IllegalParameter},
		{"a suite of TLS 1.3", hello(func(p *helloParts) { p.suite = 0x1301 }), record.IllegalParameter},
		{"no encryption", hello(func(p *helloParts) { p.suite = 0x002c }), record.IllegalParameter},
		{"compression", hello(func(p *helloParts) { p.compression = 1 }), record.IllegalParameter},
		{"a long session identifier", hello(func(p *helloParts) { p.session = make([]byte, 33) }), record.DecodeError},
		{"bytes behind the hello", hello(func(p *helloParts) { p.rest = []byte{0} }), record.DecodeError},
		{"an extension twice", extension(extRenegotiation, "\x00"), record.DecodeError},
		{"a session ticket", extension(35, ""), alertUnsupportedExtension},
		{"encrypt_then_mac", extension(22, ""), alertUnsupportedExtension},
		{"supported_versions", extension(43, "\x03\x04"), alertUnsupportedExtension},
		{"a server name with data", extension(extServerName, "x"), record.IllegalParameter},
		{"no plain point format", extension(extPointFormats, "\x01\x01"), record.IllegalParameter},
		{"another protocol", extension(extALPN, "\x00\x03\x02h2"), record.IllegalParameter},
		{"two protocols", extension(extALPN, "\x00\x0a\x04mqtt\x04mqtt"), record.IllegalParameter},
		{"no protocol", extension(extALPN, "\x00\x00"), record.IllegalParameter},
		{"data in extended_master_secret", hello(func(p *helloParts) { p.extensions[1].Data = []byte{0} }), record.IllegalParameter},
		{"a renegotiation", hello(func(p *helloParts) { p.extensions[0].Data = []byte("\x01x") }), record.IllegalParameter},
		{"a certificate", change(record.MsgServerKeyExchange, as(11)), alertUnexpectedMessage},
		{"two ServerHellos", change(record.MsgServerKeyExchange, as(record.MsgServerHello)), alertUnexpectedMessage},
		{"no ServerHello", change(record.MsgServerHello, as(msgServerHelloDone)), alertUnexpectedMessage},
		{"a HelloRequest", before(record.MsgServerHello, 22, 3, 3, 0, 4, 0, 0, 0, 0), alertUnexpectedMessage},
		{"a CertificateRequest", change(msgServerHelloDone, as(13)), alertUnexpectedMessage},
		{"an unknown message", change(msgServerHelloDone, as(77)), alertUnexpectedMessage},
		{"a long message", change(record.MsgServerHello, func(m []byte) []byte { m[1] = 1; return m }), record.DecodeError},
		{"ServerHelloDone with content", change(msgServerHelloDone, func([]byte) []byte { return []byte{14, 0, 0, 1, 0} }), record.DecodeError},
		{"an empty handshake record", before(record.MsgServerKeyExchange, 22, 3, 3, 0, 0), alertUnexpectedMessage},
		{"data in the handshake", before(msgServerHelloDone, 23, 3, 3, 0, 1, 0), alertUnexpectedMessage},
		{"an early ChangeCipherSpec", before(record.MsgServerKeyExchange, 20, 3, 3, 0, 1, 1), alertUnexpectedMessage},
		{"ChangeCipherSpec before all", before(record.MsgServerHello, 20, 3, 3, 0, 1, 1), 0}, // not TLS
		{"a second version", before(record.MsgServerKeyExchange, 22, 3, 1, 0, 1, 1), record.ProtocolVersion},
		{"a curve that was not offered", server{curve: tls.CurveP521}, record.IllegalParameter},
		{"an explicit curve", change(record.MsgServerKeyExchange, func(m []byte) []byte { m[12] = 1; return m }), record.DecodeError},
		{"a point of low order", change(record.MsgServerKeyExchange, func(m []byte) []byte { clear(m[16:]); return m }), record.IllegalParameter},
		{"a point off the curve", server{curve: tls.CurveP256, change: func(k byte, m []byte) []byte {
			if k == record.MsgServerKeyExchange {
				m[len(m)-1] ^= 1
			}
			return m
		}}, record.IllegalParameter},
		{"a long hint", change(record.MsgServerKeyExchange, func(m []byte) []byte { m[4] = 0xff; return m }), record.DecodeError},
		{"a Finished that is wrong", change(record.MsgFinished, func(m []byte) []byte { m[9] ^= 1; return m }), record.DecryptError},
		{"a short Finished", change(record.MsgFinished, func(m []byte) []byte { m[3] = 11; return m[:15] }), record.DecryptError},
		{"a message behind Finished", change(record.MsgFinished, func(m []byte) []byte { return append(m, 0, 0, 0, 0) }), alertUnexpectedMessage},
		{"a message before ChangeCipherSpec", before(record.TypeChangeCipherSpec, 22, 3, 3, 0, 4, 20, 0, 0, 0), alertUnexpectedMessage},
		{"half a message before ChangeCipherSpec", change(msgServerHelloDone, func(m []byte) []byte { return append(m, 20, 0) }), alertUnexpectedMessage},
		{"two ChangeCipherSpecs", before(record.TypeChangeCipherSpec, 20, 3, 3, 0, 1, 1), record.BadRecordMAC},
		{"a ChangeCipherSpec of 2", before(record.TypeChangeCipherSpec, 20, 3, 3, 0, 1, 2), record.DecodeError},
		{"warnings without end", before(record.MsgServerHello, bytes.Repeat([]byte{21, 3, 3, 0, 2, 1, 112}, maxIdle+1)...), alertUnexpectedMessage},
	} {
		t.Run(test.name, func(t *testing.T) {
			// The server goes on to the alert whatever it reads, so it has no part in the verdict.
			client, peer := pair(t)
			s := test.server
			s.Conn, s.key, s.suite = peer, testKey(), ECDHEPSKAES128GCM
			if s.curve == 0 {
				s.curve = tls.X25519
			}
			told := make(chan alert, 1)
			go func() {
				seen := &tap{Conn: peer}
				s.Conn = seen
				_ = s.accept()
				io.Copy(io.Discard, seen)
				told <- s.alertOf(seen.read)
			}()
			cfg := testConfig()
			c, err := Client(t.Context(), client, cfg)
			if err == nil {
				t.Fatalf("accepted, %+v", c.ConnectionState())
			}
			client.Close()
			if got := <-told; got != test.told {
				t.Errorf("%v: the server was told %v, want %v", err, got, test.told)
			}
		})
	}
}

// tap keeps what is read.
type tap struct {
	net.Conn
	read []byte
}

func (c *tap) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read = append(c.read, p[:n]...)
	return n, err
}

// alertOf is the last alert in what a client sent, 0 for none.
func (s *server) alertOf(b []byte) alert {
	sealed := false
	var found alert
	for open := s.opener(); len(b) >= headerSize; {
		n := int(b[3])<<8 | int(b[4])
		kind, body := b[0], b[headerSize:headerSize+n]
		b = b[headerSize+n:]
		if sealed {
			body, _ = open.open(kind, body)
		}
		if kind == record.TypeAlert && len(body) == 2 {
			found = alert(body[1])
		}
		sealed = sealed || kind == record.TypeChangeCipherSpec
	}
	return found
}

// opener opens all that the client sealed, from its first record on.
func (s *server) opener() protection {
	p := s.in
	p.sequence = 0
	return p
}

// TestWrongKey: a client that has another key is told so, and one whose name is unknown.
func TestWrongKey(t *testing.T) {
	for _, suite := range Suites() {
		cfg := testConfig()
		cfg.Key = []byte("another")
		if _, _, err := meet(t, cfg, &server{suite: suite}, nil); err == nil || err.Error() != "remote error: tls: bad record mac" {
			t.Errorf("%04x: %v", suite, err)
		}
		cfg.Identity = "nobody"
		if _, _, err := meet(t, cfg, &server{suite: suite}, nil); err == nil || err.Error() != "remote error: tls: unknown psk identity" {
			t.Errorf("%04x: %v", suite, err)
		}
	}
}

// flipper changes one bit in what comes from the server.
type flipper struct {
	net.Conn
	at   int // which byte; none if negative
	came int
}

func (f *flipper) Read(p []byte) (int, error) {
	n, err := f.Conn.Read(p)
	if i := f.at - f.came; i >= 0 && i < n {
		p[i] ^= 0x01
	}
	f.came += n
	return n, err
}

// TestTampering: whichever byte of the server's is changed on the way, no data come of it.
func TestTampering(t *testing.T) {
	const secret = "CONNACK"
	// In TLS 1.2 nothing covers the version in the header of a record that is not protected, and before ServerHello it may be any.
	const uncovered = 2
	for _, suite := range []uint16{PSKAES128GCM, ECDHEPSKAES256GCM, ECDHEPSKChaCha20} {
		t.Run(fmt.Sprintf("%04x", suite), func(t *testing.T) {
			t.Parallel()
			data, total, err := tampered(t, suite, secret, -1, 10*time.Second)
			if data != secret || err != nil || total < 200 {
				t.Fatalf("untouched: %q of %d bytes, %v", data, total, err)
			}
			for at := range total {
				// A length that has grown makes the client wait for what never comes.
				data, _, err := tampered(t, suite, secret, at, 100*time.Millisecond)
				if at == uncovered && (data == secret || data == "") {
					continue
				}
				if err == nil || data != "" && data != secret {
					t.Errorf("byte %d changed: %q, %v", at, data, err)
				}
			}
		})
	}
}

// tampered runs a connection on which the byte at this place is changed. It returns the data that came, how many bytes did, and
// the error in the end.
func tampered(t *testing.T, suite uint16, secret string, at int, patience time.Duration) (string, int, error) {
	client, peer := pair(t)
	defer client.Close()
	client.SetDeadline(time.Now().Add(patience))
	s := &server{Conn: peer, suite: suite, curve: tls.X25519, key: testKey()}
	go func() {
		defer peer.Close()
		if s.accept() == nil {
			s.write(record.TypeApplicationData, []byte(secret))
			s.write(record.TypeAlert, []byte{record.LevelWarning, record.CloseNotify})
			peer.(*net.TCPConn).CloseWrite()
			io.Copy(io.Discard, peer)
		}
	}()
	f := &flipper{Conn: client, at: at}
	c, err := Client(t.Context(), f, testConfig())
	if err != nil {
		return "", f.came, err
	}
	data, err := io.ReadAll(c)
	return string(data), f.came, err
}

// TestNotTLS: what does not speak TLS is named as that, and gets no alert.
func TestNotTLS(t *testing.T) {
	for _, greeting := range []string{"HTTP/1.1 400 Bad Request\r\n\r\n", "\x20\x02\x00\x05\x00", "\x17\x03\x03\x00\x01x"} {
		client, peer := pair(t)
		io.WriteString(peer, greeting)
		_, err := Client(t.Context(), client, testConfig())
		var header tls.RecordHeaderError
		if err == nil || !strings.Contains(err.Error(), "does not look like a TLS handshake") {
			t.Errorf("%q: %v", greeting, err)
		} else if h, ok := err.(tls.RecordHeaderError); !ok || string(h.RecordHeader[:]) != greeting[:headerSize] {
			t.Errorf("%q: %+v", greeting, header)
		}
		client.Close()
		if sent, _ := io.ReadAll(peer); len(sent) == 0 || bytes.Count(sent, []byte{21, 3, 3, 0, 2}) != 0 {
			t.Errorf("%q was answered with %x", greeting, sent)
		}
	}
}
