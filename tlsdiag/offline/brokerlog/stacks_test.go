package brokerlog_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

const (
	client = evidence.SideClient
	server = evidence.SideServer
)

// lines are what other programs print. The broker's side is asked for where by says so.
var lines = []struct {
	text, program, id string
	by                evidence.Side
	alert             int // -2: none
}{
	{"error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca", "OpenSSL 1", "issuer-not-trusted", server, 48},
	{"error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca", "OpenSSL 1", "client-issuer-not-trusted", client, 48},
	{"OpenSSL Error: error:14094418:SSL routines:SSL3_READ_BYTES:tlsv1 alert unknown ca", "OpenSSL 1", "client-issuer-not-trusted", client, 48},
	{"error:14094418", "OpenSSL 1", "client-issuer-not-trusted", client, 48},
	{"error:0A000418", "OpenSSL 3", "client-issuer-not-trusted", client, 48},
	{"error:0A000418:SSL routines::reason(1048)", "OpenSSL 3", "client-issuer-not-trusted", client, 48},
	{"error:0a00045c:lib(20)::reason(1116)", "OpenSSL 3", "client-certificate-required", client, 116},
	{"error:140890C7:SSL routines:ssl3_get_client_certificate:peer did not return a certificate", "OpenSSL 1", "client-certificate-required", server, -2},
	{"error:140890C7", "OpenSSL 1", "client-certificate-required", server, -2},
	{"error:1408F10B:SSL routines:ssl3_get_record:wrong version number", "OpenSSL 1", "plain-to-tls-port", server, -2},
	{"error:1408F10B:SSL routines:ssl3_get_record:wrong version number", "OpenSSL 1", "tls-to-plain-port", client, -2},
	{"error:14209102:SSL routines:tls_early_post_process_client_hello:unsupported protocol", "OpenSSL 1", "server-tls-version-too-new", server, -2},
	{"error:1417C086:SSL routines:tls_process_client_certificate:certificate verify failed", "OpenSSL 1", "client-issuer-not-trusted", server, -2},
	{"error:0B080074:x509 certificate routines:X509_check_private_key:key values mismatch", "OpenSSL 1", "key-mismatch", server, -2},
	{"error:0909006C:PEM routines:get_name:no start line", "OpenSSL 1", "certificate-no-certificate", server, -2},
	{"error:0A000458:SSL routines::tlsv1 unrecognized name", "OpenSSL 3", "server-name-unknown", client, 112},
	{"verify error:num=20:unable to get local issuer certificate", "OpenSSL", "issuer-not-trusted", client, -2},
	{"Verify return code: 10 (certificate has expired)", "OpenSSL", "server-certificate-expired", client, -2},
	{"Verification error: self-signed certificate in certificate chain", "OpenSSL", "issuer-not-trusted", client, -2},
	{"verify error:num=62:hostname mismatch", "OpenSSL", "server-name-mismatch", client, -2},
	{"remote error: tls: unknown certificate authority", "Go", "client-issuer-not-trusted", client, 48},
	{"remote error: tls: unknown certificate", "Go", "client-issuer-not-trusted", client, 46},
	{"remote error: tls: certificate required", "Go", "client-certificate-required", client, 116},
	{"remote error: tls: alert(117)", "Go", "unclassified", client, 117},
	{"2026/11/24 04:00:00 http: TLS handshake error from 10.0.0.9:50412: remote error: tls: bad certificate", "Go", "server-name-mismatch", server, 42},
	{"tls: first record does not look like a TLS handshake", "Go", "tls-to-plain-port", client, -2},
	{"network Error : x509: certificate signed by unknown authority", "Go", "issuer-not-trusted", client, -2},
	{"tls: failed to verify certificate: x509: certificate is valid for broker.lan, not localhost", "Go", "server-name-mismatch", client, -2},
	{"x509: cannot validate certificate for 10.0.0.7 because it doesn't contain any IP SANs", "Go", "server-name-is-address", client, -2},
	{"x509: certificate has expired or is not yet valid: current time 2026-11-24T04:00:00Z is after 2026-11-20T09:00:00Z", "Go", "server-certificate-expired", client, -2},
	{"x509: certificate has expired or is not yet valid: current time 2026-11-24T04:00:00Z is before 2026-12-20T09:00:00Z", "Go", "server-certificate-not-yet-valid", client, -2},
	{"javax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target", "Java", "issuer-not-trusted", client, -2},
	{"javax.net.ssl.SSLHandshakeException: Received fatal alert: certificate_unknown", "Java", "client-issuer-not-trusted", client, 46},
	{"javax.net.ssl.SSLHandshakeException: Received fatal alert: handshake_failure", "Java", "client-certificate-required", client, 40},
	{"java.security.cert.CertificateException: No subject alternative names matching IP address 10.0.0.7 found", "Java", "server-name-is-address", client, -2},
	{"javax.net.ssl.SSLHandshakeException: Empty client certificate chain", "Java", "client-certificate-required", server, -2},
	{"io.netty.handler.ssl.NotSslRecordException: not an SSL/TLS record: 101000044d515454", "Netty", "plain-to-tls-port", server, -2},
	{"mbedtls_ssl_handshake returned -0x2700", "mbed TLS", "issuer-not-trusted", client, -2},
	{"E esp-tls-mbedtls: mbedtls_ssl_handshake returned -0x7780", "mbed TLS", "unclassified", client, -1},
	{"ssl_client: -0x7200 - SSL - An invalid SSL record was received", "mbed TLS", "tls-to-plain-port", client, -2},
	{"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:1006)", "Python", "issuer-not-trusted", client, -2},
	{"[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self signed certificate (_ssl.c:1129)", "Python", "server-self-signed", client, -2},
	{"ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate is not valid for 'localhost'. (_ssl.c:1006)", "Python", "server-name-mismatch", client, -2},
	{"[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca (_ssl.c:2580)", "Python", "client-issuer-not-trusted", client, 48},
	{"[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", "Python", "tls-to-plain-port", client, -2},
	{"Error: unable to verify the first certificate { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }", "Node", "issuer-not-trusted", client, -2},
	{"Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: Host: localhost. is not cert's CN: server", "Node", "server-name-mismatch", client, -2},
	{"40F7A8089D7F0000:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1590:SSL alert number 116", "OpenSSL", "client-certificate-required", client, 116},
	{"*** Fatal error: Error in the certificate verification.", "GnuTLS", "issuer-not-trusted", client, -2},
	{"*** Received alert [48]: Unknown CA", "GnuTLS", "client-issuer-not-trusted", client, 48},
	{"wolfSSL error: ASN no signer error to confirm failure", "wolfSSL", "issuer-not-trusted", client, -2},
	{"invalid peer certificate: UnknownIssuer", "rustls", "issuer-not-trusted", client, -2},
	{"received fatal alert: CertificateRequired", "rustls", "client-certificate-required", client, 116},
	{"{tls_alert,{unknown_ca,\"TLS server: In state wait_cert at ssl_handshake.erl:2017 generated SERVER ALERT: Fatal - Unknown CA\"}}", "Erlang", "client-issuer-not-trusted", client, 48},
	{"48", "", "client-issuer-not-trusted", client, 48},
	{"unknown_ca", "", "issuer-not-trusted", server, 48},
	{"UnknownCA", "", "issuer-not-trusted", server, 48},
	{"certificate required", "", "client-certificate-required", client, 116},
	{"alert 80", "", "server-name-mismatch", server, 80},
	{"200", "", "unclassified", client, 200},
	{"Error: A TLS error occurred.", "mosquitto", "issuer-not-trusted", client, -2},
	{"mosquitto_pub[77]: Error: host name verification failed.", "", "server-name-mismatch", client, -2},
}

