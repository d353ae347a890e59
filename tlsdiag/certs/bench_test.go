package certs_test

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// BenchmarkLoadAndVerify is what every TLS connection costs: read the CA file, verify the broker's chain.
func BenchmarkLoadAndVerify(b *testing.B) {
	ca, srv, _ := tlstest.TutorialPKI("broker.lan", "client")
	p := newPlant()
	for name, pki := range map[string]struct {
		ca    *tlstest.Identity
		chain []*x509.Certificate
	}{
		"RSA":             {ca, []*x509.Certificate{srv.Certificate}},
		"P-256, 3 levels": {p.root, []*x509.Certificate{p.leaf.Certificate, p.inter.Certificate}},
	} {
		b.Run(name, func(b *testing.B) {
			cafile := filepath.Join(b.TempDir(), "ca.pem")
			writeFile(b, cafile, pki.ca.CertPEM())
			b.ReportAllocs()
			for b.Loop() {
				s := certs.NewStore()
				if err := s.AddFile(cafile); err != nil {
					b.Fatal(err)
				}
				if _, err := certs.Verify(pki.chain, certs.Options{Store: s, Host: "broker.lan", Now: tlstest.Now(), SecurityLevel: 2}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkLoadBundle reads a whole system bundle, as for --cafile /etc/ssl/certs/ca-certificates.crt.
func BenchmarkLoadBundle(b *testing.B) {
	const bundle = "/etc/ssl/certs/ca-certificates.crt"
	if _, err := os.Stat(bundle); err != nil {
		b.Skip(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := certs.NewStore().AddFile(bundle); err != nil {
			b.Fatal(err)
		}
	}
}
