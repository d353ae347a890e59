package tlsdiag_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/report"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// setup is a real mosquitto and a client that runs into a fault of it.
type setup struct {
	id string
	// chain is the broker's, its own certificate first.
	chain []*tlstest.Identity
	// conf is what stands in the listener's section besides the certificate; CAFILE is replaced.
	conf string
	// clientCA is what the broker's cafile holds.
	clientCA []*tlstest.Identity
	// openssl is the broker's OPENSSL_CONF, if it has one.
	openssl string
	// speaks is the broker's only version of TLS; 0 for those that it is dialled with.
	speaks uint16
	plain  bool
	dial   tlstest.Dial
	change func(*tlsdiag.Settings)
}

func setups() []setup {
	ca, server, client := tlstest.TutorialPKI("localhost", "client")
	_, misnamed, _ := tlstest.TutorialPKI("server", "client")
	sameCA := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("localhost"), Key: tlstest.RSA(2048, 1)})
	same := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("localhost"), Issuer: sameCA, Key: tlstest.RSA(2048, 2)})
	sameClient := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("ca"), Issuer: ca, Key: tlstest.RSA(2048, 3)})
	fleet := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("fleet"), Key: tlstest.RSA(2048, 4)})
	foreign := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("client"), Issuer: fleet, Key: tlstest.RSA(2048, 3)})
	expired := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("client"), Issuer: ca, Key: tlstest.RSA(2048, 3),
		NotAfter: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)})
	wrong := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("client"), Issuer: ca, Key: tlstest.RSA(2048, 3), Extensions: tlstest.Server()})

	dial := func(host string, chain ...*tlstest.Identity) tlstest.Dial {
		return tlstest.Dial{Host: host, Trust: ca.CertPEM(), Chain: chain}
	}
	const require = "cafile CAFILE\nrequire_certificate true\n"
	one := []*tlstest.Identity{server}
	cas := []*tlstest.Identity{ca}
	return []setup{
		{id: "", chain: one, dial: dial("localhost")},
		{id: "", chain: one, conf: require, clientCA: cas, dial: dial("localhost", client)},
		{id: "ca-and-server-same-subject", chain: []*tlstest.Identity{same}, dial: tlstest.Dial{Host: "localhost", Trust: sameCA.CertPEM()}},
		{id: "server-name-mismatch", chain: []*tlstest.Identity{misnamed}, dial: dial("localhost")},
		{id: "capath-is-file", chain: one, dial: dial("localhost"), change: func(s *tlsdiag.Settings) {
			s.Trust.CAPath, s.Trust.CAFile = s.Trust.CAFile, ""
		}},
		{id: "client-certificate-required", chain: one, conf: require, clientCA: cas, dial: dial("localhost")},
		{id: "client-certificate-same-subject", chain: one, conf: require, clientCA: cas, dial: dial("localhost", sameClient)},
		{id: "client-issuer-not-trusted", chain: one, conf: require, clientCA: cas, dial: dial("localhost", foreign)},
		{id: "client-certificate-expired", chain: one, conf: require, clientCA: cas, dial: dial("localhost", expired)},
		{id: "client-certificate-purpose", chain: one, conf: require, clientCA: cas, dial: dial("localhost", wrong)},
		{id: "client-tls-version-too-new", chain: one, openssl: "MaxProtocol = TLSv1.2", speaks: tls.VersionTLS12,
			dial: tlstest.Dial{Host: "localhost", Trust: ca.CertPEM(), MinVersion: tls.VersionTLS13}},
		{id: "server-tls-version-too-new", chain: one, conf: "tls_version tlsv1.3\n", speaks: tls.VersionTLS13,
			dial: tlstest.Dial{Host: "localhost", Trust: ca.CertPEM(), MaxVersion: tls.VersionTLS12}},
		{id: "tls-to-plain-port", plain: true, dial: dial("localhost")},
		{id: "plain-to-tls-port", chain: one, dial: tlstest.Dial{Host: "localhost", Plain: true}},
	}
}

