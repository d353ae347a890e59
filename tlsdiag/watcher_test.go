package tlsdiag_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// TestLastWordsAreHeard: the broker's alert arrived, and then a reset made the
// write of CONNECT fail. One more read still gets the alert, whether the
// program tells the watcher first or closes the connection first.
func TestLastWordsAreHeard(t *testing.T) {
	for _, closeFirst := range []bool{false, true} {
		f := tlstest.CertificateRequired()
		l, err := f.Listen(tls.VersionTLS13)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		c := newClient(t, f, l.Port())
		raw, err := net.Dial("tcp", l.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer raw.Close()
		broken := &breaking{Conn: raw}
		cfg := c.config()
		c.watcher.Config(cfg, c.verify)
		tc := tls.Client(c.watcher.Conn(broken), cfg)
		if err := tc.Handshake(); err != nil {
			t.Fatal(err)
		}
		c.watcher.Handshaked(tc)
		broken.breakNow()
		_, err = tc.Write(connect)
		if !errors.Is(err, syscall.ECONNRESET) {
			t.Fatal(err)
		}
		if closeFirst {
			tc.Close()
		}
		c.watcher.Failed(tlsdiag.OpWrite, err)
		found, ok := c.watcher.Finding()
		if !ok || found.ID != "client-certificate-required" || found.Confidence != "sure" {
			t.Errorf("close first %v: %+v", closeFirst, found)
		}
		s := c.watcher.Evidence()
		if s.End.How != evidence.EndAlert || len(s.End.Later) != 1 || s.End.Later[0].Op != evidence.OpWrite {
			t.Errorf("close first %v: %+v", closeFirst, s.End)
		}
	}
}

// breaking is a connection whose writes fail from some moment on.
type breaking struct {
	net.Conn
	mu     sync.Mutex
	broken bool
}

func (b *breaking) breakNow() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = true
}

