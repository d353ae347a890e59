package tlsdiag_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/report"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// patience is how long the client of these tests waits for anything. It gives
// up soon only where nothing will come.
func patience(cause string) time.Duration {
	switch cause {
	case "no-connack", "peer-silent", "server-flight-stalled":
		return 200 * time.Millisecond
	}
	return 10 * time.Second
}

// connect is the CONNECT of MQTT 3.1.1 with the client identifier "t".
var connect = []byte("\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01t")

// client meets a fault as the real program does.
type client struct {
	watcher  *tlsdiag.Watcher
	settings tlsdiag.Settings
	store    *certs.Store
	dial     tlstest.Dial
	now      func() time.Time
	patience time.Duration
	dir      string
	// keys is where the secrets of TLS go; nil for nowhere.
	keys *bytes.Buffer
	// localPort is the port that was dialled from.
	localPort int
}

func newClient(t testing.TB, f tlstest.Fault, port int) *client {
	t.Helper()
	dir, d := t.TempDir(), f.Dial
	c := &client{dial: d, store: certs.NewStore(), now: tlstest.Now, patience: patience(f.Cause), dir: dir}
	if !d.Now.IsZero() {
		c.now = func() time.Time { return d.Now }
	}
	if d.Port != 0 {
		port = d.Port
	}
	s := tlsdiag.Settings{
		Host: d.Host, Port: port, TLS: !d.Plain, Program: "mosquitto_pub", Now: c.now, BuildTime: d.Build,
		Getenv: func(string) string { return filepath.Join(dir, "none") },
	}
	s.Policy = tlsdiag.Policy{MinVersion: d.MinVersion, ALPN: d.ALPN, SecurityLevel: 2, Pins: d.Checks.Pins}
	if d.Trust != nil {
		s.Trust.CAFile = write(t, dir, "ca.crt", d.Trust)
		if err := c.store.AddFile(s.Trust.CAFile); err != nil {
			t.Fatal(err)
		}
	}
	if d.OSCerts {
		s.Trust.OSCerts = true
		c.store.AddSystem(s.Getenv)
	}
	if d.Checks.CRL != nil {
		s.CRLFiles = []string{write(t, dir, "crl.pem", d.Checks.CRL)}
		if err := c.store.AddCRLFile(s.CRLFiles[0]); err != nil {
			t.Fatal(err)
		}
	}
	if d.Chain != nil {
		s.CertFile = write(t, dir, "client.crt", tlstest.Bundle(d.Chain...))
		s.KeyFile = write(t, dir, "client.key", d.Chain[0].KeyPEM())
	}
	c.settings = s
	c.watcher = tlsdiag.Watch(s)
	return c
}

func write(t testing.TB, dir, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	// The clock of these tests stands still: no file may be from its future.
	written := tlstest.Now().AddDate(0, 0, -7)
	if err := os.Chtimes(path, written, written); err != nil {
		t.Fatal(err)
	}
	return path
}

// config is culex's own: 1.2 unless more is asked for, and a small ClientHello.
func (c *client) config() *tls.Config {
	cfg := &tls.Config{
		ServerName: c.dial.Host, MinVersion: max(c.dial.MinVersion, tls.VersionTLS12), MaxVersion: c.dial.MaxVersion,
		NextProtos: c.dial.ALPN, CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521},
	}
	if c.keys != nil {
		cfg.KeyLogWriter = c.keys
	}
	if chain := c.dial.Chain; chain != nil {
		cfg.Certificates = []tls.Certificate{chain[0].TLS(chain[1:]...)}
	}
	return cfg
}

func (c *client) verify(chain []*x509.Certificate) error {
	_, err := certs.Verify(chain, certs.Options{Store: c.store, Host: c.dial.Host, Now: c.now(), SecurityLevel: 2, Pins: c.dial.Checks.Pins})
	return err
}

// run connects until CONNACK or until something fails.
func (c *client) run(address string) error {
	w := c.watcher
	raw, err := net.DialTimeout("tcp", address, 10*time.Second)
	if err != nil {
		w.Failed(tlsdiag.OpDial, err)
		return err
	}
	defer raw.Close()
	c.localPort = raw.LocalAddr().(*net.TCPAddr).Port
	raw.SetDeadline(time.Now().Add(c.patience))
	conn := w.Conn(raw)
	if !c.dial.Plain {
		cfg := c.config()
		w.Config(cfg, c.verify)
		w.ExactAlert(cfg)
		tc := tls.Client(conn, cfg)
		if err := tc.Handshake(); err != nil {
			w.Failed(tlsdiag.OpHandshake, err)
			return err
		}
		w.Handshaked(tc)
		conn = tc
	}
	return c.mqtt(conn)
}

func (c *client) mqtt(conn net.Conn) error {
	if _, err := conn.Write(connect); err != nil {
		c.watcher.Failed(tlsdiag.OpWrite, err)
		return err
	}
	buf := make([]byte, 256)
	n, err := conn.Read(buf)
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		c.watcher.Failed(tlsdiag.OpConnack, err)
		return err
	case err != nil:
		c.watcher.Failed(tlsdiag.OpRead, err)
		return err
	case n < 4 || buf[0] != 0x20:
		err := errors.New("not a CONNACK")
		c.watcher.NotConnack(buf[:n])
		c.watcher.Failed(tlsdiag.OpRead, err)
		return err
	}
	c.watcher.Stop()
	return nil
}

// meet runs a client into a fault.
func meet(t testing.TB, f tlstest.Fault, version uint16) *client {
	t.Helper()
	l, err := f.Listen(version)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c := newClient(t, f, l.Port())
	if err := c.run(l.Addr()); err == nil && f.Cause != "" {
		t.Fatalf("the connection succeeded")
	}
	return c
}

func TestFaultsAreNamed(t *testing.T) {
	for i, f := range tlstest.Faults() {
		for _, version := range f.Versions {
			t.Run(fmt.Sprintf("%02d-%s-%s", i, f.Cause, tls.VersionName(version)), func(t *testing.T) {
				t.Parallel()
				c := meet(t, f, version)
				found, ok := c.watcher.Finding()
				if f.Cause == "clock-ahead" {
					// The kernel's opinion is about its own clock, not about this one.
					s := *c.watcher.Evidence()
					s.Local.Clock.Synchronised = evidence.NotObserved
					found, ok = cause.Find(&s)
				}
				text := report.Text(found, report.Options{Width: 100})
				if !ok || found.ID != f.Cause {
					t.Errorf("found %q, want %q\n%s%+v", found.ID, f.Cause, text, c.watcher.Evidence().End)
				}
				if len(found.Hints) == 0 || len(found.Hints) > 3 || len(found.Seen) == 0 {
					t.Errorf("%d hints, %d facts\n%s", len(found.Hints), len(found.Seen), text)
				}
				if testing.Verbose() {
					t.Log("\n" + text)
				}
			})
		}
	}
}

func TestSoundIsSilent(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		c := meet(t, tlstest.Sound(), version)
		if found, ok := c.watcher.Finding(); ok {
			t.Errorf("%s: %s", tls.VersionName(version), found.Headline)
		}
	}
}