// versions are those of TLS that a setup is run with.
func (s setup) versions() []uint16 {
	return slices.DeleteFunc([]uint16{tls.VersionTLS12, tls.VersionTLS13}, func(v uint16) bool {
		return s.dial.MinVersion > v || s.dial.MaxVersion != 0 && s.dial.MaxVersion < v
	})
}

// TestMosquitto runs into the faults of a real broker, with both versions of TLS.
func TestMosquitto(t *testing.T) {
	for i, s := range setups() {
		for _, version := range s.versions() {
			t.Run(fmt.Sprintf("%02d-%s-%s", i, s.id, tls.VersionName(version)), func(t *testing.T) {
				t.Parallel()
				s := s
				s.dial.MaxVersion = version
				port := mosquitto(t, s)
				c := newClient(t, tlstest.Fault{Cause: s.id, Dial: s.dial}, port)
				if s.change != nil {
					s.change(&c.settings)
					c.watcher, c.store = tlsdiag.Watch(c.settings), certs.NewStore()
				}
				c.run(fmt.Sprintf("127.0.0.1:%d", port))
				found, ok := c.watcher.Finding()
				if ok != (s.id != "") || found.ID != s.id {
					t.Errorf("found %q, want %q\n%s", found.ID, s.id, report.Text(found, report.Options{}))
				}
				if s.id != "" && found.Confidence != "sure" {
					t.Logf("%s: %s", found.ID, found.Confidence)
				}
			})
		}
	}
}

// mosquitto starts a broker and returns its port. It is stopped with the test.
func mosquitto(t *testing.T, s setup) int {
	t.Helper()
	path, err := exec.LookPath("mosquitto")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("mosquitto is not installed")
	}
	dir := t.TempDir()
	var log *logbook
	for range 5 {
		log = new(logbook)
		port := freePort(t)
		cmd := exec.Command(path, "-c", brokerConfig(t, dir, port, s))
		cmd.Stdout, cmd.Stderr = log, log
		cmd.Env = append(os.Environ(), "OPENSSL_CONF="+opensslConf(t, dir, s.openssl))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error, 1)
		go func() { done <- cmd.Wait() }()
		if log.running(done) {
			t.Cleanup(func() {
				cmd.Process.Kill()
				<-done
			})
			return port
		}
		cmd.Process.Kill()
		<-done
	}
	t.Fatalf("mosquitto does not start: %s", log.String())
	return 0
}

func brokerConfig(t *testing.T, dir string, port int, s setup) string {
	t.Helper()
	conf := fmt.Sprintf("user root\nlistener %d 127.0.0.1\nallow_anonymous true\n", port)
	if !s.plain {
		conf += fmt.Sprintf("certfile %s\nkeyfile %s\n", write(t, dir, "server.crt", tlstest.Bundle(s.chain...)),
			write(t, dir, "server.key", s.chain[0].KeyPEM()))
	}
	conf += strings.ReplaceAll(s.conf, "CAFILE", write(t, dir, "clients.crt", tlstest.Bundle(s.clientCA...)))
	return write(t, dir, "mosquitto.conf", []byte(conf))
}

func opensslConf(t *testing.T, dir, setting string) string {
	t.Helper()
	return write(t, dir, "openssl.cnf", []byte("openssl_conf = init\n[init]\nssl_conf = ssl\n[ssl]\nsystem_default = default\n"+
		"[default]\nCipherString = DEFAULT:@SECLEVEL=2\n"+setting+"\n"))
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// logbook is what a broker logs.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write adds to it.
func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String returns all of it.
func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// running waits until the broker has opened its port, or has ended: another
// test may have got that port in the meantime.
func (l *logbook) running(done chan error) bool {
	for range 500 {
		select {
		case err := <-done:
			done <- err
			return false
		case <-time.After(20 * time.Millisecond):
		}
		if strings.Contains(l.String(), " running\n") {
			return true
		}
	}
	return false
}
