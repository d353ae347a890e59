package tlsdiag_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// numbers are verdicts, one for each alert that OpenSSL has for them.
func numbers() []certs.ErrorNumber {
	return []certs.ErrorNumber{certs.HostnameMismatch, certs.InvalidPurpose, certs.CertRevoked, certs.CertHasExpired,
		certs.PermittedViolation, certs.UnableToGetIssuerCertLocally, certs.CertSignatureFailure}
}

// hearAlerts: whatever the verdict on its certificate, the server learns the alert that OpenSSL would send, and the evidence
// has the same one.
func (s *stack) hearAlerts(t *testing.T, starter starter, chain []*tlstest.Identity) {
	services := []service{{version: tls.VersionTLS12, chain: chain}, {version: tls.VersionTLS13, chain: chain}}
	if s.aes256 != "" {
		services = append(services, service{version: tls.VersionTLS13, chain: chain, ciphers: s.aes256})
	}
	for _, service := range services {
		server := starter(t, service)
		for _, n := range numbers() {
			e := refuse(t, server.port, &certs.VerifyError{Number: n})
			server.hears(t, s.names(int(n.Alert())))
			if a := e.Flow.Decisive(); a == nil || a.Code != int(n.Alert()) || a.From != evidence.SideClient {
				t.Errorf("%d: the evidence has %+v", n, a)
			}
		}
	}
}

// refuse lets a client refuse the certificate of the server on a port.
func refuse(t *testing.T, port int, verdict error) *evidence.Session {
	t.Helper()
	c := newClient(t, tlstest.Fault{Dial: newPlant().trusting()}, port)
	raw, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	raw.SetDeadline(time.Now().Add(c.patience))
	conn, cfg := c.watcher.Conn(raw), c.config()
	c.watcher.Config(cfg, func([]*x509.Certificate) error { return verdict })
	c.watcher.ExactAlert(cfg)
	if err = tls.Client(conn, cfg).Handshake(); !errors.Is(err, verdict) {
		t.Fatal(err)
	}
	c.watcher.Failed(tlsdiag.OpHandshake, err)
	return c.watcher.Evidence()
}

// TestOtherRefusalsStay: an error of the caller's own has no code of OpenSSL's.
func TestOtherRefusalsStay(t *testing.T) {
	for _, verdict := range []error{errors.New("not this one"), &certs.VerifyError{Number: certs.Unspecified}} {
		starter := beginGo(t, nil)
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			server := starter(t, service{version: version, chain: newPlant().server(tlstest.Template{})})
			e := refuse(t, server.port, verdict)
			server.hears(t, "remote error: tls: bad certificate")
			if a := e.Flow.Decisive(); a == nil || a.Code != record.BadCertificate {
				t.Errorf("%v: the evidence has %+v", verdict, a)
			}
		}
	}
}
