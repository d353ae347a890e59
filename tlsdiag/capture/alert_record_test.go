package capture

import (
	"bytes"
	"crypto/tls"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// secretLine is the client's handshake traffic secret of RFC 8448 section 3, in a key log.
const secretLine = "CLIENT_HANDSHAKE_TRAFFIC_SECRET 00 b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21\n"

func alert12() *exactAlert {
	return &exactAlert{version: tls.VersionTLS12, suite: tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, code: 48}
}

func alert13() *exactAlert {
	return &exactAlert{version: tls.VersionTLS13, suite: tls.TLS_AES_128_GCM_SHA256, secret: []byte(secretLine), code: 48}
}

// seal makes the first record under the secret.
func seal(t testing.TB, inner ...byte) []byte {
	t.Helper()
	aead, nonce := record.TrafficKey(tls.TLS_AES_128_GCM_SHA256, secretOf([]byte(secretLine)))
	if aead == nil {
		t.Fatal("no AEAD")
	}
	header := []byte{23, 3, 3, 0, byte(len(inner) + aead.Overhead())}
	return aead.Seal(bytes.Clone(header), nonce, inner, header)
}

func TestReplace(t *testing.T) {
	ccs := []byte{20, 3, 3, 0, 1, 1}
	a := alert12()
	if got := a.replace([]byte{21, 3, 3, 0, 2, 2, 42}); !bytes.Equal(got, []byte{21, 3, 3, 0, 2, 2, 48}) || !a.sent.Load() {
		t.Errorf("TLS 1.2: % x", got)
	}
	if again := []byte{21, 3, 3, 0, 2, 2, 42}; &a.replace(again)[0] != &again[0] {
		t.Error("a second alert is replaced")
	}
	want := seal(t, 2, 48, 21)
	if got := alert13().replace(seal(t, 2, 42, 21)); !bytes.Equal(got, want) {
		t.Errorf("TLS 1.3: % x, want % x", got, want)
	}
	if got := alert13().replace(append(bytes.Clone(ccs), seal(t, 2, 42, 21)...)); !bytes.Equal(got, append(ccs, want...)) {
		t.Errorf("TLS 1.3 behind ChangeCipherSpec: % x", got)
	}
}

// TestReplaceLeavesAlone: what is not exactly the alert goes out as it is, in the caller's own slice.
func TestReplaceLeavesAlone(t *testing.T) {
	sealed := seal(t, 2, 42, 21)
	damaged := bytes.Clone(sealed)
	damaged[len(damaged)-1] ^= 1
	with := func(change func(*exactAlert)) *exactAlert {
		a := alert13()
		change(a)
		return a
	}
	for i, test := range []struct {
		a *exactAlert
		p []byte
	}{
		{alert12(), nil},
		{alert12(), []byte{21}},
		{alert12(), []byte{21, 3, 3, 0, 2, 1, 0}},     // close_notify
		{alert12(), []byte{21, 3, 3, 0, 2, 2, 40}},    // handshake_failure
		{alert12(), []byte{21, 3, 3, 0, 2, 1, 42}},    // a warning
		{alert12(), []byte{22, 3, 3, 0, 2, 2, 42}},    // a handshake record
		{alert12(), []byte{21, 3, 3, 0, 2, 2, 42, 0}}, // something behind it
		{alert12(), append([]byte{20, 3, 3, 0, 1, 1}, 21, 3, 3, 0, 2, 2, 42)},
		{alert12(), sealed},
		{alert13(), nil},
		{alert13(), []byte{20, 3, 3, 0, 1, 1}},
		{alert13(), []byte{21, 3, 3, 0, 2, 2, 42}}, // in the clear
		{alert13(), []byte{23, 3, 3, 0, 0}},
		{alert13(), sealed[:len(sealed)-1]},
		{alert13(), append(bytes.Clone(sealed), 0)},
		{alert13(), append(bytes.Clone(sealed), sealed...)},
		{alert13(), damaged},
		{alert13(), seal(t, 2, 40, 21)},
		{alert13(), seal(t, 1, 0, 21)},
		{alert13(), seal(t, 2, 42, 23)},
		{alert13(), seal(t, 2, 42, 21, 0)}, // padded, as crypto/tls does not
		{with(func(a *exactAlert) { a.suite = tls.TLS_CHACHA20_POLY1305_SHA256 }), sealed},
		{with(func(a *exactAlert) { a.suite = tls.TLS_AES_256_GCM_SHA384 }), sealed},
		{with(func(a *exactAlert) { a.secret = nil }), sealed},
		{with(func(a *exactAlert) { a.secret = []byte("CLIENT_HANDSHAKE_TRAFFIC_SECRET 00 zz") }), sealed},
		{with(func(a *exactAlert) { a.secret = bytes.Replace(a.secret, []byte("b3"), []byte("b4"), 1) }), sealed},
	} {
		before := bytes.Clone(test.p)
		got := test.a.replace(test.p)
		if !bytes.Equal(got, before) || len(got) > 0 && &got[0] != &test.p[0] || test.a.sent.Load() {
			t.Errorf("%d: % x became % x", i, before, got)
		}
	}
}

// FuzzReplace: whatever crypto/tls writes, only the alert changes, and only its code.
func FuzzReplace(f *testing.F) {
	f.Add([]byte{21, 3, 3, 0, 2, 2, 42}, false)
	f.Add(seal(f, 2, 42, 21), true)
	f.Add(append([]byte{20, 3, 3, 0, 1, 1}, seal(f, 2, 42, 21)...), true)
	f.Fuzz(func(t *testing.T, p []byte, tls13 bool) {
		a, before := alert12(), bytes.Clone(p)
		want := []byte{21, 3, 3, 0, 2, 2, 48}
		if tls13 {
			a, want = alert13(), seal(t, 2, 48, 21)
			if bytes.HasPrefix(p, []byte{20, 3, 3, 0, 1, 1}) {
				want = append([]byte{20, 3, 3, 0, 1, 1}, want...)
			}
		}
		got := a.replace(p)
		switch {
		case !bytes.Equal(p, before):
			t.Fatal("the caller's bytes changed")
		case len(got) != len(p):
			t.Fatalf("%d bytes became %d", len(p), len(got))
		case a.sent.Load() != !bytes.Equal(got, p):
			t.Fatalf("sent: %v, % x became % x", a.sent.Load(), p, got)
		case a.sent.Load() && (!tls13 && !bytes.Equal(got[3:], want[3:]) || tls13 && !bytes.Equal(got, want)):
			t.Fatalf("% x became % x", p, got)
		}
	})
}
