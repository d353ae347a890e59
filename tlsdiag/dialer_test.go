package tlsdiag_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/report"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// dialerFor is how a program meets a fault with a Dialer.
func dialerFor(t *testing.T, f tlstest.Fault, address string) *tlsdiag.Dialer {
	t.Helper()
	d := f.Dial
	now := tlstest.Now
	if !d.Now.IsZero() {
		now = func() time.Time { return d.Now }
	}
	dir := t.TempDir()
	dialer := &tlsdiag.Dialer{
		Trust: tlsdiag.Trust{OSCerts: d.OSCerts}, Plain: d.Plain, Now: now, BuildTime: d.Build, Timeout: 10 * time.Second,
		Config: &tls.Config{MinVersion: d.MinVersion, MaxVersion: d.MaxVersion, NextProtos: d.ALPN},
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, address)
		},
		Getenv: func(string) string { return dir + "/none" },
	}
	if f.Cause == "peer-silent" || f.Cause == "server-flight-stalled" {
		dialer.Timeout = time.Second // nothing more will come
	}
	if d.Trust != nil {
		dialer.Trust.CAFile = write(t, dir, "ca.crt", d.Trust)
	}
	if d.Chain != nil {
		dialer.CertFile = write(t, dir, "client.crt", tlstest.Bundle(d.Chain...))
		dialer.KeyFile = write(t, dir, "client.key", d.Chain[0].KeyPEM())
	}
	return dialer
}

// converse connects and exchanges CONNECT and CONNACK, as an MQTT client does.
func converse(d *tlsdiag.Dialer, address string, patience time.Duration) error {
	conn, err := d.DialContext(context.Background(), "tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	c := conn.(*tlsdiag.Conn)
	c.SetReadDeadline(time.Now().Add(patience))
	if _, err := c.Write(connect); err != nil {
		return c.Explain(err)
	}
	answer := make([]byte, 64)
	if _, err := io.ReadAtLeast(c, answer, 4); err != nil {
		return c.Explain(err)
	}
	if answer[0] != 0x20 {
		return c.Explain(errors.New("that is no CONNACK"))
	}
	return nil
}

// port is where a fault is met.
func port(f tlstest.Fault) string {
	switch {
	case f.Dial.Port != 0:
		return strconv.Itoa(f.Dial.Port)
	case f.Cause == "tls-to-plain-port", f.Cause == "plain-to-tls-port":
		return "1884"
	}
	return "8883"
}

// TestDialerNamesFaults runs programs of a Dialer into every fault.
func TestDialerNamesFaults(t *testing.T) {
	for _, f := range tlstest.Faults() {
		switch f.Cause {
		case "clock-ahead":
			continue // the kernel may know better than this test's clock
		case "client-intermediate-missing":
			continue // it is completed from the CA file, as OpenSSL does
		}
		if f.Dial.Checks.Pins != nil || f.Dial.Checks.CRL != nil {
			continue // a Dialer has neither pins nor revocation lists
		}
		for _, version := range f.Versions {
			t.Run(f.Cause+"-"+tls.VersionName(version), func(t *testing.T) {
				t.Parallel()
				l, err := f.Listen(version)
				if err != nil {
					t.Fatal(err)
				}
				defer l.Close()
				target := net.JoinHostPort(f.Dial.Host, port(f))
				err = converse(dialerFor(t, f, l.Addr()), target, patience(f.Cause))
				var failed *tlsdiag.Error
				if !errors.As(err, &failed) || failed.Finding.ID != f.Cause || failed.Evidence == nil || errors.Unwrap(failed) == nil {
					t.Fatalf("%v", err)
				}
				if !strings.HasSuffix(err.Error(), " ("+f.Cause+")") {
					t.Error(err)
				}
			})
		}
	}
}

// TestDialerIsSilentOnSuccess: no error, and nothing observed any more.
func TestDialerIsSilentOnSuccess(t *testing.T) {
	for _, f := range []tlstest.Fault{tlstest.Sound(), tlstest.Nameless(), tlstest.CommonNameOnly()} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			l, err := f.Listen(version)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			target := net.JoinHostPort(f.Dial.Host, "8883")
			conn, err := dialerFor(t, f, l.Addr()).DialContext(context.Background(), "tcp", target)
			if err != nil {
				t.Fatal(err)
			}
			c := conn.(*tlsdiag.Conn)
			if _, err := c.Write(connect); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(c, make([]byte, 4)); err != nil {
				t.Fatal(err)
			}
			later := errors.New("the session ended")
			if err := c.Explain(later); err != later {
				t.Error(err)
			}
			c.Close()
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
				t.Error(err)
			}
		}
	}
}

