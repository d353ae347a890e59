package capture_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/capture"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// script is a peer that plays back what it is to say.
type script struct {
	net.Conn
	in       io.Reader
	writeErr error
}

func (s *script) Read(p []byte) (int, error) { return s.in.Read(p) }

func (s *script) Write(p []byte) (int, error) {
	if s.writeErr != nil {
		return 0, s.writeErr
	}
	return len(p), nil
}

func nothing() {}

func said(c *capture.Conn, from evidence.Side) string {
	var b strings.Builder
	for _, k := range c.Flow().Chunks {
		if k.From == from {
			b.Write(k.Data)
		}
	}
	return b.String()
}

func TestConnKeepsTheOrder(t *testing.T) {
	c := capture.NewConn(&script{in: strings.NewReader("abcdef")}, true, tlstest.Now, nothing)
	three := make([]byte, 3)
	c.Write([]byte("1"))
	c.Write([]byte("2"))
	io.ReadFull(c, three)
	c.Write([]byte("3"))
	io.ReadFull(c, three)
	var got []string
	for _, k := range c.Flow().Chunks {
		got = append(got, string(k.From)+" "+string(k.Data))
	}
	want := "[client 12 server abc client 3 server def]"
	if fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
	if f := c.Flow(); f.Sent != 3 || f.Received != 6 || f.Truncated {
		t.Errorf("%+v", f)
	}
}

func TestConnIsBounded(t *testing.T) {
	const much = 1 << 20
	c := capture.NewConn(&script{in: bytes.NewReader(make([]byte, much))}, true, tlstest.Now, nothing)
	io.Copy(io.Discard, c)
	for range 1000 {
		c.Write(make([]byte, 1000))
	}
	f := c.Flow()
	if len(said(c, evidence.SideServer)) > 128<<10 || len(said(c, evidence.SideClient)) > 16<<10 || !f.Truncated {
		t.Errorf("%d and %d bytes are kept", len(said(c, evidence.SideServer)), len(said(c, evidence.SideClient)))
	}
	if f.Received != much || f.Sent != 1000*1000 {
		t.Errorf("%d received, %d sent", f.Received, f.Sent)
	}
	alternating := capture.NewConn(&script{in: bytes.NewReader(make([]byte, much))}, true, tlstest.Now, nothing)
	one := make([]byte, 1)
	for range 1000 {
		alternating.Write(one)
		alternating.Read(one)
	}
	if n := len(alternating.Flow().Chunks); n > 64 {
		t.Errorf("%d pieces are kept", n)
	}
}

// TestPlainKeepsNoPassword: what is written without TLS is a CONNECT.
func TestPlainKeepsNoPassword(t *testing.T) {
	c := capture.NewConn(&script{in: strings.NewReader(strings.Repeat("x", 5000))}, false, tlstest.Now, nothing)
	c.Write([]byte("secret"))
	io.Copy(io.Discard, c)
	if said(c, evidence.SideClient) != "" || c.Flow().Sent != 6 {
		t.Errorf("%+v", c.Flow())
	}
	if n := len(said(c, evidence.SideServer)); n > 512 {
		t.Errorf("%d bytes of an answer are kept", n)
	}
}

func TestStopForgets(t *testing.T) {
	c := capture.NewConn(&script{in: strings.NewReader("abcdef")}, true, tlstest.Now, nothing)
	c.Write([]byte("1"))
	c.Stop()
	c.Write([]byte("2"))
	c.Read(make([]byte, 3))
	c.Stop()
	if f := c.Flow(); len(f.Chunks) != 0 || f.Sent != 0 || f.Received != 0 {
		t.Errorf("%+v", f)
	}
	buf := make([]byte, 1)
	if n := testing.AllocsPerRun(100, func() { c.Write(buf); c.Read(buf) }); n != 0 {
		t.Errorf("%v allocations after Stop", n)
	}
}

