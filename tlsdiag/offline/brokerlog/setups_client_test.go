package brokerlog_test

import (
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// clientSetups have a fault in the client's certificate or in what the broker judges it by.
func clientSetups(t *testing.T) []setup {
	other := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Fleet CA"), Key: tlstest.RSA(2048, 4), Extensions: tlstest.CA()})
	inter := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Fleet Issuing CA"), Issuer: issuer(), Key: tlstest.RSA(2048, 4), Extensions: tlstest.CA()})
	below := clientWith(func(c *tlstest.Template) { c.Issuer = inter })
	impostor := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("Plant CA"), Issuer: issuer(), Key: tlstest.RSA(2048, 3)})
	nameless := clientWith(func(c *tlstest.Template) { c.Subject = tlstest.Name{{Type: tlstest.Organization, Value: "Plant Ltd"}} })
	refused := func(cause string, files ...map[string][]byte) setup {
		return setup{cause: cause, conf: required, files: withFiles(files...), pub: identified(), client: sclientIdentified()}
	}
	listed := func(cause string, list []byte) setup {
		s := refused(cause, file("list.crl", list))
		s.conf += "crlfile DIR/list.crl\n"
		return s
	}
	changed := func(change func(*tlstest.Template)) map[string][]byte { return presenting(clientWith(change)) }
	foreign := clientWith(func(c *tlstest.Template) { c.Issuer = other })
	return []setup{
		{cause: "client-certificate-required", conf: required, files: withFiles(), pub: trusting(), client: sclient()},
		refused("client-issuer-not-trusted", presenting(foreign)),
		refused("client-intermediate-missing", presenting(below)),
		refused("broker-cafile-intermediate-only", presenting(below, inter), file("clients.crt", inter.CertPEM())),
		refused("client-certificate-same-subject", presenting(impostor)),
		refused("client-certificate-expired", changed(func(c *tlstest.Template) { c.NotAfter = past })),
		refused("client-certificate-not-yet-valid", changed(func(c *tlstest.Template) { c.NotBefore = future })),
		refused("client-certificate-purpose", changed(func(c *tlstest.Template) { c.Extensions = tlstest.Server() })),
		refused("client-certificate-critical-extension", changed(func(c *tlstest.Template) {
			c.Extensions = append(c.Extensions, tlstest.Raw([]int{1, 3, 6, 1, 4, 1, 99999, 1}, true, []byte{5, 0}))
		})),
		refused("client-certificate-signature-invalid", changed(func(c *tlstest.Template) { c.Damage = tlstest.FlipSignature })),
		refused("client-certificate-weak", changed(func(c *tlstest.Template) { c.Key = tlstest.RSA(1024, 2) })),
		refused("key-mismatch", file("client.key", serverWith(nil).KeyPEM())),
		refused("certificate-and-key-swapped", file("client.crt", clientWith(nil).KeyPEM()), file("client.key", clientWith(nil).CertPEM())),
		refused("key-encrypted", file("client.key", encrypted(t, clientWith(nil).KeyPEM()))),
		refused("cafile-no-certificate", file("ca.crt", []byte("<html>not found</html>\n"))),
		refused("cafile-damaged", file("ca.crt", append([]byte("-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"), issuer().CertPEM()...))),
		{cause: "cafile-missing", conf: required, files: withFiles(), pub: []string{"-h", "localhost", "--cafile", "DIR/none.crt"}, client: []string{"-CAfile", "DIR/none.crt"}},
		{cause: "certificate-missing", conf: required, files: withFiles(), pub: trusting("--cert", "DIR/none.crt", "--key", "DIR/client.key"), client: sclient("-cert", "DIR/none.crt")},
		{cause: "ciphers-option-unknown", conf: required, files: withFiles(), pub: trusting("--ciphers", "NONSENSE"), client: sclient("-cipher", "NONSENSE")},
		listed("client-certificate-revoked", revocations(t, past, ahead, clientWith(nil))),
		listed("broker-crl-expired", revocations(t, past.AddDate(0, -1, 0), past)),
		listed("broker-crl-unusable", revocations(t, future, ahead)),
		{cause: "client-certificate-no-common-name", conf: required + "use_identity_as_username true\n",
			files: withFiles(presenting(nameless)), pub: identified()},
	}
}

// startSetups keep the broker from starting, or from opening a listener.
func startSetups(t *testing.T) []setup {
	failing := func(cause, conf string, files ...map[string][]byte) setup {
		return setup{cause: cause, conf: conf, files: withFiles(files...)}
	}
	small := serverWith(func(c *tlstest.Template) { c.Key = tlstest.RSA(1024, 1) })
	return []setup{
		failing("certificate-missing", "certfile DIR/none.crt\nkeyfile DIR/server.key\n"),
		failing("key-missing", "certfile DIR/server.crt\nkeyfile DIR/none.key\n"),
		failing("cafile-missing", served+"cafile DIR/none.crt\nrequire_certificate true\n"),
		failing("capath-missing", served+"capath DIR/none\nrequire_certificate true\n"),
		failing("certificate-without-key", "certfile DIR/server.crt\n"),
		failing("", "keyfile DIR/server.key\n"),
		failing("certificate-damaged", served, file("server.crt", []byte("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"))),
		failing("key-damaged", served, file("server.key", []byte("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n"))),
		failing("certificate-no-certificate", served, file("server.crt", []byte("hello\n"))),
		failing("key-no-key", served, file("server.key", serverWith(nil).CertPEM())),
		failing("key-mismatch", served, file("server.key", clientWith(nil).KeyPEM())),
		failing("certificate-and-key-swapped", served, file("server.crt", serverWith(nil).KeyPEM()), file("server.key", serverWith(nil).CertPEM())),
		failing("key-encrypted", served, file("server.key", encrypted(t, serverWith(nil).KeyPEM()))),
		failing("certificate-der", served, file("server.crt", serverWith(nil).DER)),
		failing("weak-key", served, serving(small)),
		failing("cafile-no-certificate", required, file("clients.crt", []byte("hello\n"))),
		failing("ciphers-option-unknown", served+"ciphers NONSENSE\n"),
		failing("ciphers-option-unknown", served+"ciphers_tls1.3 NONSENSE\n"),
		failing("", served+"tls_version tlsv9\n"),
		failing("broker-crl-unusable", required+"crlfile DIR/none.crl\n"),
		failing("broker-crl-unusable", required+"crlfile DIR/server.crt\n"),
		failing("", required+"dhparamfile DIR/none.pem\n"),
		failing("", served+"require_certificate true\n"),
		failing("", served+"psk_hint plant\npsk_file DIR/psk\n", file("psk", []byte("gateway-7:0123456789abcdef\n"))),
		failing("", "psk_hint plant\n"),
		failing("", served+"tls_engine none\n"),
		failing("", served+"cipher ALL\n"),
		failing("", served+"require_certificate maybe\n"),
		failing("", required+"use_identity_as_username true\nuse_subject_as_username true\n"),
	}
}