// TestDialerWithConfig lets crypto/tls judge by the program's own pool.
func TestDialerWithConfig(t *testing.T) {
	for _, test := range []struct {
		fault tlstest.Fault
		want  string
	}{
		{tlstest.Sound(), ""}, {tlstest.Expired(), "server-certificate-expired"}, {tlstest.IssuerNotTrusted(), "issuer-not-trusted"},
		{tlstest.WrongName(), "server-name-mismatch"}, {tlstest.ClientExpired(), "client-certificate-expired"},
	} {
		l, err := test.fault.Listen(tls.VersionTLS13)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		d := dialerFor(t, test.fault, l.Addr())
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(test.fault.Dial.Trust)
		d.Trust, d.Config = tlsdiag.Trust{}, &tls.Config{RootCAs: pool}
		// A name in the Common Name alone is not accepted by crypto/x509.
		err = converse(d, net.JoinHostPort(test.fault.Dial.Host, "8883"), time.Second)
		var failed *tlsdiag.Error
		switch {
		case test.want == "" && err != nil:
			t.Error(err)
		case test.want != "" && (!errors.As(err, &failed) || failed.Finding.ID != test.want):
			t.Errorf("%v, want %s", err, test.want)
		case test.want != "":
			text := report.Text(failed.Finding, report.Options{})
			if strings.Contains(text, "OpenSSL error") || strings.Contains(text, "system's CA store") || strings.Contains(text, "nothing") {
				t.Errorf("that was not seen:\n%s", text)
			}
		}
		if d.Config.ServerName != "" || d.Config.InsecureSkipVerify {
			t.Error("the program's configuration was changed")
		}
	}
}

// TestDialerReadsFiles: a file that cannot be used is named before anything is sent.
func TestDialerReadsFiles(t *testing.T) {
	dir := t.TempDir()
	d := &tlsdiag.Dialer{Trust: tlsdiag.Trust{CAFile: write(t, dir, "ca.crt", []byte("<html>"))}, Now: tlstest.Now,
		Dial: func(context.Context, string, string) (net.Conn, error) { panic("dialled") }}
	_, err := d.DialContext(context.Background(), "tcp", "broker.lan:8883")
	var failed *tlsdiag.Error
	if !errors.As(err, &failed) || failed.Finding.ID != "cafile-no-certificate" {
		t.Error(err)
	}
	d.Trust.CAFile, d.CertFile = "", write(t, dir, "client.crt", tlstest.Sound().Dial.Trust)
	if _, err := d.DialContext(context.Background(), "tcp", "broker.lan:8883"); !errors.As(err, &failed) || failed.Finding.ID != "certificate-without-key" {
		t.Error(err)
	}
}