// TestOtherPrograms: whose words a line has, what they mean, and what a message says.
func TestOtherPrograms(t *testing.T) {
	for i, test := range lines {
		t.Run(fmt.Sprintf("%02d", i), func(t *testing.T) {
			entries := explain(t, test.by, strings.TrimPrefix(test.text, "mosquitto_pub[77]: "))
			if len(entries) != 1 {
				t.Fatalf("%d answers to %q", len(entries), test.text)
			}
			r := entries[0].Reading
			if r.Finding.ID != test.id || test.program != "" && !strings.HasPrefix(r.Program, test.program) {
				t.Errorf("%q: %s of %q, want %s of %q", test.text, r.Finding.ID, r.Program, test.id, test.program)
			}
			code := -2
			if a := r.Session.Flow.Alerts; len(a) > 0 {
				code = a[0].Code
			}
			if code != test.alert {
				t.Errorf("%q: alert %d, want %d", test.text, code, test.alert)
			}
		})
	}
}

// TestWhoRefusedWhom: an alert in a broker's log came from the client, and one that a client printed from the broker.
func TestWhoRefusedWhom(t *testing.T) {
	const text = "error:0A000418:SSL routines::tlsv1 alert unknown ca"
	for line, want := range map[string]struct {
		by       evidence.Side
		headline string
	}{
		"1795493289: OpenSSL Error[0]: " + text:                                             {server, "the client sent alert 48 unknown_ca"},
		"2026-11-24T04:08:09: OpenSSL Error[0]: " + text:                                    {server, "the client sent alert 48 unknown_ca"},
		"2026-11-24T04:08:09+0000: OpenSSL Error[0]: " + text:                               {server, "the client sent alert 48 unknown_ca"},
		"Nov 24 04:08:09 gw mosquitto[612]: OpenSSL Error[0]: " + text:                      {server, "the client sent alert 48 unknown_ca"},
		"2026-11-24T04:08:09+0000 gw mosquitto[612]: 1795493289: OpenSSL Error[0]: " + text: {server, "the client sent alert 48 unknown_ca"},
		"mosquitto-1  | 1795493289: OpenSSL Error[0]: " + text:                              {server, "the client sent alert 48 unknown_ca"},
		"OpenSSL Error[0]: " + text:                                                         {client, "the broker sent alert 48 unknown_ca"},
		text:                                                                                {"", "the broker sent alert 48 unknown_ca"},
	} {
		entries := explain(t, "", line)
		if len(entries) != 1 || entries[0].Reading.PrintedBy != want.by || !strings.HasPrefix(entries[0].Reading.Finding.Headline, want.headline) {
			t.Errorf("%q: %+v", line, entries)
		}
		if want.by == "" && (len(entries[0].Reading.Finding.Also) != 1 || entries[0].Reading.Finding.Confidence == cause.Sure) {
			t.Errorf("%q says nothing of the other side", line)
		}
	}
}

// TestNotAboutTLS: what reports no failure of TLS has no answer.
func TestNotAboutTLS(t *testing.T) {
	for _, line := range []string{
		"", "hello", "1795493288: mosquitto version 2.0.11 starting", "1795493289: New connection from 127.0.0.1:43990 on port 8883.",
		"1795493289: New client connected from 127.0.0.1:43990 as gateway-7 (p2, c1, k60).", "Client (null) sending CONNECT", "256", "-1", "error:", "error:XYZ",
		"1795493289: Received PUBLISH from x (d0, q0, r0, m0, 'error:0A000418:SSL routines::tlsv1 alert unknown ca', ... (1 bytes))",
		"1795493289: Client gateway-7 disconnected.", "Verify return code: 0 (ok)", "the temperature in hall 3 is 48",
	} {
		if entries := explain(t, "", line); len(entries) != 0 {
			t.Errorf("%q: %s", line, entries[0].Reading.Finding.Headline)
		}
	}
}
