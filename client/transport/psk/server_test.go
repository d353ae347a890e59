package psk

import (
	"bytes"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// server is the other side of a handshake, for what no program of others does: every suite, and every mistake.
type server struct {
	net.Conn
	suite     uint16
	curve     tls.CurveID
	key       []byte
	plain     bool // no extended master secret
	silent    bool // no ServerKeyExchange where it may be left out
	fragment  int  // the longest handshake record; 0 for one message in each
	coalesced bool // all messages in one record
	// hello makes another ServerHello out of the right one, and change another message.
	hello  func(*helloParts)
	change func(kind byte, body []byte) []byte
	// before is sent, as it is, before the message of this kind; 20 is ChangeCipherSpec's.
	before map[byte][]byte

	secrets
	in, out    protection
	transcript []byte
	waiting    []byte
}

// helloParts are what a ServerHello consists of.
type helloParts struct {
	version     uint16
	random      []byte
	session     []byte
	suite       uint16
	compression byte
	extensions  []record.Extension
	rest        []byte
}

func (p *helloParts) body() []byte {
	b := binary.BigEndian.AppendUint16(nil, p.version)
	b = append(append(b, p.random...), byte(len(p.session)))
	b = binary.BigEndian.AppendUint16(append(b, p.session...), p.suite)
	b = append(b, p.compression)
	var extensions []byte
	for _, e := range p.extensions {
		extensions = appendVector16(binary.BigEndian.AppendUint16(extensions, e.Type), e.Data)
	}
	if p.extensions != nil {
		b = appendVector16(b, extensions)
	}
	return append(b, p.rest...)
}

const testIdentity = "gateway-7"

func testKey() []byte { return []byte{0xaa, 0xbb, 0xcc, 0xdd} }

// accept makes the server's side of the handshake.
func (s *server) accept() error {
	kind, hello, err := s.read()
	if err != nil || kind != record.TypeHandshake {
		return errors.Join(errors.New("no ClientHello"), err)
	}
	s.transcript = append(s.transcript, hello...)
	copy(s.client[:], hello[messageHeader+2:])
	rand.Read(s.server[:])
	s.secrets.suite = suiteOf(s.suite)
	parts := &helloParts{version: version12, random: s.server[:], session: make([]byte, 32), suite: s.suite,
		extensions: []record.Extension{{Type: extRenegotiation, Data: []byte{0}}}}
	if !s.plain {
		parts.extensions = append(parts.extensions, record.Extension{Type: extExtendedMasterSecret})
	}
	if s.hello != nil {
		s.hello(parts)
	}
	s.message(record.MsgServerHello, parts.body())
	own := s.exchange()
	s.message(msgServerHelloDone, nil)
	if err := s.flush(record.TypeHandshake); err != nil {
		return err
	}
	if err := s.readClient(own); err != nil {
		return err
	}
	s.inject(record.TypeChangeCipherSpec)
	if err := s.write(record.TypeChangeCipherSpec, []byte{1}); err != nil {
		return err
	}
	if _, s.out, err = s.protections(); err != nil {
		return err
	}
	s.message(record.MsgFinished, s.finished("server finished", s.transcript))
	return s.flush(record.TypeHandshake)
}

// exchange sends ServerKeyExchange and returns the private key of ECDHE, nil without.
func (s *server) exchange() *ecdh.PrivateKey {
	body := appendVector16(nil, []byte("a hint"))
	if !s.secrets.suite.ecdhe {
		if !s.silent {
			s.message(record.MsgServerKeyExchange, body)
		}
		return nil
	}
	own, err := curve(s.curve).GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	body = binary.BigEndian.AppendUint16(append(body, 3), uint16(s.curve))
	point := own.PublicKey().Bytes()
	s.message(record.MsgServerKeyExchange, append(append(body, byte(len(point))), point...))
	return own
}

// readClient reads the client's second flight.
func (s *server) readClient(own *ecdh.PrivateKey) error {
	kind, message, err := s.read()
	if err != nil || kind != record.TypeHandshake || message[0] != msgClientKeyExchange {
		return errors.Join(errors.New("no ClientKeyExchange"), err)
	}
	s.transcript = append(s.transcript, message...)
	body := message[messageHeader:]
	n := int(binary.BigEndian.Uint16(body))
	if string(body[2:2+n]) != testIdentity {
		return s.fail(record.UnknownPSKIdentity)
	}
	var shared []byte
	if own != nil {
		point := body[2+n:]
		peer, err := own.Curve().NewPublicKey(point[1:])
		if err != nil || int(point[0]) != len(point)-1 {
			return s.fail(record.IllegalParameter)
		}
		if shared, err = own.ECDH(peer); err != nil {
			return err
		}
	}
	s.derive(premaster(s.key, shared), s.transcript, !s.plain)
	if kind, b, err := s.read(); err != nil || kind != record.TypeChangeCipherSpec || !bytes.Equal(b, []byte{1}) {
		return errors.Join(errors.New("no ChangeCipherSpec"), err)
	}
	if s.in, _, err = s.protections(); err != nil {
		return err
	}
	expected := s.finished("client finished", s.transcript)
	kind, message, err = s.read()
	switch {
	case err != nil:
		return errors.Join(err, s.fail(record.BadRecordMAC))
	case kind != record.TypeHandshake, message[0] != record.MsgFinished:
		return s.fail(uint8(alertUnexpectedMessage))
	case !bytes.Equal(message[messageHeader:], expected):
		return s.fail(record.DecryptError)
	}
	s.transcript = append(s.transcript, message...)
	return nil
}

// fail sends an alert and returns it as an error.
func (s *server) fail(code uint8) error {
	return errors.Join(s.write(record.TypeAlert, []byte{record.LevelFatal, code}), alert(code))
}

// inject sends what is to come before a message.
func (s *server) inject(kind byte) {
	if b := s.before[kind]; b != nil {
		s.flush(record.TypeHandshake)
		s.Conn.Write(b)
	}
}

// message adds one to what waits to be sent.
func (s *server) message(kind byte, body []byte) {
	s.inject(kind)
	m := append([]byte{kind, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
	s.transcript = append(s.transcript, m...)
	if s.change != nil {
		m = s.change(kind, m)
	}
	s.waiting = append(s.waiting, m...)
	if !s.coalesced && s.fragment == 0 {
		s.flush(record.TypeHandshake)
	}
}

func (s *server) flush(kind byte) error {
	size := maxPlaintext
	if s.fragment > 0 {
		size = s.fragment
	}
	for part := range slices.Chunk(s.waiting, size) {
		if err := s.write(kind, part); err != nil {
			return err
		}
	}
	s.waiting = nil
	return nil
}

func (s *server) write(kind byte, content []byte) error {
	sealed, err := s.out.seal(nil, kind, content)
	if err != nil {
		return err
	}
	_, err = s.Conn.Write(sealed)
	return err
}

// read returns the content of the next record.
func (s *server) read() (kind byte, content []byte, err error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(s.Conn, header[:]); err != nil {
		return 0, nil, err
	}
	body := make([]byte, binary.BigEndian.Uint16(header[3:]))
	if _, err := io.ReadFull(s.Conn, body); err != nil {
		return 0, nil, err
	}
	content, err = s.in.open(header[0], body)
	return header[0], content, err
}

// pair is a connection over loopback: unlike net.Pipe, what one side wrote before it closed can still be read.
func pair(t testing.TB) (client, server net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if client, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	// Nothing here may take long; a test that sets deadlines of its own replaces the client's.
	limit := time.Now().Add(20 * time.Second)
	client.SetDeadline(limit)
	server.SetDeadline(limit)
	t.Cleanup(func() {
		client.Close()
		server.Close()
	})
	return client, server
}

func testConfig() *Config {
	return &Config{Identity: testIdentity, Key: testKey(), Suites: Suites(), Curves: []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384},
		ServerName: "broker.lan", ALPN: []string{"mqtt"}}
}

// meet makes a handshake with s, which serve goes on with, and returns the client's side.
func meet(t testing.TB, cfg *Config, s *server, serve func(*server) error) (*Conn, <-chan error, error) {
	t.Helper()
	client, peer := pair(t)
	s.Conn = peer
	if s.key == nil {
		s.key = testKey()
	}
	if s.curve == 0 {
		s.curve = tls.X25519
	}
	if s.suite == 0 {
		s.suite = ECDHEPSKAES128GCM
	}
	served := make(chan error, 1)
	go func() {
		err := s.accept()
		if err == nil && serve != nil {
			err = serve(s)
		}
		if err != nil {
			peer.Close()
		}
		served <- err
	}()
	c, err := Client(t.Context(), client, cfg)
	return c, served, err
}
