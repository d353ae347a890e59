package capture_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/capture"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

var errRefused = errors.New("refused")

// codes are those with which OpenSSL refuses a certificate.
func codes() []byte { return []byte{42, 43, 44, 45, 46, 48, 51, 80} }

// meeting is one handshake of a client that refuses the server's certificate with a code, and what came of it.
type meeting struct {
	client *tls.Config
	code   byte // 0: the certificate is accepted
	// above and below are what crypto/tls wrote and what went on the wire.
	above, below bytes.Buffer
	sent         byte // what AlertSent says
	replaced     bool
}

// tap keeps a copy of what is written.
type tap struct {
	net.Conn
	copy *bytes.Buffer
}

func (c tap) Write(p []byte) (int, error) {
	c.copy.Write(p)
	return c.Conn.Write(p)
}

// at lets the client meet the server at an address.
func (m *meeting) at(t testing.TB, address string) error {
	t.Helper()
	raw, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	raw.SetDeadline(time.Now().Add(10 * time.Second))
	conn := capture.NewConn(tap{raw, &m.below}, true, tlstest.Now, nothing)
	var hooks capture.Hooks
	hooks.Install(m.client, func([]*x509.Certificate) error {
		if m.code == 0 {
			return nil
		}
		return fmt.Errorf("%w with %d", errRefused, m.code)
	})
	capture.ExactAlert(m.client, conn, func(err error) (byte, bool) { return m.code, errors.Is(err, errRefused) })
	err = tls.Client(tap{conn, &m.above}, m.client).Handshake()
	if err != nil {
		conn.DeliverAlert(5 * time.Second)
	}
	m.sent, m.replaced = conn.AlertSent()
	return err
}

// goServer serves handshakes and tells the error of each.
func goServer(t testing.TB, cfg *tls.Config) (address string, heard chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	heard = make(chan error, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.SetDeadline(time.Now().Add(10 * time.Second))
			heard <- tls.Server(c, cfg).Handshake()
			c.Close()
		}
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return l.Addr().String(), heard
}

func serverKey(suite string) tls.Certificate {
	template := tlstest.Template{Subject: tlstest.CN("broker.lan"), Extensions: tlstest.Server(tlstest.DNS("broker.lan"))}
	if !strings.Contains(suite, "ECDSA") {
		template.Key = tlstest.RSA(2048, 1)
	}
	return tlstest.Issue(template).TLS()
}

// TestExactAlertReachesGo: with every suite of TLS 1.2, and in TLS 1.3 with the one that Go servers choose.
func TestExactAlertReachesGo(t *testing.T) {
	try := func(t *testing.T, version uint16, suite *tls.CipherSuite, codes []byte) {
		cfg := &tls.Config{MinVersion: version, MaxVersion: version, Certificates: []tls.Certificate{serverKey(suite.Name)}, CipherSuites: []uint16{suite.ID}}
		address, heard := goServer(t, cfg)
		for _, code := range codes {
			m := meeting{code: code, client: &tls.Config{ServerName: "broker.lan", MinVersion: version, CipherSuites: cfg.CipherSuites}}
			if err := m.at(t, address); !errors.Is(err, errRefused) {
				t.Errorf("%s: %v", suite.Name, err)
			}
			want := "remote error: " + tls.AlertError(code).Error()
			if err := <-heard; err == nil || err.Error() != want {
				t.Errorf("%s: the server heard %q, want %q", suite.Name, err, want)
			}
			if m.sent != code || !m.replaced {
				t.Errorf("%s: AlertSent says %d, %v", suite.Name, m.sent, m.replaced)
			}
		}
	}
	for i, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		for _, version := range suite.SupportedVersions {
			all := codes()
			if i > 0 && version == tls.VersionTLS12 {
				all = all[i%len(all):][:1]
			}
			if version == tls.VersionTLS12 || suite.ID == tls.TLS_AES_128_GCM_SHA256 {
				try(t, version, suite, all)
			}
		}
	}
}

