package brokerlog_test

import (
	"bytes"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os/exec"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// setup is a mosquitto and the clients that run into its fault. DIR stands for the directory with the files, PORT
// for the listener's port.
type setup struct {
	cause string // empty: the catalogue has no name for it
	// conf is the listener's section; the certificate is in it if it is to be.
	conf  string
	files map[string][]byte
	// pub are mosquitto_pub's options; nil for none of these clients.
	pub []string
	// client are those of openssl s_client; nil for none of these.
	client []string
	// raw is sent by a client that does not speak TLS.
	raw []byte
	// openssl is what the broker's openssl.cnf says.
	openssl string
	// only is the one version of TLS to run it with; empty for both.
	only string
}

const (
	served   = "certfile DIR/server.crt\nkeyfile DIR/server.key\n"
	required = served + "cafile DIR/clients.crt\nrequire_certificate true\n"
)

// trusting is a client that has the CA file.
func trusting(more ...string) []string {
	return append([]string{"-h", "localhost", "--cafile", "DIR/ca.crt"}, more...)
}

// identified is one with a certificate as well.
func identified() []string { return trusting("--cert", "DIR/client.crt", "--key", "DIR/client.key") }

func sclient(more ...string) []string {
	return append([]string{"-CAfile", "DIR/ca.crt", "-verify_return_error", "-verify_hostname", "localhost"}, more...)
}

func sclientIdentified() []string {
	return sclient("-cert", "DIR/client.crt", "-key", "DIR/client.key")
}

// issuer is the CA of all setups.
func issuer() *tlstest.Identity {
	return tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Key: tlstest.RSA(2048, 1), Extensions: tlstest.CA()})
}

func serverWith(change func(*tlstest.Template)) *tlstest.Identity {
	t := tlstest.Template{Subject: tlstest.CN("localhost"), Issuer: issuer(), Key: tlstest.RSA(2048, 2),
		Extensions: tlstest.Server(tlstest.DNS("localhost"))}
	if change != nil {
		change(&t)
	}
	return tlstest.Issue(t)
}

func clientWith(change func(*tlstest.Template)) *tlstest.Identity {
	t := tlstest.Template{Subject: tlstest.CN("gateway-7"), Issuer: issuer(), Key: tlstest.RSA(2048, 3), Extensions: tlstest.Client()}
	if change != nil {
		change(&t)
	}
	return tlstest.Issue(t)
}

// withFiles returns the usual files, with some of them changed.
func withFiles(changes ...map[string][]byte) map[string][]byte {
	ca, s, c := issuer(), serverWith(nil), clientWith(nil)
	files := map[string][]byte{
		"ca.crt": ca.CertPEM(), "clients.crt": ca.CertPEM(), "server.crt": s.CertPEM(), "server.key": s.KeyPEM(),
		"client.crt": c.CertPEM(), "client.key": c.KeyPEM(),
	}
	for _, change := range changes {
		for name, content := range change {
			files[name] = content
		}
	}
	return files
}

func serving(chain ...*tlstest.Identity) map[string][]byte {
	return map[string][]byte{"server.crt": tlstest.Bundle(chain...), "server.key": chain[0].KeyPEM()}
}

func presenting(chain ...*tlstest.Identity) map[string][]byte {
	return map[string][]byte{"client.crt": tlstest.Bundle(chain...), "client.key": chain[0].KeyPEM()}
}

func file(name string, content []byte) map[string][]byte { return map[string][]byte{name: content} }

// revocations is a list of the CA.
func revocations(t *testing.T, from, until time.Time, revoked ...*tlstest.Identity) []byte {
	t.Helper()
	ca := issuer()
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: from, NextUpdate: until}
	for _, r := range revoked {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries,
			x509.RevocationListEntry{SerialNumber: r.Certificate.SerialNumber, RevocationTime: from})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, ca.Certificate, ca.Key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: der})
}

var (
	past   = time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	ahead  = time.Date(2045, 1, 10, 0, 0, 0, 0, time.UTC)
	future = time.Date(2040, 1, 10, 0, 0, 0, 0, time.UTC)
)