func (b *breaking) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken {
		return 0, &net.OpError{Op: "write", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return b.Conn.Write(p)
}

// TestSeveralGoroutines is for the race detector: a reader and a writer fail
// at the same time while a third asks.
func TestSeveralGoroutines(t *testing.T) {
	c := meet(t, tlstest.NoConnack(), tls.VersionTLS13)
	var wg sync.WaitGroup
	for _, op := range []tlsdiag.Op{tlsdiag.OpRead, tlsdiag.OpWrite} {
		wg.Go(func() { c.watcher.Failed(op, io.EOF) })
		wg.Go(func() { c.watcher.Finding() })
		wg.Go(func() { c.watcher.Warning() })
	}
	wg.Wait()
	if n := len(c.watcher.Evidence().End.Later); n != 2 {
		t.Errorf("%d later failures", n)
	}
}

// TestStoppedFindsNothing: a connection that the broker accepted may end as it
// will.
func TestStoppedFindsNothing(t *testing.T) {
	c := meet(t, tlstest.Sound(), tls.VersionTLS13)
	c.watcher.Failed(tlsdiag.OpRead, io.EOF)
	c.watcher.Failed(tlsdiag.OpWrite, syscall.ECONNRESET)
	if f, ok := c.watcher.Finding(); ok {
		t.Errorf("%s: %s", f.ID, f.Headline)
	}
	if f, ok := c.watcher.Warning(); ok {
		t.Errorf("%s: %s", f.ID, f.Headline)
	}
}

func TestNothingFailed(t *testing.T) {
	w := tlsdiag.Watch(tlsdiag.Settings{Host: "broker.lan", Port: 8883, TLS: true, Now: tlstest.Now})
	if f, ok := w.Finding(); ok {
		t.Errorf("%+v", f)
	}
	w.Failed(tlsdiag.OpRead, nil)
	if f, ok := w.Finding(); ok {
		t.Errorf("%+v", f)
	}
	if f, ok := w.Warning(); ok {
		t.Errorf("%+v", f)
	}
}

func TestWarnings(t *testing.T) {
	if f, ok := meet(t, tlstest.CommonNameOnly(), tls.VersionTLS13).watcher.Warning(); !ok || f.ID != "name-in-common-name-only" {
		t.Errorf("%+v", f)
	}
	if f, ok := meet(t, tlstest.Sound(), tls.VersionTLS13).watcher.Warning(); ok {
		t.Errorf("%+v", f)
	}
}

// TestGoVerdict lets crypto/x509 judge, as a program does that uses its own
// tls.Config; the causes are the same where the facts are.
func TestGoVerdict(t *testing.T) {
	for _, test := range []struct {
		fault tlstest.Fault
		want  string
	}{
		{tlstest.Expired(), "server-certificate-expired"}, {tlstest.NotYetValid(), "server-certificate-not-yet-valid"},
		{tlstest.IssuerNotTrusted(), "issuer-not-trusted"}, {tlstest.SelfSigned(), "server-self-signed"},
		{tlstest.AddressNotNamed(), "server-name-is-address"}, {tlstest.Purposes(), "server-certificate-purpose"},
		{tlstest.CriticalExtension(), "unknown-critical-extension"},
	} {
		l, err := test.fault.Listen(tls.VersionTLS13)
		if err != nil {
			t.Fatal(err)
		}
		c := newClient(t, test.fault, l.Port())
		raw, err := net.Dial("tcp", l.Addr())
		if err != nil {
			t.Fatal(err)
		}
		cfg := c.config()
		cfg.Time, cfg.RootCAs = tlstest.Now, x509.NewCertPool()
		cfg.RootCAs.AppendCertsFromPEM(test.fault.Dial.Trust)
		c.watcher.Config(cfg, nil)
		err = tls.Client(c.watcher.Conn(raw), cfg).Handshake()
		c.watcher.Failed(tlsdiag.OpHandshake, err)
		raw.Close()
		l.Close()
		found, _ := c.watcher.Finding()
		if found.ID != test.want {
			t.Errorf("found %q, want %q (%v)", found.ID, test.want, err)
		}
		if text := strings.Join(found.Seen, "\n"); strings.Contains(text, "OpenSSL error") {
			t.Errorf("%s: OpenSSL is said to have judged:\n%s", found.ID, text)
		}
	}
}

// TestNoSecrets: neither a password that was sent in the clear nor a key
// stands in the evidence.
func TestNoSecrets(t *testing.T) {
	f := tlstest.TLSPort()
	l, err := f.Listen(tls.VersionTLS12)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := newClient(t, f, l.Port())
	raw, err := net.Dial("tcp", l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	conn := c.watcher.Conn(raw)
	conn.Write([]byte("\x10\x1d\x00\x04MQTT\x04\xc2\x00\x3c\x00\x01t\x00\x05admin\x00\x07hunter2"))
	_, err = conn.Read(make([]byte, 16))
	c.watcher.Failed(tlsdiag.OpRead, err)
	if text := string(indented(t, c.watcher.Evidence())); strings.Contains(text, "hunter2") || strings.Contains(text, "admin") {
		t.Error(text)
	}
}

// BenchmarkHandshake compares a handshake alone with one that is watched.
func BenchmarkHandshake(b *testing.B) {
	f := tlstest.Sound()
	l, err := f.Listen(tls.VersionTLS13)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(f.Dial.Trust)
	for _, watched := range []bool{false, true} {
		name := map[bool]string{false: "alone", true: "watched"}[watched]
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				raw, err := net.Dial("tcp", l.Addr())
				if err != nil {
					b.Fatal(err)
				}
				cfg := &tls.Config{ServerName: f.Dial.Host, RootCAs: pool, Time: tlstest.Now}
				conn := raw
				w := tlsdiag.Watch(tlsdiag.Settings{Host: f.Dial.Host, TLS: true, Now: tlstest.Now})
				if watched {
					w.Config(cfg, nil)
					conn = w.Conn(raw)
				}
				tc := tls.Client(conn, cfg)
				if err := tc.Handshake(); err != nil {
					b.Fatal(err)
				}
				w.Handshaked(tc)
				w.Stop()
				raw.Close()
			}
		})
	}
}
