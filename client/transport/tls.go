package transport

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"time"

	"github.com/culex-mqtt/culex/client/transport/psk"
	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// TLSOptions is what the command line says about TLS.
type TLSOptions struct {
	// CAFile, CAPath and OSCerts are where trust anchors come from.
	CAFile, CAPath string
	OSCerts        bool
	// CRLFiles hold revocation lists; with any, the broker's certificate is looked for on that of its CA.
	CRLFiles []string
	// CertFile and KeyFile are the client's own; both or neither.
	CertFile, KeyFile string
	// Opener opens a key that is under a pass phrase, or a bundle; nil refuses them.
	Opener certs.Opener
	// MinVersion is a TLS version of crypto/tls; 0 means TLS 1.2.
	MinVersion uint16
	// Ciphers is OpenSSL's cipher list, or with TLS 1.3 as the minimum a list of TLS 1.3 suites; nil for the default.
	Ciphers *string
	ALPN    string
	// ServerName is checked instead of the host that is dialled, if it is not empty.
	ServerName string
	// KeyLog is a file that gets the secrets of each connection, in the NSS key log format; empty for none.
	KeyLog string
	// Curves are the groups for the key exchange, as ParseCurves reads them; empty for those that keep the hello small.
	Curves string
	// Pins are SHA-256 digests of public keys, one of which the broker's chain has to hold; none for any.
	Pins [][sha256.Size]byte
	// Verify says how much of the broker's certificate is checked.
	Verify Verification
	// PSK is a pre-shared key, with which nothing here that has to do with certificates counts; nil for none.
	PSK *PSK
	// Sessions has the sessions to resume; nil for none.
	Sessions *SessionDir
}

// DefaultSecurityLevel is OpenSSL's on Debian.
const DefaultSecurityLevel = 2

// Verification is how much of the broker's certificate is checked.
type Verification byte

// From all to nothing.
const (
	VerifyAll   Verification = iota
	VerifyChain              // not the name: --insecure
	VerifyNone               // nothing: --tls-no-verify
)

// Environment is what TLS needs from the process.
type Environment struct {
	// Getenv is os.Getenv, for SSL_CERT_FILE and SSL_CERT_DIR.
	Getenv func(string) string
	// Now is the clock that certificates are judged by.
	Now func() time.Time
}

// TLS is the client's side of TLS, with all files read: made once, used for every connection.
type TLS struct {
	options TLSOptions
	env     Environment
	store   *certs.Store
	ciphers *Ciphers
	pair    *certs.Pair
	curves  []tls.CurveID
	resumed *resumption // nil without a directory of sessions
	psk     *psk.Config // nil without a pre-shared key
}

// NewTLS reads the files. Its error is a *certs.FileError for a file that cannot be used, or a *CipherError.
func NewTLS(o TLSOptions, env Environment) (*TLS, error) {
	t := &TLS{options: o, env: env, store: certs.NewStore(), ciphers: DefaultCiphers(), curves: defaultCurves()}
	if err := t.setCiphers(); err != nil {
		return nil, err
	}
	if o.Curves != "" {
		curves, err := ParseCurves(o.Curves)
		if err != nil {
			return nil, err
		}
		t.curves = curves
	}
	if o.PSK != nil {
		return t, t.setPSK()
	}
	if err := o.checkFiles(); err != nil {
		return nil, err
	}
	if o.CAFile != "" {
		if err := t.store.AddFile(o.CAFile); err != nil {
			return nil, err
		}
	}
	if o.CAPath != "" {
		t.store.AddDir(o.CAPath)
	}
	if o.OSCerts {
		t.store.AddSystem(env.Getenv)
	}
	for _, path := range o.CRLFiles {
		if err := t.store.AddCRLFile(path); err != nil {
			return nil, err
		}
	}
	if o.CertFile == "" {
		return t, nil
	}
	pair, err := certs.LoadPair(o.CertFile, o.KeyFile, certs.PairOptions{
		SecurityLevel: t.ciphers.Level, Store: t.store, Opener: o.Opener,
	})
	t.pair = pair
	return t, err
}

// checkFiles reports the first file that cannot be opened, before any is used.
func (o *TLSOptions) checkFiles() error {
	for _, f := range []struct{ option, path string }{
		{"--cafile", o.CAFile}, {"--cert", o.CertFile}, {"--key", o.KeyFile},
	} {
		if f.path == "" {
			continue
		}
		if err := certs.CheckFile(f.option, f.path); err != nil {
			return err
		}
	}
	return nil
}

// setCiphers reads --ciphers. Go offers all TLS 1.3 suites or none, so of a list of those only the names are checked.
func (t *TLS) setCiphers() (err error) {
	switch list := t.options.Ciphers; {
	case list == nil:
	case t.options.MinVersion == tls.VersionTLS13:
		_, err = ParseCiphersuites(*list)
	default:
		var c *Ciphers
		if c, err = ParseCiphers(*list); err == nil {
			t.ciphers = c
		}
	}
	return err
}

// SecurityLevel is OpenSSL's, 2 unless --ciphers says otherwise.
func (t *TLS) SecurityLevel() int { return t.ciphers.Level }

// config makes the tls.Config of one connection.
func (t *TLS) config(w *tlsdiag.Watcher, d *Dialer) *tls.Config {
	c := &tls.Config{
		ServerName:                  t.serverName(d),
		MinVersion:                  t.minVersion(),
		CipherSuites:                t.ciphers.Suites,
		CurvePreferences:            t.curves,
		DynamicRecordSizingDisabled: true,
		Time:                        t.env.Now,
	}
	if t.options.ALPN != "" {
		c.NextProtos = []string{t.options.ALPN}
	}
	if t.options.KeyLog != "" {
		c.KeyLogWriter = keyLog(t.options.KeyLog)
	}
	if t.pair != nil {
		c.Certificates = []tls.Certificate{t.pair.Certificate}
	}
	if t.resumed != nil {
		c.ClientSessionCache = t.resumed
	}
	w.Config(c, func(presented []*x509.Certificate) error { return t.verify(presented, d) })
	w.ExactAlert(c)
	return c
}

func (t *TLS) serverName(d *Dialer) string {
	switch {
	case t.options.ServerName != "":
		return t.options.ServerName
	case d.Port == 0:
		return "" // a path is no name
	default:
		return d.Host
	}
}

// minVersion keeps TLS 1.0 and 1.1 to security level 0, as OpenSSL 3 does.
func (t *TLS) minVersion() uint16 {
	v := t.options.MinVersion
	if v == 0 || v < tls.VersionTLS12 && t.ciphers.Level > 0 {
		return tls.VersionTLS12
	}
	return v
}

// verify reaches OpenSSL's verdict on the broker's certificates.
func (t *TLS) verify(presented []*x509.Certificate, d *Dialer) error {
	if t.options.Verify == VerifyNone {
		return certs.MatchPin(presented[:1], t.options.Pins)
	}
	name := t.serverName(d)
	_, err := certs.Verify(presented, certs.Options{
		Store:         t.store,
		Host:          name,
		SkipName:      t.options.Verify == VerifyChain || name == "",
		Now:           t.env.Now(),
		SecurityLevel: t.ciphers.Level,
		Pins:          t.options.Pins,
	})
	return err
}