// encrypted is a key under a pass phrase.
func encrypted(t *testing.T, key []byte) []byte {
	t.Helper()
	cmd := exec.Command("openssl", "pkey", "-aes256", "-passout", "pass:secret")
	cmd.Stdin = bytes.NewReader(key)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// setups are all of them.
func setups(t *testing.T) []setup {
	var all []setup
	all = append(all, chainSetups()...)
	all = append(all, negotiationSetups()...)
	all = append(all, clientSetups(t)...)
	return append(all, startSetups(t)...)
}

// chainSetups have a fault in the broker's certificate or in what the client trusts.
func chainSetups() []setup {
	other := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Other CA"), Key: tlstest.RSA(2048, 4), Extensions: tlstest.CA()})
	again := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Key: tlstest.RSA(2048, 4), Extensions: tlstest.CA()})
	inter := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant Issuing CA"), Issuer: issuer(), Key: tlstest.RSA(2048, 4), Extensions: tlstest.CA()})
	below := serverWith(func(t *tlstest.Template) { t.Issuer = inter })
	own := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("localhost"), Key: tlstest.RSA(2048, 5), Extensions: tlstest.Server(tlstest.DNS("localhost"))})
	sameCA := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("localhost"), Key: tlstest.RSA(2048, 1)})
	same := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("localhost"), Issuer: sameCA, Key: tlstest.RSA(2048, 2)})
	short := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Small CA"), Key: tlstest.RSA(1024, 1), Extensions: tlstest.CA()})
	chain := func(cause string, files ...map[string][]byte) setup {
		return setup{cause: cause, conf: served, files: withFiles(files...), pub: trusting(), client: sclient()}
	}
	return []setup{
		chain("issuer-not-trusted", file("ca.crt", other.CertPEM())),
		chain("ca-recreated", file("ca.crt", again.CertPEM())),
		chain("ca-and-server-same-subject", serving(same), file("ca.crt", sameCA.CertPEM())),
		chain("server-self-signed", serving(own)),
		chain("intermediate-missing", serving(below)),
		chain("cafile-intermediate-only", serving(below), file("ca.crt", inter.CertPEM())),
		chain("server-certificate-expired", serving(serverWith(func(t *tlstest.Template) { t.NotAfter = past }))),
		chain("server-certificate-not-yet-valid", serving(serverWith(func(t *tlstest.Template) { t.NotBefore = future }))),
		chain("server-certificate-purpose", serving(serverWith(func(t *tlstest.Template) { t.Extensions = tlstest.Client() }))),
		chain("server-name-mismatch", serving(serverWith(func(t *tlstest.Template) { t.Extensions = tlstest.Server(tlstest.DNS("broker.lan")) }))),
		chain("certificate-signature-invalid", serving(serverWith(func(t *tlstest.Template) { t.Damage = tlstest.FlipSignature }))),
		chain("unknown-critical-extension", serving(serverWith(func(t *tlstest.Template) {
			t.Extensions = append(t.Extensions, tlstest.Raw([]int{1, 3, 6, 1, 4, 1, 99999, 1}, true, []byte{5, 0}))
		}))),
		chain("issuer-not-a-ca", serving(serverWith(func(t *tlstest.Template) { t.Issuer = own }), own), file("ca.crt", own.CertPEM())),
		chain("path-length-exceeded", pathTooLong()...),
		chain("name-constraint-violated", constrained()...),
		chain("weak-key", serving(serverWith(func(t *tlstest.Template) { t.Issuer = short })), file("ca.crt", short.CertPEM())),
		{cause: "server-name-is-address", conf: served, files: withFiles(), pub: []string{"-h", "127.0.0.1", "--cafile", "DIR/ca.crt"},
			client: []string{"-CAfile", "DIR/ca.crt", "-verify_return_error", "-verify_ip", "127.0.0.1"}},
		{cause: "capath-is-file", conf: served, files: withFiles(), pub: []string{"-h", "localhost", "--capath", "DIR/ca.crt"}},
	}
}

func pathTooLong() []map[string][]byte {
	none := append([]tlstest.Extension{tlstest.BasicConstraints(true, 0)}, tlstest.CA()[1:]...)
	root := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Key: tlstest.RSA(2048, 1), Extensions: none})
	inter := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant Issuing CA"), Issuer: root, Key: tlstest.RSA(2048, 4), Extensions: tlstest.CA()})
	leaf := serverWith(func(t *tlstest.Template) { t.Issuer = inter })
	return []map[string][]byte{serving(leaf, inter), file("ca.crt", root.CertPEM())}
}

