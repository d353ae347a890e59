package tlstest_test

import (
	"bytes"
	"crypto/elliptic"
	"crypto/x509"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

func TestIssueIsAcceptedByGo(t *testing.T) {
	ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Extensions: tlstest.CA()})
	inter := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Line CA"), Issuer: ca, Key: tlstest.RSA(2048, 1), Extensions: tlstest.CA()})
	roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(ca.Certificate)
	intermediates.AddCert(inter.Certificate)
	keys := map[string]tlstest.Template{
		"P-256":   {},
		"P-521":   {Key: tlstest.EC(elliptic.P521(), "x")},
		"RSA":     {Key: tlstest.RSA(3072, 1), Digest: tlstest.SHA512},
		"PSS":     {Key: tlstest.RSA(4096, 1), Digest: tlstest.SHA256PSS},
		"Ed25519": {Key: tlstest.Ed25519("x")},
	}
	for name, template := range keys {
		t.Run(name, func(t *testing.T) {
			template.Subject = tlstest.CN("broker").With(tlstest.Organization, "Plant")
			template.Issuer = inter
			template.Extensions = tlstest.Server(tlstest.DNS("broker.lan"), tlstest.IP("192.0.2.7"), tlstest.IP("2001:db8::7"))
			leaf := tlstest.Issue(template)
			if leaf.Certificate == nil {
				_, err := x509.ParseCertificate(leaf.DER)
				t.Fatal(err)
			}
			for _, host := range []string{"broker.lan", "192.0.2.7", "2001:db8::7"} {
				_, err := leaf.Certificate.Verify(x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: intermediates,
					CurrentTime: tlstest.Now()})
				if err != nil {
					t.Errorf("%s: %v", host, err)
				}
			}
			if !bytes.Equal(leaf.Certificate.AuthorityKeyId, inter.Certificate.SubjectKeyId) {
				t.Error("authority key identifier is not the issuer's subject key identifier")
			}
			if template.Digest != tlstest.SHA256PSS && !bytes.Equal(leaf.DER, tlstest.Issue(template).DER) {
				t.Error("issued twice, the certificates differ")
			}
			if _, err := x509.ParsePKIXPublicKey(leaf.Certificate.RawSubjectPublicKeyInfo); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDamageAndOddities(t *testing.T) {
	ca, srv, cli := tlstest.TutorialPKI("server", "client")
	for _, id := range []*tlstest.Identity{ca, srv, cli} {
		if id.Certificate.Version != 1 || len(id.Certificate.Extensions) != 0 {
			t.Errorf("%s: version %d, %d extensions", id.Certificate.Subject, id.Certificate.Version, len(id.Certificate.Extensions))
		}
		if err := ca.Certificate.CheckSignature(id.Certificate.SignatureAlgorithm, id.Certificate.RawTBSCertificate, id.Certificate.Signature); err != nil {
			t.Error(err)
		}
	}
	for _, damage := range []tlstest.Damage{tlstest.FlipSignature, tlstest.FlipSubject} {
		bad := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("server"), Issuer: ca, Damage: damage})
		c := bad.Certificate
		if ca.Certificate.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil {
			t.Errorf("damage %d: the signature still verifies", damage)
		}
	}
	negative := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("server"), Issuer: ca, Serial: big.NewInt(-3)})
	if negative.Certificate != nil {
		t.Error("this Go parses a negative serial number")
	}
}

func TestOpenSSLReadsWhatIsIssued(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("openssl is not installed")
	}
	ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Extensions: tlstest.CA()})
	leaf := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: ca, Serial: big.NewInt(-3), Digest: tlstest.SHA1,
		Extensions: []tlstest.Extension{
			tlstest.AuthoritySerial(tlstest.CN("Plant CA"), 7),
			tlstest.KeyUsage(x509.KeyUsageDecipherOnly | x509.KeyUsageKeyAgreement),
			tlstest.ExtKeyUsage(tlstest.ServerAuth, tlstest.AnyPurpose, tlstest.ServerGatedCrypto),
			tlstest.NameConstraints([]tlstest.GeneralName{tlstest.Net("10.0.0.0/12")}, []tlstest.GeneralName{tlstest.Directory(tlstest.CN("x"))}),
			tlstest.SAN(tlstest.Mail("a@b"), tlstest.URI("mqtt://x/")),
		}})
	file := filepath.Join(t.TempDir(), "cert.pem")
	if err := os.WriteFile(file, leaf.CertPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(openssl, "x509", "-in", file, "-noout", "-text").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"Serial Number: -3", "ecdsa-with-SHA1", "DirName:", "serial:07", "Key Agreement, Decipher Only",
		"TLS Web Server Authentication, Any Extended Key Usage, Netscape Server Gated Crypto", "IP:10.0.0.0/255.240.0.0",
		"email:a@b, URI:mqtt://x/", "Not After : Jan  1 00:00:00 2046 GMT"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("openssl x509 -text does not print %q", want)
		}
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
}
