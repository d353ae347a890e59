package options_test

import (
	"encoding/hex"
	"testing"

	"github.com/culex-mqtt/culex/client/options"
)

// TestPSKKey: the digits of --psk are read as the reference reads them.
func TestPSKKey(t *testing.T) {
	for digits, want := range map[string]string{
		"aabbccdd": "aabbccdd", "AABB": "aabb", "abc": "0abc", "0abc1": "abc1", "00abc": "000abc", "000abc": "000abc", "0": "", "00": "00", "000": "00",
		"": "", "0000000001": "0000000001", "xyz": "",
	} {
		o := options.Client{TLS: options.TLS{PSK: &digits}}
		if got := hex.EncodeToString(o.PSKKey()); got != want {
			t.Errorf("%q: %s, want %s", digits, got, want)
		}
	}
	if (&options.Client{}).PSKKey() != nil {
		t.Error("a key without --psk")
	}
}