// TestDialerLeavesErrorsAlone: what has nothing to do with TLS stays as it is.
func TestDialerLeavesErrorsAlone(t *testing.T) {
	var failed *tlsdiag.Error
	unknown := &net.DNSError{Err: "no such host", Name: "broker.lan", IsNotFound: true}
	d := &tlsdiag.Dialer{Now: tlstest.Now, Plain: true,
		Dial: func(context.Context, string, string) (net.Conn, error) { return nil, unknown }}
	if _, err := d.DialContext(context.Background(), "tcp", "broker.lan:8883"); err != unknown {
		t.Error(err)
	}
	for _, address := range []string{"broker.lan", "broker.lan:mqtt"} {
		if _, err := d.DialContext(context.Background(), "tcp", address); err == nil || errors.As(err, &failed) {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := new(tlsdiag.Dialer).DialContext(context.Background(), "tcp", "broker.lan:8883"); err == nil {
		t.Error("a Dialer without a clock dials")
	}
	f := tlstest.Silent()
	l, err := f.Listen(tls.VersionTLS12)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	silent := dialerFor(t, f, l.Addr())
	silent.Timeout = 0
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := silent.DialContext(ctx, "tcp", "broker.lan:8883"); !errors.Is(err, context.Canceled) || errors.As(err, &failed) {
		t.Error(err)
	}
	silent.Timeout = 50 * time.Millisecond
	_, err = silent.DialContext(context.Background(), "tcp", "broker.lan:8883")
	if timeout, ok := err.(interface{ Timeout() bool }); !ok || !timeout.Timeout() || !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// plainly dials a peer that says something and closes.
func plainly(t *testing.T, says string) *tlsdiag.Conn {
	t.Helper()
	here, there := net.Pipe()
	d := &tlsdiag.Dialer{Now: tlstest.Now, Plain: true, Dial: func(context.Context, string, string) (net.Conn, error) { return here, nil }}
	conn, err := d.DialContext(context.Background(), "tcp", "broker.lan:1884")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		io.WriteString(there, says)
		there.Close()
	}()
	t.Cleanup(func() { here.Close() })
	return conn.(*tlsdiag.Conn)
}

// TestFirstAnswer: what the broker says first decides whether a failure after
// it is TLS's, however many bytes a read takes.
func TestFirstAnswer(t *testing.T) {
	for _, test := range []struct{ says, want string }{
		{"", "plain-to-tls-port"}, {"\x15\x03\x03\x00\x02\x02\x46", "plain-to-tls-port"},
		{"\x20\x02\x00\x00", ""}, {"\x20\x03\x00\x00\x00", ""}, {"\x20\x80\x01\x00\x00\x7d\x1f", ""},
		{"\x20\x02\x00\x05", ""}, {"\x20\x02", ""}, {"\x20", ""}, {"\x20\xff\xff\xff\x7f\x00", ""}, {"\x20\x02\x07\x00", ""},
		{"\xf0\x02\x18\x00", ""}, {"\x30\x04", ""}, {"\x00", ""}, {"a line of some other protocol\r\n", ""},
		{"HTTP/1.1 400 Bad Request\r\n\r\n", "peer-is-http"}, {"AMQP\x00\x00\x09\x01", "peer-not-mqtt"},
	} {
		for _, slow := range []bool{false, true} {
			c := plainly(t, test.says)
			var r io.Reader = c
			if slow {
				r = iotest.OneByteReader(c)
			}
			var got bytes.Buffer
			_, err := got.ReadFrom(r)
			if err == nil {
				err = io.EOF // what ReadFrom hides
			}
			var failed *tlsdiag.Error
			if errors.As(err, &failed) != (test.want != "") || failed != nil && failed.Finding.ID != test.want {
				t.Errorf("%q, slow %v: %v, want %q", test.says, slow, err, test.want)
			}
			if got.String() != test.says {
				t.Errorf("%q was read as %q", test.says, got.String())
			}
		}
	}
}

// TestRefusedConnack: a refusal is explained where the certificate is the reason.
func TestRefusedConnack(t *testing.T) {
	f := tlstest.Nameless()
	l, err := f.Listen(tls.VersionTLS13)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := dialerFor(t, f, l.Addr()).DialContext(context.Background(), "tcp", net.JoinHostPort(f.Dial.Host, "8883"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// The listener takes every CONNECT; what refuses is put before it.
	c := conn.(*tlsdiag.Conn)
	c.Conn = answering{c.Conn, strings.NewReader("\x20\x02\x00\x05")}
	if _, err := io.ReadFull(c, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	var failed *tlsdiag.Error
	if err := c.Explain(errors.New("not authorised")); !errors.As(err, &failed) || failed.Finding.ID != "client-certificate-no-common-name" {
		t.Error(err)
	}
}

// answering is a connection that says something else.
type answering struct {
	net.Conn
	r io.Reader
}

func (a answering) Read(p []byte) (int, error) { return a.r.Read(p) }

// TestDeadlineIsNoFailure: a client may poll.
func TestDeadlineIsNoFailure(t *testing.T) {
	here, there := net.Pipe()
	defer there.Close()
	d := &tlsdiag.Dialer{Now: tlstest.Now, Plain: true, Dial: func(context.Context, string, string) (net.Conn, error) { return here, nil }}
	conn, err := d.DialContext(context.Background(), "tcp", "broker.lan:1884")
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadDeadline(time.Now().Add(-time.Second))
	var failed *tlsdiag.Error
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &failed) {
		t.Error(err)
	}
	conn.Close()
	if _, err := conn.Write([]byte("x")); err == nil || errors.As(err, &failed) {
		t.Error(err)
	}
}

// TestErrorIsOneSafeLine: names in certificates are the peer's choice.
func TestErrorIsOneSafeLine(t *testing.T) {
	err := &tlsdiag.Error{Finding: tlsdiag.Finding{ID: "server-name-mismatch", Headline: "for a\nb\x1b[2J"}, Err: syscall.ECONNRESET}
	if got := err.Error(); got != `connection reset by peer: for a\x0ab\x1b[2J (server-name-mismatch)` || !errors.Is(err, syscall.ECONNRESET) || err.Timeout() {
		t.Error(got)
	}
}
