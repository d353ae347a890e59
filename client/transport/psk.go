package transport

import (
	"context"
	"slices"

	"github.com/culex-mqtt/culex/client/transport/psk"
	"github.com/culex-mqtt/culex/tlsdiag"
)

// PSK is a pre-shared key (RFC 4279), which takes the place of certificates on both sides.
type PSK struct {
	Identity string
	Key      []byte
}

// setPSK finds out what is to be offered. Its error is a *CipherError if no suite is left.
func (t *TLS) setPSK() error {
	t.psk = &psk.Config{
		Identity: t.options.PSK.Identity, Key: t.options.PSK.Key, Suites: psk.Suites(), Curves: t.curves,
	}
	if t.options.Ciphers != nil {
		t.psk.Suites = t.ciphers.PSK
	}
	if !psk.HasGroup(t.curves) { // as OpenSSL, which then has no use for these suites either
		t.psk.Suites = slices.DeleteFunc(t.psk.Suites, psk.NeedsGroup)
	}
	if list := t.options.Ciphers; list != nil && len(t.psk.Suites) == 0 {
		return &CipherError{List: *list, Word: *list, Fault: CipherNoPSK, Right: "PSK"}
	}
	if t.options.ALPN != "" {
		t.psk.ALPN = []string{t.options.ALPN}
	}
	if t.options.KeyLog != "" {
		t.psk.KeyLog = keyLog(t.options.KeyLog)
	}
	return t.psk.Check()
}

// pskSuites are the suites with a pre-shared key that both OpenSSL and we have.
func pskSuites() []uint16 {
	return slices.DeleteFunc(psk.Suites(), func(id uint16) bool { return id == psk.ECDHEPSKAES128GCM || id == psk.ECDHEPSKAES256GCM })
}

// secureWithKey runs the TLS handshake with the pre-shared key over c and puts TLS in its place.
func (d *Dialer) secureWithKey(ctx context.Context, c *Conn) error {
	cfg := *d.TLS.psk
	cfg.ServerName = psk.ServerName(d.TLS.serverName(d))
	secured, err := psk.Client(ctx, c.Conn, &cfg)
	if err != nil {
		return d.failed(c.Watcher, tlsdiag.OpHandshake, err)
	}
	c.Watcher.Handshaked(secured)
	c.Conn, c.secured = secured, secured
	return nil
}
