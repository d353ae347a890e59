package tlsdiag_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/eclipse/paho.golang/autopaho"
	"github.com/eclipse/paho.golang/packets"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/report"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// A program that uses paho.golang lets a Dialer make its connections. The
// broker of this example requires a client certificate, and under TLS 1.3 it
// says so only after the handshake: the MQTT client would report a read error
// with an alert.
func ExampleDialer() {
	fault := tlstest.CertificateRequired()
	broker, err := fault.Listen(tls.VersionTLS13)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer broker.Close()
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	caFile := filepath.Join(dir, "ca.crt")
	if err := os.WriteFile(caFile, fault.Dial.Trust, 0o600); err != nil {
		fmt.Println(err)
		return
	}

	dialer := &tlsdiag.Dialer{
		Trust:   tlsdiag.Trust{CAFile: caFile},
		Timeout: 10 * time.Second,
		Now:     tlstest.Now, // a program has time.Now here
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) { // and leaves this out
			return new(net.Dialer).DialContext(ctx, network, broker.Addr())
		},
	}
	failed := make(chan error, 1)
	var conn net.Conn // of the latest attempt
	server, _ := url.Parse("mqtts://broker.lan:8883")
	config := autopaho.ClientConfig{
		ServerUrls: []*url.URL{server},
		AttemptConnection: func(ctx context.Context, _ autopaho.ClientConfig, u *url.URL) (net.Conn, error) {
			var err error
			if conn, err = dialer.DialContext(ctx, "tcp", u.Host); err != nil {
				return nil, err
			}
			return packets.NewThreadSafeConn(conn), nil
		},
		OnConnectError: func(err error) {
			if c, ok := conn.(*tlsdiag.Conn); ok {
				err = c.Explain(err) // what the MQTT client found itself, such as a time-out
			}
			select {
			case failed <- err:
			default: // it tries again for ever
			}
		},
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	manager, err := autopaho.NewConnection(ctx, config)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = <-failed
	cancel()
	<-manager.Done()

	var known *tlsdiag.Error
	if !errors.As(err, &known) {
		fmt.Println(err)
		return
	}
	fmt.Print(report.Text(known.Finding, report.Options{Width: 80}))
	// Output:
	// tls: the broker requires a client certificate, and none was given
	//   seen: the broker sent a CertificateRequest; our Certificate message was empty
	//         the broker sent alert 116 certificate_required (it requires a client
	//         certificate) after the handshake, before any CONNACK
	//   fix:  gateway: give this client's certificate and its key: --cert client.crt
	//         --key client.key
	//         broker: or let clients without one in: require_certificate false
	//   id:   client-certificate-required (sure)
}
