package tlsdiag

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// Dialer makes connections for an MQTT client that takes a net.Conn, and says
// of one that fails why it did: its errors, and those of its connections until
// the broker answers, are an [*Error] whenever TLS has to do with it.
//
// Findings speak of the options of mosquitto_pub: --cafile, --capath and
// --tls-use-os-certs are the fields of Trust, --cert and --key are CertFile
// and KeyFile, -h and -p are the address.
type Dialer struct {
	// Trust names the trusted CAs. The broker's certificate is then judged by
	// the rules of OpenSSL 3 at its security level 2, as mosquitto_pub does,
	// whatever Config says. The zero value leaves the verdict to crypto/tls
	// with Config.
	Trust Trust
	// CertFile and KeyFile are the client's own certificate and key in PEM;
	// both or neither.
	CertFile, KeyFile string
	// Config is the rest of the configuration, and is not changed; nil for
	// the defaults of crypto/tls. Without CurvePreferences the ClientHello is
	// one that fits one packet, which some brokers and paths insist on.
	Config *tls.Config
	// Plain leaves TLS out. A port that expects TLS is still named.
	Plain bool
	// Timeout is for TCP and the handshake together; 0 leaves it to the context.
	Timeout time.Duration
	// Dial makes the connection under TLS; nil for net.Dialer's DialContext.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Now is the clock, usually time.Now; it has to be set.
	Now func() time.Time
	// Getenv reads the environment, for SSL_CERT_FILE and SSL_CERT_DIR; nil
	// means an empty one.
	Getenv func(string) string
	// BuildTime is when the program was built; a clock before it is wrong.
	// Zero if unknown.
	BuildTime time.Time
}

// errNoClock is the error of a Dialer that was not set up.
var errNoClock = errors.New("tlsdiag: Dialer.Now is not set")

// DialContext connects to an address of host and port, and completes the TLS
// handshake. The connection that it returns, if any, is a [*Conn].
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if d.Now == nil {
		return nil, errNoClock
	}
	host, port, err := splitAddress(address)
	if err != nil {
		return nil, err
	}
	if d.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d.Timeout)
		defer cancel()
	}
	cfg := d.config(host)
	w := Watch(d.settings(cfg, host, port))
	verify, err := d.load(cfg, host)
	if err != nil {
		return nil, w.explain(OpLoad, err)
	}
	raw, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, w.explain(OpDial, err)
	}
	c := &Conn{Conn: w.Conn(raw), watcher: w}
	if d.Plain {
		return c, nil
	}
	w.Config(cfg, verify)
	if verify != nil {
		w.ExactAlert(cfg)
	}
	secured := tls.Client(c.Conn, cfg)
	if err := secured.HandshakeContext(ctx); err != nil {
		err = w.explain(OpHandshake, err)
		_ = raw.Close()
		return nil, err
	}
	w.Handshaked(secured)
	c.Conn = secured
	return c, nil
}

func splitAddress(address string) (host string, port int, err error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, err
	}
	if port, err = strconv.Atoi(service); err != nil {
		return "", 0, fmt.Errorf("tlsdiag: port %q is not a number", service)
	}
	return host, port, nil
}

// config is a copy of the caller's configuration, completed.
func (d *Dialer) config(host string) *tls.Config {
	cfg := new(tls.Config)
	if d.Config != nil {
		cfg = d.Config.Clone()
	}
	if cfg.CurvePreferences == nil {
		cfg.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP256, tls.CurveP384, tls.CurveP521}
	}
	if cfg.ServerName == "" {
		cfg.ServerName = host
	}
	if cfg.Time == nil {
		cfg.Time = d.Now
	}
	return cfg
}

func (d *Dialer) settings(cfg *tls.Config, host string, port int) Settings {
	s := Settings{
		Host: host, Port: port, TLS: !d.Plain, Trust: d.Trust, CertFile: d.CertFile, KeyFile: d.KeyFile,
		Now: d.Now, Getenv: d.Getenv, BuildTime: d.BuildTime,
		Policy: Policy{MinVersion: cfg.MinVersion, ALPN: cfg.NextProtos, SecurityLevel: certs.DefaultSecurityLevel},
	}
	if cfg.ServerName != host {
		s.Policy.ServerName = cfg.ServerName
	}
	if d.Trust == (Trust{}) {
		// What crypto/tls takes where no pool is given.
		s.Trust.OSCerts = cfg.RootCAs == nil && !d.Plain
	}
	return s
}

// load reads the files. The verdict that it returns is nil where crypto/tls
// judges.
func (d *Dialer) load(cfg *tls.Config, host string) (verify func([]*x509.Certificate) error, err error) {
	if d.Plain {
		return nil, nil
	}
	store := certs.NewStore()
	if d.Trust.CAFile != "" {
		if err := store.AddFile(d.Trust.CAFile); err != nil {
			return nil, err
		}
	}
	if d.Trust.CAPath != "" {
		store.AddDir(d.Trust.CAPath)
	}
	if d.Trust.OSCerts {
		store.AddSystem(d.getenv)
	}
	if d.CertFile != "" || d.KeyFile != "" {
		pair, err := certs.LoadPair(d.CertFile, d.KeyFile, certs.PairOptions{
			SecurityLevel: certs.DefaultSecurityLevel, Store: store, Now: d.Now(),
		})
		if err != nil {
			return nil, err
		}
		cfg.Certificates = append(cfg.Certificates[:len(cfg.Certificates):len(cfg.Certificates)], pair.Certificate)
	}
	if d.Trust == (Trust{}) {
		return nil, nil
	}
	return func(chain []*x509.Certificate) error {
		_, err := certs.Verify(chain, certs.Options{
			Store: store, Host: cfg.ServerName, Now: cfg.Time(), SecurityLevel: certs.DefaultSecurityLevel,
		})
		return err
	}, nil
}

func (d *Dialer) getenv(name string) string {
	if d.Getenv == nil {
		return ""
	}
	return d.Getenv(name)
}

func (d *Dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if d.Dial != nil {
		return d.Dial(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}