// TestExactAlertAfterRetry: after a HelloRetryRequest the alert is not behind a ChangeCipherSpec.
func TestExactAlertAfterRetry(t *testing.T) {
	address, heard := goServer(t, &tls.Config{Certificates: []tls.Certificate{serverKey("")}, CurvePreferences: []tls.CurveID{tls.CurveP521}})
	m := meeting{code: 46, client: &tls.Config{ServerName: "broker.lan"}}
	if err := m.at(t, address); !errors.Is(err, errRefused) || !m.replaced {
		t.Errorf("%v, replaced %v", err, m.replaced)
	}
	if err := <-heard; err == nil || err.Error() != "remote error: "+tls.AlertError(46).Error() {
		t.Errorf("the server heard %v", err)
	}
}

// TestOnlyTheAlertChanges compares what crypto/tls wrote with what went on the wire.
func TestOnlyTheAlertChanges(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		address, heard := goServer(t, &tls.Config{MaxVersion: version, Certificates: []tls.Certificate{serverKey("")}})
		for _, code := range []byte{0, 48} {
			m := meeting{code: code, client: &tls.Config{ServerName: "broker.lan"}}
			if err := m.at(t, address); (err != nil) != (code != 0) {
				t.Fatal(err)
			}
			<-heard
			above, below := records(t, m.above.Bytes()), records(t, m.below.Bytes())
			if len(above) != len(below) {
				t.Fatalf("%d records became %d", len(above), len(below))
			}
			last := len(above) - 1
			if code == 0 {
				last = len(above)
			}
			for i := range above {
				if same := bytes.Equal(above[i], below[i]); same != (i < last) {
					t.Errorf("%s, code %d: record %d: % x became % x", tls.VersionName(version), code, i, above[i], below[i])
				}
			}
			if code != 0 && len(above[last]) != len(below[last]) {
				t.Errorf("%d bytes became %d", len(above[last]), len(below[last]))
			}
		}
	}
}

// records cuts a stream at its record headers.
func records(t testing.TB, b []byte) [][]byte {
	t.Helper()
	var out [][]byte
	for len(b) > 0 {
		if len(b) < 5 || len(b) < 5+int(b[3])<<8+int(b[4]) {
			t.Fatalf("half a record: % x", b)
		}
		n := 5 + int(b[3])<<8 + int(b[4])
		out, b = append(out, b[:n]), b[n:]
	}
	return out
}

// TestKeyLogStays: the user's key log is the server's, whatever becomes of the handshake.
func TestKeyLogStays(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, code := range []byte{0, 48} {
			var ours, theirs bytes.Buffer
			address, heard := goServer(t, &tls.Config{MaxVersion: version, Certificates: []tls.Certificate{serverKey("")}, KeyLogWriter: &theirs})
			m := meeting{code: code, client: &tls.Config{ServerName: "broker.lan", KeyLogWriter: &ours}}
			m.at(t, address)
			<-heard
			// A server of TLS 1.3 is further ahead than a client that refuses, one of TLS 1.2 is behind it.
			lines := map[bool]int{true: 2, false: 4}[code != 0]
			if version == tls.VersionTLS12 {
				lines = map[bool]int{true: 0, false: 1}[code != 0]
			}
			if n := strings.Count(ours.String(), "\n"); n != lines {
				t.Errorf("%s, code %d: %d lines, want %d", tls.VersionName(version), code, n, lines)
			}
			for line := range strings.Lines(ours.String()) {
				if !strings.Contains(theirs.String(), line) {
					t.Errorf("%s, code %d: %q is not in the server's key log", tls.VersionName(version), code, line)
				}
			}
		}
	}
}

// TestKeyLogError: an error of the key log ends the handshake, as without ExactAlert.
func TestKeyLogError(t *testing.T) {
	address, heard := goServer(t, &tls.Config{Certificates: []tls.Certificate{serverKey("")}})
	r, w := io.Pipe()
	r.CloseWithError(os.ErrPermission)
	m := meeting{client: &tls.Config{ServerName: "broker.lan", KeyLogWriter: w}}
	if err := m.at(t, address); !errors.Is(err, os.ErrPermission) {
		t.Error(err)
	}
	<-heard
}

