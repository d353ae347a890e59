package tlstest

import (
	"bufio"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// Fault is a setup that is broken on purpose: a server, and what a client has to do to run into it. The zero values of
// Dial are those of a client that does everything right.
type Fault struct {
	Cause    string   // the identifier of the cause that has to be found
	Variant  string   // tells faults of one cause apart; empty for the plain one
	Versions []uint16 // the TLS versions in which it can be shown; nil: 1.2 and 1.3
	Dial     Dial
	serve    func(version uint16) handler
}

// Dial is how a client meets a Fault.
type Dial struct {
	Host       string // the name that is dialled, and asked for; the connection goes to the Listener all the same
	Port       int    // the port that the client believes to dial; 0: the Listener's
	Plain      bool   // plain MQTT
	Trust      []byte // the contents of the CA file; nil with OSCerts: none is given
	OSCerts    bool   // the system's store
	Chain      []*Identity
	MinVersion uint16
	MaxVersion uint16 // what the client's library stops at; 0: no limit
	ALPN       []string
	Now        time.Time // zero: the function Now
	Build      time.Time // when the program was built; zero: unknown
	Checks     Checks
}

// Checks is what a client demands beyond a chain to a CA that it trusts.
type Checks struct {
	Pins [][sha256.Size]byte // digests of public keys
	CRL  []byte              // the contents of a file with revocation lists; nil: none is given
}

// Listen starts the server of the fault on a port of the loopback that the kernel chooses. The version is the only one
// that it speaks; servers that do not speak TLS do not look at it.
func (f Fault) Listen(version uint16) (*Listener, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Listener{listener: l, handle: f.serve(version), open: map[net.Conn]bool{}}
	s.wg.Go(s.accept)
	return s, nil
}

// handler serves one connection. The connection is closed when it returns.
type handler func(net.Conn)

// Listener is a running server.
type Listener struct {
	listener net.Listener
	handle   handler
	wg       sync.WaitGroup

	mu     sync.Mutex
	open   map[net.Conn]bool
	closed bool
}

// Addr returns host and port.
func (s *Listener) Addr() string { return s.listener.Addr().String() }

// Port returns the port.
func (s *Listener) Port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// Close stops the server, closes its connections and waits for what serves them.
func (s *Listener) Close() error {
	err := s.listener.Close()
	s.mu.Lock()
	s.closed = true
	for c := range s.open {
		c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
	return err
}

func (s *Listener) accept() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			c.Close()
			return
		}
		s.open[c] = true
		s.wg.Go(func() { s.serve(c) })
		s.mu.Unlock()
	}
}

func (s *Listener) serve(c net.Conn) {
	s.handle(c)
	c.Close()
	s.mu.Lock()
	delete(s.open, c)
	s.mu.Unlock()
}

// config is the configuration of a server with one TLS version and this chain, its own certificate first.
func config(version uint16, chain ...*Identity) *tls.Config {
	return &tls.Config{
		MinVersion: version, MaxVersion: version, SessionTicketsDisabled: true,
		Certificates: []tls.Certificate{chain[0].TLS(chain[1:]...)},
	}
}

// broker is a server that answers every CONNECT with a CONNACK behind the TLS of cfg.
func broker(cfg *tls.Config) handler {
	return func(c net.Conn) {
		t := tls.Server(c, cfg)
		if t.Handshake() == nil {
			mqtt(t)
			t.Close()
		}
		drain(c)
	}
}

// presents is a broker with this chain.
func presents(chain ...*Identity) func(uint16) handler {
	return func(version uint16) handler { return broker(config(version, chain...)) }
}

// mqtt accepts one client and reads what it sends until it leaves.
func mqtt(c io.ReadWriter) {
	r := bufio.NewReader(c)
	level, err := readConnect(r)
	if err != nil {
		return
	}
	connack := []byte{0x20, 2, 0, 0}
	if level == 5 {
		connack = []byte{0x20, 3, 0, 0, 0}
	}
	if _, err := c.Write(connack); err == nil {
		io.Copy(io.Discard, r)
	}
}

// readConnect reads a CONNECT packet and returns its protocol level ([MQTT-3.1.2.2]).
func readConnect(r *bufio.Reader) (level byte, err error) {
	if kind, err := r.ReadByte(); err != nil || kind != 0x10 {
		return 0, errors.Join(err, errors.New("not a CONNECT"))
	}
	length := 0
	for shift := 0; ; shift += 7 {
		b, err := r.ReadByte()
		if err != nil || shift > 21 {
			return 0, errors.Join(err, errors.New("no length"))
		}
		length |= int(b&0x7f) << shift
		if b < 0x80 {
			break
		}
	}
	body := make([]byte, min(length, 64<<10))
	if _, err := io.ReadFull(r, body); err != nil {
		return 0, err
	}
	// The protocol name is MQTT or MQIsdp, behind its length.
	if len(body) < 2 || len(body) < 3+int(body[1]) {
		return 0, errors.New("no protocol level")
	}
	return body[2+body[1]], nil
}

// readHello reads the first record that a client sends.
func readHello(c net.Conn) ([]byte, error) {
	header := make([]byte, 5)
	if _, err := io.ReadFull(c, header); err != nil {
		return nil, err
	}
	body := make([]byte, int(header[3])<<8|int(header[4]))
	_, err := io.ReadFull(c, body)
	return body, err
}

// drain waits for the client to leave, so that closing does not reset what it has yet to read.
func drain(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		t.CloseWrite()
	}
	io.Copy(io.Discard, c)
}

// reset makes closing the connection send a RST.
func reset(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		t.SetLinger(0)
	}
}

// anyClient is a configuration that asks for a client certificate and takes every one.
func anyClient(version uint16, chain ...*Identity) *tls.Config {
	cfg := config(version, chain...)
	cfg.ClientAuth = tls.RequireAnyClientCert
	return cfg
}

// knownClient is one that takes the certificates of these CAs, and lists them when it asks.
func knownClient(version uint16, cas []*Identity, chain ...*Identity) *tls.Config {
	cfg := config(version, chain...)
	cfg.ClientAuth = tls.RequireAndVerifyClientCert
	cfg.ClientCAs = x509.NewCertPool()
	cfg.Time = Now
	for _, ca := range cas {
		cfg.ClientCAs.AddCert(ca.Certificate)
	}
	return cfg
}
