package record_test

import (
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/record"
)

func TestParseAlert(t *testing.T) {
	for text, want := range map[string]int{
		"48": 48, "0x30": 48, "1048": 48, "alert 48": 48, "SSL alert number 48": 48, "0": 0, "255": 255, "7": 7,
		"unknown_ca": 48, "unknown ca": 48, "Unknown-CA": 48, "tlsv1 alert unknown ca": 48, "SSL_R_TLSV1_ALERT_UNKNOWN_CA": 48,
		"SSL_AD_BAD_CERTIFICATE": 42, "sslv3 alert bad certificate": 42, "tlsv13 alert certificate required": 116,
		"tlsv1 unrecognized name": 112, "tlsv1 alert user cancelled": 90, "user_canceled": 90, "close_notify": 0,
		"": -1, "256": -1, "-1": -1, "1256": -1, "999": -1, "999999999999": -1, "nonsense": -1, "tlsv1 alert": -1,
	} {
		code, ok := record.ParseAlert(text)
		if !ok {
			code = -1
		}
		if code != want {
			t.Errorf("%q: %d, want %d", text, code, want)
		}
	}
}

// TestAlertNames reads every name back. OpenSSL 3.0 prints these words for the reasons from 1000 on (openssl errstr).
func TestAlertNames(t *testing.T) {
	for _, d := range record.Assigned() {
		name := record.OpenSSLName(d.Code)
		for _, text := range []string{d.Name, name} {
			if text == "" {
				continue
			}
			if code, ok := record.ParseAlert(text); !ok || code != d.Code {
				t.Errorf("%q: %d %v, want %d", text, code, ok, d.Code)
			}
		}
	}
	for code, want := range map[int]string{
		0: "", 9: "", 10: "sslv3 alert unexpected message", 20: "sslv3 alert bad record mac", 21: "tlsv1 alert decryption failed",
		22: "tlsv1 alert record overflow", 30: "sslv3 alert decompression failure", 40: "sslv3 alert handshake failure",
		47: "sslv3 alert illegal parameter", 48: "tlsv1 alert unknown ca", 86: "tlsv1 alert inappropriate fallback",
		109: "tlsv13 alert missing extension", 110: "tlsv1 unsupported extension", 114: "tlsv1 bad certificate hash value",
		115: "tlsv1 alert unknown psk identity", 120: "tlsv1 alert no application protocol", 121: "",
	} {
		if got := record.OpenSSLName(code); got != want {
			t.Errorf("%d: %q, want %q", code, got, want)
		}
	}
}