func TestWriteErrorIsTheFirst(t *testing.T) {
	s := &script{in: strings.NewReader(""), writeErr: syscall.ECONNRESET}
	c := capture.NewConn(s, true, tlstest.Now, nothing)
	if c.WriteError() != nil {
		t.Error(c.WriteError())
	}
	c.Write([]byte("1"))
	s.writeErr = syscall.EPIPE
	c.Write([]byte("2"))
	if !errors.Is(c.WriteError(), syscall.ECONNRESET) {
		t.Error(c.WriteError())
	}
}

// TestLastWordsBeforeClose: only a failed write calls for them, and only
// while the connection is watched.
func TestLastWordsBeforeClose(t *testing.T) {
	for _, test := range []struct {
		name     string
		writeErr error
		stop     bool
		want     int
	}{
		{"a good connection", nil, false, 0}, {"a failed write", syscall.ECONNRESET, false, 1}, {"after CONNACK", syscall.ECONNRESET, true, 0},
	} {
		a, b := net.Pipe()
		called := 0
		c := capture.NewConn(&script{Conn: a, in: a, writeErr: test.writeErr}, true, tlstest.Now, func() { called++ })
		if test.stop {
			c.Stop()
		}
		c.Write([]byte("x"))
		c.Close()
		b.Close()
		if called != test.want {
			t.Errorf("%s: %d times", test.name, called)
		}
	}
}

func TestAlertOutOfRealErrors(t *testing.T) {
	for _, code := range []byte{40, 70, 112, 116, 117, 200} {
		a, b := net.Pipe()
		go func() {
			io.ReadFull(b, make([]byte, 5))
			go io.Copy(io.Discard, b)
			b.Write([]byte{21, 3, 3, 0, 2, 2, code})
		}()
		err := tls.Client(a, &tls.Config{ServerName: "x"}).Handshake()
		from, got, ok := capture.Alert(err)
		if !ok || from != evidence.SideServer || got != code {
			t.Errorf("%d: %s %d %v (%v)", code, from, got, ok, err)
		}
		if how := capture.How(err); how != evidence.EndAlert {
			t.Errorf("%d: %s", code, how)
		}
		a.Close()
		b.Close()
	}
	for _, err := range []error{nil, io.EOF, errors.New("x"), &net.OpError{Op: "remote error", Err: errors.New("x")}, &net.OpError{Op: "read", Err: io.EOF}} {
		if _, _, ok := capture.Alert(err); ok {
			t.Errorf("an alert in %v", err)
		}
	}
}

func TestHow(t *testing.T) {
	op := func(err error) error {
		return &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", err)}
	}
	for _, test := range []struct {
		err  error
		want evidence.How
	}{
		{io.EOF, evidence.EndFIN}, {io.ErrUnexpectedEOF, evidence.EndFIN}, {op(syscall.ECONNRESET), evidence.EndReset},
		{op(syscall.EPIPE), evidence.EndReset}, {op(syscall.ECONNREFUSED), evidence.EndRefused},
		{op(syscall.EHOSTUNREACH), evidence.EndUnreachable}, {op(syscall.ENETUNREACH), evidence.EndUnreachable},
		{os.ErrDeadlineExceeded, evidence.EndTimeout}, {context.DeadlineExceeded, evidence.EndTimeout}, {op(syscall.ETIMEDOUT), evidence.EndTimeout},
		{&net.DNSError{Err: "no such host", IsNotFound: true}, evidence.EndUnknownHost},
		{&net.DNSError{Err: "timeout", IsTimeout: true}, evidence.EndTimeout},
		{tls.RecordHeaderError{Msg: "x"}, evidence.EndLocal}, {&tls.CertificateVerificationError{Err: io.EOF}, evidence.EndLocal},
		{errors.New("x"), evidence.EndOther},
	} {
		if got := capture.How(fmt.Errorf("wrapped: %w", test.err)); got != test.want {
			t.Errorf("%v: %s, want %s", test.err, got, test.want)
		}
	}
}

