package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/transport"
	"github.com/culex-mqtt/culex/tlsdiag/report"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// looked is what a probe of a fault printed.
type looked struct {
	exit     Exit
	text     string
	document report.ProbeDocument
}

// probeFault runs culex tlsdiag probe into a fault. Certificates are judged by the fault's clock; the host's name, which
// nobody looks up, leads to the listener.
func probeFault(t *testing.T, f tlstest.Fault, version uint16, more ...string) looked {
	t.Helper()
	l, err := f.Listen(version)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var out, errs bytes.Buffer
	env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Now: time.Now,
		LookupEnv: func(string) (string, bool) { return filepath.Join(t.TempDir(), "none"), true }}
	o, err := options.ParseProbe(append(faultOptions(t, f), more...), options.Environment{
		LookupEnv: func(string) (string, bool) { return "", false }, ReadFile: os.ReadFile,
		Stat: os.Stat, CheckFormat: checkFormat,
	})
	if err != nil {
		t.Fatal(err)
	}
	p := &prober{connector: env.connector(options.CommandProbe, options.AsCulex, &o.Client), o: o, progress: newProgress(env, true), glances: 1}
	clock := func() time.Time { return tlstest.Now() }
	if !f.Dial.Now.IsZero() {
		clock = func() time.Time { return f.Dial.Now }
	}
	d := &p.dialer
	d.Watch.Now, d.Watch.BuildTime, d.Watch.Program = clock, f.Dial.Build, "culex tlsdiag probe"
	if d.Watch.Port = f.Dial.Port; d.Watch.Port == 0 {
		d.Watch.Port = l.Port()
	}
	d.Port, d.Host = l.Port(), "127.0.0.1"
	if !f.Dial.Plain {
		settings := p.tlsOptions()
		settings.ServerName = f.Dial.Host
		if d.TLS, err = transport.NewTLS(settings, transport.Environment{Getenv: env.getenv, Now: clock}); err != nil {
			t.Fatal(err)
		}
	}
	got := looked{exit: p.look(context.Background()), text: out.String()}
	if errs.Len() > 0 {
		t.Errorf("stderr: %s", errs.String())
	}
	if err := json.Unmarshal(out.Bytes(), &got.document); o.Format == options.FormJSON && err != nil {
		t.Errorf("%v: %s", err, out.String())
	}
	return got
}

func faultOptions(t *testing.T, f tlstest.Fault) []string {
	t.Helper()
	dir := t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		written := tlstest.Now().AddDate(0, 0, -7)
		if err := os.Chtimes(path, written, written); err != nil {
			t.Fatal(err)
		}
		return path
	}
	args := []string{"-h", f.Dial.Host, "--connect-timeout", "0.3", "-i", "probe"}
	if f.Dial.Trust != nil {
		args = append(args, "--cafile", file("ca.crt", f.Dial.Trust))
	}
	if f.Dial.OSCerts {
		args = append(args, "--tls-use-os-certs")
	}
	if chain := f.Dial.Chain; chain != nil {
		args = append(args, "--cert", file("client.crt", tlstest.Bundle(chain...)), "--key", file("client.key", chain[0].KeyPEM()))
	}
	for _, name := range f.Dial.ALPN {
		args = append(args, "--tls-alpn", name)
	}
	for _, pin := range f.Dial.Checks.Pins {
		args = append(args, "--tls-pin", "sha256/"+base64.StdEncoding.EncodeToString(pin[:]))
	}
	if f.Dial.Checks.CRL != nil {
		args = append(args, "--crl-file", file("crl.pem", f.Dial.Checks.CRL))
	}
	if f.Dial.MinVersion == tls.VersionTLS13 {
		args = append(args, "--tls-version", "tlsv1.3")
	}
	return args
}

// TestProbeNamesFaults: what a probe says first of a fault is what the live layer says, or more precise.
func TestProbeNamesFaults(t *testing.T) {
	for _, f := range tlstest.Faults() {
		switch {
		case f.Cause == "server-tls-version-too-new":
			continue // no option lowers the newest version
		case f.Cause == "clock-ahead":
			continue // the kernel may know better than this test's clock
		case f.Cause == "client-intermediate-missing":
			continue // it is completed from the CA file, as OpenSSL does
		}
		for _, version := range f.Versions {
			t.Run(f.Cause+f.Variant+"-"+tls.VersionName(version), func(t *testing.T) {
				t.Parallel()
				more := []string{"--format", "json"}
				if f.Cause == "no-common-cipher-suite" {
					more = append(more, "--ciphers", "ECDHE+AESGCM")
				}
				got := probeFault(t, f, version, more...)
				if len(got.document.Failures) == 0 {
					t.Fatalf("nothing was found: %s", got.document.Trouble)
				}
				first := got.document.Failures[0]
				if first.Cause != f.Cause {
					t.Errorf("found %s: %s\n%s", first.Cause, first.Message, strings.Join(first.Seen, "\n"))
				}
				if got.exit.Code < int(options.StageFiles) || got.document.Sound {
					t.Errorf("exit %d, sound %v", got.exit.Code, got.document.Sound)
				}
			})
		}
	}
}

// TestProbeOfASoundBroker: nothing is wrong, and the report says what it saw.
func TestProbeOfASoundBroker(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		got := probeFault(t, tlstest.Sound(), version)
		if got.exit.Code != 0 || !strings.HasPrefix(got.text, "sound: ") || !strings.Contains(got.text, "CONNACK: accepted") {
			t.Errorf("exit %d\n%s", got.exit.Code, got.text)
		}
		for line := range strings.Lines(got.text) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
				t.Errorf("%d columns: %s", n, line)
			}
		}
	}
}

// TestNothingIsSentToAStranger: behind a certificate that is refused, and with files that cannot be used, no byte follows the
// handshake; above all no WebSocket request, which may hold a secret.
func TestNothingIsSentToAStranger(t *testing.T) {
	strange := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("localhost"), Extensions: tlstest.Server(tlstest.DNS("localhost"))})
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{strange.TLS()}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var handshakes, bytesRead atomic.Int64
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(10 * time.Second))
				if c.(*tls.Conn).Handshake() == nil {
					handshakes.Add(1)
					n, _ := io.Copy(io.Discard, c)
					bytesRead.Add(n)
				}
			})
		}
	})
	other := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(other, tlstest.IssuerNotTrusted().Dial.Trust, 0o600); err != nil {
		t.Fatal(err)
	}
	port := strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	for _, cafile := range []string{other, filepath.Join(t.TempDir(), "none")} {
		var out, errs bytes.Buffer
		env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Now: time.Now,
			LookupEnv: func(string) (string, bool) { return "", false }}
		exit := Probe(env, options.AsCulex, []string{"-h", "localhost", "-p", port, "--resolve", "localhost:" + port + ":127.0.0.1",
			"--cafile", cafile, "-u", "gw", "-P", "hunter2", "--ws", "--ws-header", "Authorization: hunter2"})
		if exit.Code < int(options.StageFiles) {
			t.Errorf("exit %d: %s%s", exit.Code, out.String(), errs.String())
		}
		if strings.Contains(out.String()+errs.String(), "hunter2") {
			t.Errorf("the secret is in the report: %s", out.String())
		}
	}
	l.Close()
	serving.Wait()
	if handshakes.Load() == 0 || bytesRead.Load() != 0 {
		t.Errorf("%d handshakes were completed, and %d bytes sent behind them", handshakes.Load(), bytesRead.Load())
	}
}
