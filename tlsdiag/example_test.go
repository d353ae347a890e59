package tlsdiag_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/report"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// A program that makes its own connections asks for the finding when one of
// them fails. Here crypto/x509 judges the broker's certificate.
func ExampleWatch() {
	fault := tlstest.Expired()
	broker, err := fault.Listen(tls.VersionTLS13)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer broker.Close()

	w := tlsdiag.Watch(tlsdiag.Settings{Host: "broker.lan", Port: 8883, TLS: true, Now: tlstest.Now})
	raw, err := net.Dial("tcp", broker.Addr())
	if err != nil {
		w.Failed(tlsdiag.OpDial, err)
		return
	}
	defer raw.Close()
	cfg := &tls.Config{ServerName: "broker.lan", RootCAs: x509.NewCertPool(), Time: tlstest.Now}
	cfg.RootCAs.AppendCertsFromPEM(fault.Dial.Trust)
	w.Config(cfg, nil)
	if err := tls.Client(w.Conn(raw), cfg).Handshake(); err != nil {
		w.Failed(tlsdiag.OpHandshake, err)
	}
	if finding, ok := w.Finding(); ok {
		finding.Seen, finding.Hints = finding.Seen[:1], finding.Hints[:1] // the rest depends on the machine's clock
		fmt.Print(report.Text(finding, report.Options{Width: 80}))
	}
	// Output:
	// tls: the broker's certificate expired 3d 4h ago (notAfter 2026-11-20T09:00:00Z,
	//      this gateway's clock 2026-11-23T13:02:11Z)
	//   seen: broker's certificate: CN=broker.lan, SHA-256 94ba16d866749734…, sent by
	//         the broker
	//   fix:  broker: renew the certificate, then let the broker load it
	//           kill -HUP $(pidof mosquitto)
	//   id:   server-certificate-expired (sure)
}
