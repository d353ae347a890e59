package transport

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// countingConn counts the writes, of which it takes only some bytes before it fails; 0 for all.
type countingConn struct {
	net.Conn
	writes, room int
}

var errFull = errors.New("no more")

func (c *countingConn) Write(p []byte) (int, error) {
	c.writes++
	if c.room == 0 {
		return c.Conn.Write(p)
	}
	n, _ := c.Conn.Write(p[:min(len(p), c.room)])
	if c.room -= n; c.room <= 0 {
		return n, errFull
	}
	return n, nil
}

// corkedPair is a connection to a TLS server, whose end is returned, after the handshake.
func corkedPair(t *testing.T) (*Conn, *countingConn, *tls.Conn) {
	t.Helper()
	_, server, _ := tlstest.TutorialPKI("localhost", "client")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	raw, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	peer := tls.Server(accepted, &tls.Config{Certificates: []tls.Certificate{server.TLS()}})
	shaken := make(chan error, 1)
	go func() { shaken <- peer.Handshake() }()
	count := &countingConn{Conn: raw}
	under := &cork{Conn: count}
	secured := tls.Client(under, &tls.Config{InsecureSkipVerify: true, DynamicRecordSizingDisabled: true})
	if err := errors.Join(secured.Handshake(), <-shaken); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close(); _ = accepted.Close() })
	count.writes = 0
	return &Conn{Conn: secured, cork: under}, count, peer
}

func TestLargeWritesAreGathered(t *testing.T) {
	conn, count, peer := corkedPair(t)
	for size, most := range map[int]int{1: 1, maxPlaintext: 1, maxPlaintext + 1: 1, corkSize: 2, 10*corkSize + 1: 12} {
		sent := bytes.Repeat([]byte("0123456789abcdef!"), size/17+1)[:size]
		count.writes = 0
		got, read := make([]byte, size), make(chan error, 1)
		go func() {
			_, err := io.ReadFull(peer, got)
			read <- err
		}()
		if n, err := conn.Write(sent); n != size || err != nil {
			t.Fatalf("%d bytes: wrote %d, %v", size, n, err)
		}
		if err := <-read; err != nil || !bytes.Equal(got, sent) {
			t.Errorf("%d bytes arrived otherwise: %v", size, err)
		}
		if count.writes > most {
			t.Errorf("%d bytes in %d writes", size, count.writes)
		}
	}
}

// TestCutWrite: of a write that fails, what is told to have been written arrives.
func TestCutWrite(t *testing.T) {
	conn, count, peer := corkedPair(t)
	sent := bytes.Repeat([]byte("0123456789abcdef"), 6*maxPlaintext/16)
	count.room = corkSize + 3*maxPlaintext/2
	n, err := conn.Write(sent)
	if !errors.Is(err, errFull) || n == 0 || n%maxPlaintext != 0 || n >= count.room+corkSize+2*maxPlaintext {
		t.Fatalf("%d, %v", n, err)
	}
	got := make([]byte, n)
	if _, err := io.ReadFull(peer, got); err != nil || !bytes.Equal(got, sent[:n]) {
		t.Errorf("%d bytes did not arrive: %v", n, err)
	}
	if _, err := conn.Write(sent); err == nil {
		t.Error("a write after a failed one")
	}
}
