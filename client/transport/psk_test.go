package transport

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client/transport/psk"
)

// TestPSKSuites: what --ciphers and --tls-curves leave to be offered with a pre-shared key.
func TestPSKSuites(t *testing.T) {
	for _, test := range []struct {
		list, curves string
		want         []uint16
	}{
		{"", "", psk.Suites()},
		{"", "X25519MLKEM768", []uint16{psk.PSKChaCha20, psk.PSKAES256GCM, psk.PSKAES128GCM}},
		{"PSK", "", []uint16{psk.ECDHEPSKChaCha20, psk.PSKAES256GCM, psk.PSKChaCha20, psk.PSKAES128GCM}},
		{"kECDHEPSK", "P-384", []uint16{psk.ECDHEPSKChaCha20}},
		{"PSK-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256", "", []uint16{psk.PSKAES128GCM}},
		{"PSK:@SECLEVEL=3", "", []uint16{psk.ECDHEPSKChaCha20}},
		{"TLS_PSK_WITH_AES_256_GCM_SHA384", "", []uint16{psk.PSKAES256GCM}},
		{"kECDHEPSK", "X25519MLKEM768", nil},
		{"PSK-AES128-CBC-SHA", "", nil},
		{"ECDHE", "", nil},
	} {
		o := TLSOptions{PSK: &PSK{"gateway-7", []byte{1}}, Curves: test.curves}
		if test.list != "" {
			o.Ciphers = &test.list
		}
		got, err := NewTLS(o, Environment{Now: time.Now})
		var refused *CipherError
		switch {
		case test.want == nil:
			if !errors.As(err, &refused) || refused.Fault != CipherNoPSK {
				t.Errorf("%s %s: %v", test.list, test.curves, err)
			}
		case err != nil || !slices.Equal(got.psk.Suites, test.want):
			t.Errorf("%s %s: %04x, %v; want %04x", test.list, test.curves, got.psk.Suites, err, test.want)
		}
	}
}

// TestServerNameWithKey: no address goes into server_name.
func TestServerNameWithKey(t *testing.T) {
	for host, want := range map[string]string{"broker.lan": "broker.lan", "broker.lan.": "broker.lan", "192.0.2.7": "", "2001:db8::1": "", "fe80::1%eth0": "", "": ""} {
		if got := psk.ServerName(host); got != want {
			t.Errorf("%s: %q, want %q", host, got, want)
		}
	}
}