func constrained() []map[string][]byte {
	only := append(tlstest.CA(), tlstest.NameConstraints([]tlstest.GeneralName{tlstest.DNS("plant.test")}, nil))
	root := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Key: tlstest.RSA(2048, 1), Extensions: only})
	leaf := serverWith(func(t *tlstest.Template) { t.Issuer = root })
	return []map[string][]byte{serving(leaf), file("ca.crt", root.CertPEM())}
}

// negotiationSetups have one in what the two sides can do.
func negotiationSetups() []setup {
	curve := serverWith(func(t *tlstest.Template) { t.Key = tlstest.EC(elliptic.P224(), "server") })
	listening := func(cause, conf string, pub, client []string) setup {
		return setup{cause: cause, conf: conf, files: withFiles(), pub: pub, client: client}
	}
	psk := "psk_hint plant\npsk_file DIR/psk\n"
	withKey := func(identity, key string) []string {
		return []string{"-h", "localhost", "--psk-identity", identity, "--psk", key}
	}
	pskFile := file("psk", []byte("gateway-7:0123456789abcdef\n"))
	return []setup{
		listening("", served, trusting(), sclient()),
		{cause: "server-tls-version-too-new", conf: served + "tls_version tlsv1.3\n", files: withFiles(), pub: trusting(), client: sclient(), only: "1.2"},
		{cause: "client-tls-version-too-new", conf: served, openssl: "MaxProtocol = TLSv1.2", files: withFiles(), pub: trusting("--tls-version", "tlsv1.3"), client: sclient(), only: "1.3"},
		listening("server-tls-version-too-new", served, nil, sclient("-tls1_1", "-cipher", "ALL:@SECLEVEL=0")),
		listening("no-common-cipher-suite", served+"ciphers ECDHE-ECDSA-AES128-GCM-SHA256\n", trusting(), sclient()),
		listening("no-common-cipher-suite", served+"ciphers ECDHE-RSA-AES128-GCM-SHA256\n", trusting("--ciphers", "ECDHE-RSA-AES256-GCM-SHA384"), sclient("-cipher", "ECDHE-RSA-AES256-GCM-SHA384")),
		{cause: "no-common-curve", conf: served, files: withFiles(serving(curve)), pub: trusting(), client: sclient()},
		{cause: "no-common-curve", conf: served, files: withFiles(), client: sclient("-groups", "P-521:ffdhe2048"), openssl: "Groups = X25519"},
		{cause: "no-common-signature-algorithm", conf: served, files: withFiles(), client: sclient("-sigalgs", "ECDSA+SHA256")},
		listening("tls-to-plain-port", "", trusting(), sclient()),
		listening("plain-to-tls-port", served, []string{"-h", "localhost"}, nil),
		{conf: served, files: withFiles(), raw: []byte("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")},
		{conf: served, files: withFiles(), raw: []byte("CONNECT localhost:443 HTTP/1.1\r\n\r\n")},
		{conf: served, files: withFiles(), raw: []byte("SSH-2.0-OpenSSH_9.2\r\n")},
		{conf: served, files: withFiles(), raw: []byte{}},
		{conf: served, files: withFiles(), raw: []byte{0x16, 3, 1, 0xff, 0xff, 1, 2, 3, 4, 5, 6, 7}},
		{conf: served, files: withFiles(), raw: []byte{0x17, 3, 3, 0, 5, 1, 2, 3, 4, 5}},
		{conf: served, files: withFiles(), raw: []byte{0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0}},
		{conf: served, files: withFiles(), raw: []byte{0x15, 3, 1, 0, 2, 2, 90}},
		{cause: "server-wants-psk", conf: psk, files: withFiles(pskFile), pub: trusting(), client: sclient()},
		{cause: "server-wants-certificates", conf: served, files: withFiles(), pub: withKey("gateway-7", "0123456789abcdef"), only: "1.2"},
		{cause: "psk-identity-unknown", conf: psk, files: withFiles(pskFile), pub: withKey("gateway-8", "0123456789abcdef"), client: []string{"-psk_identity", "gateway-8", "-psk", "0123456789abcdef"}},
		{cause: "psk-key-wrong", conf: psk, files: withFiles(pskFile), pub: withKey("gateway-7", "99"), client: []string{"-psk_identity", "gateway-7", "-psk", "99"}},
		listening("", served+"allow_anonymous false\n", trusting(), nil),
	}
}