// TestAlertsThatStay: the caller has no better code, or it is not about the certificate at all.
func TestAlertsThatStay(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		address, heard := goServer(t, &tls.Config{MaxVersion: version, Certificates: []tls.Certificate{serverKey("")}})
		for _, other := range []func(*tls.Config){
			func(c *tls.Config) {
				c.VerifyConnection = func(tls.ConnectionState) error { return errors.New("another") }
			},
			func(c *tls.Config) {
				c.VerifyPeerCertificate = func([][]byte, [][]*x509.Certificate) error { return errors.New("another") }
			},
		} {
			m := meeting{client: &tls.Config{ServerName: "broker.lan"}}
			other(m.client)
			if err := m.at(t, address); err == nil || err.Error() != "another" || m.replaced {
				t.Errorf("%s: %v, replaced %v", tls.VersionName(version), err, m.replaced)
			}
			if err := <-heard; err == nil || err.Error() != "remote error: tls: bad certificate" {
				t.Errorf("%s: the server heard %v", tls.VersionName(version), err)
			}
		}
	}
}

// slow is a connection on which every record is written by itself, one after another.
type slow struct{ net.Conn }

func (c slow) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := min(len(rest), 5+int(rest[3])<<8+int(rest[4]))
		if _, err := c.Conn.Write(rest[:n]); err != nil {
			return len(p) - len(rest), err
		}
		time.Sleep(10 * time.Millisecond)
		rest = rest[n:]
	}
	return len(p), nil
}

// TestDeliverAlert: a server that is still writing when its certificate is refused reads the alert all the same.
func TestDeliverAlert(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	heard := make(chan error, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			heard <- err
			return
		}
		defer c.Close()
		heard <- tls.Server(slow{c}, &tls.Config{Certificates: []tls.Certificate{serverKey("")}}).Handshake()
	}()
	defer l.Close()
	m := meeting{code: 45, client: &tls.Config{ServerName: "broker.lan"}}
	if err := m.at(t, l.Addr().String()); !errors.Is(err, errRefused) {
		t.Error(err)
	}
	if err := <-heard; err == nil || err.Error() != "remote error: tls: expired certificate" {
		t.Errorf("the server heard %v", err)
	}
}

// TestDeliverAlertIsBounded: by its limit with a server that keeps the connection, and by nothing where nothing was refused.
func TestDeliverAlertIsBounded(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	cfg := &tls.Config{ServerName: "broker.lan", VerifyConnection: func(tls.ConnectionState) error { return errRefused }}
	conn := capture.NewConn(a, true, tlstest.Now, nothing)
	conn.DeliverAlert(time.Hour)
	capture.ExactAlert(cfg, conn, func(error) (byte, bool) { return 48, true })
	if err := cfg.VerifyConnection(tls.ConnectionState{}); !errors.Is(err, errRefused) {
		t.Fatal(err)
	}
	conn.DeliverAlert(10 * time.Millisecond)
	conn.Stop()
	conn.DeliverAlert(time.Hour)
}

// BenchmarkHandshake tells what ExactAlert costs a connection in which nothing is wrong.
func BenchmarkHandshake(b *testing.B) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		for _, exact := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/exact=%v", tls.VersionName(version), exact), func(b *testing.B) {
				cfg := &tls.Config{MaxVersion: version, Certificates: []tls.Certificate{serverKey("ECDSA")}, SessionTicketsDisabled: true}
				address, heard := goServer(b, cfg)
				b.ReportAllocs()
				for b.Loop() {
					handshake(b, address, exact)
					if err := <-heard; err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func handshake(b *testing.B, address string, exact bool) {
	raw, err := net.Dial("tcp", address)
	if err != nil {
		b.Fatal(err)
	}
	defer raw.Close()
	conn := capture.NewConn(raw, true, tlstest.Now, nothing)
	cfg := &tls.Config{ServerName: "broker.lan"}
	var hooks capture.Hooks
	hooks.Install(cfg, func([]*x509.Certificate) error { return nil })
	if exact {
		capture.ExactAlert(cfg, conn, func(error) (byte, bool) { return 48, true })
	}
	if err := tls.Client(conn, cfg).Handshake(); err != nil {
		b.Fatal(err)
	}
}