// exchange lets a client with these hooks meet a server.
func exchange(t *testing.T, client, server *tls.Config) error {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		b, err := l.Accept()
		if err != nil {
			return
		}
		tls.Server(b, server).Handshake()
		io.Copy(io.Discard, b)
		b.Close()
	}()
	a, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	a.SetDeadline(time.Now().Add(10 * time.Second))
	err = tls.Client(a, client).Handshake()
	a.Close()
	<-done
	return err
}

func identities() (ca, server, client *tlstest.Identity) {
	ca = tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Extensions: tlstest.CA()})
	server = tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker.lan"), Issuer: ca, Extensions: tlstest.Server(tlstest.DNS("broker.lan"))})
	other := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Other CA"), Extensions: tlstest.CA()})
	client = tlstest.Issue(tlstest.Template{Subject: tlstest.CN("client"), Issuer: other, Extensions: tlstest.Client()})
	return ca, server, client
}

// TestHooksSendTheCertificateAnyway: the server lists a CA that did not issue
// the client's certificate; crypto/tls alone would send none.
func TestHooksSendTheCertificateAnyway(t *testing.T) {
	ca, server, client := identities()
	pool := x509.NewCertPool()
	pool.AddCert(ca.Certificate)
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		var got int
		cfg := &tls.Config{MinVersion: version, MaxVersion: version, Certificates: []tls.Certificate{server.TLS()}, ClientAuth: tls.RequestClientCert,
			ClientCAs: pool, VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error { got = len(raw); return nil }}
		var hooks capture.Hooks
		c := &tls.Config{ServerName: "broker.lan", Certificates: []tls.Certificate{client.TLS()}}
		hooks.Install(c, func([]*x509.Certificate) error { return nil })
		if err := exchange(t, c, cfg); err != nil {
			t.Fatal(err)
		}
		seen := hooks.Seen()
		if got != 1 || seen.Request == nil || len(seen.Request.AcceptableCAs) != 1 || len(seen.Answer.Certificate) != 1 {
			t.Errorf("%s: %d certificates arrived, %+v", tls.VersionName(version), got, seen)
		}
		if len(seen.Chain) != 1 || seen.State == nil || seen.State.Version != version || seen.Verdict != nil {
			t.Errorf("%s: %+v", tls.VersionName(version), seen)
		}
	}
}

func TestHooksKeepTheVerdict(t *testing.T) {
	_, server, _ := identities()
	refusal := errors.New("refused")
	var hooks capture.Hooks
	c := &tls.Config{ServerName: "broker.lan"}
	asked := 0
	c.VerifyConnection = func(tls.ConnectionState) error { asked++; return nil }
	hooks.Install(c, func([]*x509.Certificate) error { return refusal })
	err := exchange(t, c, &tls.Config{Certificates: []tls.Certificate{server.TLS()}})
	if !errors.Is(err, refusal) || hooks.Seen().Verdict != refusal || asked != 0 {
		t.Errorf("%v, %+v, asked %d times", err, hooks.Seen().Verdict, asked)
	}
}

func TestHooksLeaveGoItsVerdict(t *testing.T) {
	_, server, _ := identities()
	var hooks capture.Hooks
	c := &tls.Config{ServerName: "broker.lan", RootCAs: x509.NewCertPool(), Time: tlstest.Now}
	hooks.Install(c, nil)
	err := exchange(t, c, &tls.Config{Certificates: []tls.Certificate{server.TLS()}})
	if c.InsecureSkipVerify || len(capture.Unverified(err)) != 1 {
		t.Errorf("%v", err)
	}
}

// TestFlowCanBeReadWhileItGrows is for the race detector.
func TestFlowCanBeReadWhileItGrows(t *testing.T) {
	c := capture.NewConn(&script{in: bytes.NewReader(make([]byte, 1<<16))}, true, tlstest.Now, nothing)
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 64)
		for {
			if _, err := c.Read(buf); err != nil {
				return
			}
			c.Write(buf)
		}
	}()
	for range 100 {
		record.Read(c.Flow())
	}
	<-done
}
