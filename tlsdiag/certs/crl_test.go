package certs_test

import (
	"crypto/elliptic"
	"crypto/x509"
	"encoding/asn1"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// crlCase is a certificate, the lists of its CA and the verdict, which openssl has to reach as well.
type crlCase struct {
	name  string
	lists []tlstest.CRL
	want  certs.ErrorNumber
	chain []*tlstest.Identity // nil: the leaf alone
	cas   []*tlstest.Identity // nil: the CA
}

func crlCases() []crlCase {
	day := func(month time.Month, d int) time.Time { return time.Date(2026, month, d, 0, 0, 0, 0, time.UTC) }
	ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Extensions: tlstest.CA()})
	leaf := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker.lan"), Issuer: ca, Extensions: tlstest.Server(tlstest.DNS("broker.lan"))})
	other := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Key: tlstest.P256("other"), Extensions: tlstest.CA()})
	inter := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant Issuing CA"), Issuer: ca, Extensions: tlstest.CA()})
	low := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker.lan"), Issuer: inter, Extensions: tlstest.Server(tlstest.DNS("broker.lan"))})
	noSign := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Extensions: []tlstest.Extension{
		tlstest.BasicConstraints(true, tlstest.NoPathLen), tlstest.KeyUsage(x509.KeyUsageCertSign), tlstest.SubjectKeyID()}})
	ofNoSign := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker.lan"), Issuer: noSign, Extensions: tlstest.Server(tlstest.DNS("broker.lan"))})
	bare := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("ca"), Key: tlstest.RSA(2048, 1)})
	ofBare := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("localhost"), Issuer: bare, Key: tlstest.RSA(2048, 2)})
	p521 := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Key: tlstest.EC(elliptic.P521(), "ca"), Extensions: tlstest.CA()})
	ofP521 := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker.lan"), Issuer: p521, Extensions: tlstest.Server(tlstest.DNS("broker.lan"))})
	ed := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Key: tlstest.Ed25519("ca"), Extensions: tlstest.CA()})
	ofEd := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker.lan"), Issuer: ed, Extensions: tlstest.Server(tlstest.DNS("broker.lan"))})
	old := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker.lan"), Issuer: ca, Extensions: tlstest.Server(tlstest.DNS("broker.lan")), NotAfter: day(10, 1)})
	point := func(uri string) []byte { // DistributionPointName with one URI
		name := append([]byte{0x86, byte(len(uri))}, uri...)
		return append([]byte{0xa0, byte(len(name) + 2), 0xa0, byte(len(name))}, name...)
	}
	wrap := func(tag byte, contents []byte) []byte { return append([]byte{tag, byte(len(contents))}, contents...) }
	issuing := func(fields ...byte) tlstest.Extension {
		return tlstest.Raw(asn1.ObjectIdentifier{2, 5, 29, 28}, true, wrap(0x30, fields))
	}
	withPoint := func(uri string, reasons bool) *tlstest.Identity {
		fields := point(uri)
		if reasons {
			fields = append(fields, 0x81, 2, 5, 0x60)
		}
		return tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker.lan"), Issuer: ca, Extensions: append(tlstest.Server(tlstest.DNS("broker.lan")),
			tlstest.Raw(asn1.ObjectIdentifier{2, 5, 29, 31}, false, wrap(0x30, wrap(0x30, fields))))})
	}
	private := tlstest.Raw(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, true, []byte{5, 0})
	akid := tlstest.AuthorityKeyID()
	plain := tlstest.CRL{Issuer: ca}
	revoked := func(l tlstest.CRL, reason int) tlstest.CRL {
		l.Revoked = []tlstest.Revoked{{Serial: bigInt(1)}, {Serial: leaf.Serial(), Reason: reason}, {Serial: bigInt(1 << 40)}}
		return l
	}
	list := func(lists ...tlstest.CRL) []tlstest.CRL { return lists }
	one := func(ids ...*tlstest.Identity) []*tlstest.Identity { return ids }
	with := func(extensions ...tlstest.Extension) tlstest.CRL {
		return tlstest.CRL{Issuer: ca, Extensions: extensions}
	}
	all := []crlCase{
		{name: "not on the list", lists: list(plain)},
		{name: "on the list", lists: list(revoked(plain, 1)), want: certs.CertRevoked},
		{name: "on hold", lists: list(revoked(plain, 6)), want: certs.CertRevoked},
		{name: "taken off again", lists: list(revoked(plain, 8))},
		{name: "version 1", lists: list(revoked(tlstest.CRL{Version: 1, Issuer: ca}, 0)), want: certs.CertRevoked},
		{name: "version 1, RSA, nothing on it", lists: list(tlstest.CRL{Version: 1, Issuer: bare}), chain: one(ofBare), cas: one(bare)},
		{name: "SHA-1", lists: list(tlstest.CRL{Issuer: bare, Digest: tlstest.SHA1}), chain: one(ofBare), cas: one(bare)},
		{name: "SHA-224", lists: list(tlstest.CRL{Issuer: bare, Digest: tlstest.SHA224}), chain: one(ofBare), cas: one(bare)},
		{name: "RSA-PSS", lists: list(tlstest.CRL{Issuer: bare, Digest: tlstest.SHA256PSS}), chain: one(ofBare), cas: one(bare)},
		{name: "P-521 and SHA-512", lists: list(tlstest.CRL{Issuer: p521, Digest: tlstest.SHA512}), chain: one(ofP521), cas: one(p521)},
		{name: "Ed25519", lists: list(tlstest.CRL{Issuer: ed}), chain: one(ofEd), cas: one(ed)},
		{name: "of another CA", lists: list(tlstest.CRL{Issuer: inter}), want: certs.UnableToGetCRL},
		{name: "of another CA of the same name", lists: list(tlstest.CRL{Issuer: other}), want: certs.UnableToGetCRL},
		{name: "of another CA of the same name, no key identifier", lists: list(tlstest.CRL{Issuer: other, Version: 1}), want: certs.CRLSignatureFailure},
		{name: "both CAs of the name", lists: list(tlstest.CRL{Issuer: other}, revoked(plain, 1)), want: certs.CertRevoked},
		{name: "expired", lists: list(tlstest.CRL{Issuer: ca, NextUpdate: day(11, 20)}), want: certs.CRLHasExpired},
		{name: "expired this second", lists: list(tlstest.CRL{Issuer: ca, NextUpdate: tlstest.Now()}), want: certs.CRLHasExpired},
		{name: "good for one second", lists: list(tlstest.CRL{Issuer: ca, NextUpdate: tlstest.Now().Add(time.Second)})},
		{name: "made this second", lists: list(tlstest.CRL{Issuer: ca, ThisUpdate: tlstest.Now()})},
		{name: "not yet valid", lists: list(tlstest.CRL{Issuer: ca, ThisUpdate: tlstest.Now().Add(time.Second)}), want: certs.CRLNotYetValid},
		{name: "no end", lists: list(tlstest.CRL{Issuer: ca, Never: true})},
		{name: "expired and revoked", lists: list(revoked(tlstest.CRL{Issuer: ca, NextUpdate: day(11, 20)}, 1)), want: certs.CRLHasExpired},
		{name: "an old one and a new one", lists: list(tlstest.CRL{Issuer: ca, NextUpdate: day(11, 20)}, revoked(plain, 1)), want: certs.CertRevoked},
		{name: "the newer one counts", lists: list(revoked(tlstest.CRL{Issuer: ca, ThisUpdate: day(10, 1)}, 1), plain)},
		{name: "the newer one counts, in the other order", lists: list(plain, revoked(tlstest.CRL{Issuer: ca, ThisUpdate: day(10, 1)}, 1))},
		{name: "damaged signature", lists: list(tlstest.CRL{Issuer: ca, Damage: tlstest.FlipSignature}), want: certs.CRLSignatureFailure},
		{name: "the CA may not sign lists", lists: list(tlstest.CRL{Issuer: noSign}), chain: one(ofNoSign), cas: one(noSign), want: certs.KeyUsageNoCRLSign},
		{name: "the CA says nothing about key usage", lists: list(tlstest.CRL{Issuer: bare}), chain: one(ofBare), cas: one(bare)},
		{name: "unknown critical extension", lists: list(with(akid, private)), want: certs.UnhandledCriticalCRLExtension},
		{name: "unknown critical extension of an entry", want: certs.UnhandledCriticalCRLExtension,
			lists: list(tlstest.CRL{Issuer: ca, Revoked: []tlstest.Revoked{{Serial: bigInt(1), Extensions: []tlstest.Extension{private}}}})},
		{name: "delta", lists: list(with(akid, tlstest.Raw(asn1.ObjectIdentifier{2, 5, 29, 27}, true, []byte{2, 1, 1}))), want: certs.UnableToGetCRL},
		{name: "only users", lists: list(with(akid, issuing(0x81, 1, 0xff)))},
		{name: "only CAs", lists: list(with(akid, issuing(0x82, 1, 0xff))), want: certs.DifferentCRLScope},
		{name: "only attributes", lists: list(with(akid, issuing(0x85, 1, 0xff))), want: certs.DifferentCRLScope},
		{name: "users and CAs only", lists: list(with(akid, issuing(0x81, 1, 0xff, 0x82, 1, 0xff))), want: certs.UnableToGetCRL},
		{name: "some reasons", lists: list(with(akid, issuing(0x83, 2, 5, 0x60))), want: certs.UnableToGetCRL},
		{name: "indirect", lists: list(with(akid, issuing(0x84, 1, 0xff))), want: certs.UnableToGetCRL},
		{name: "another point than the certificate's none", lists: list(with(akid, issuing(point("http://a/crl")...))), want: certs.DifferentCRLScope},
		{name: "the certificate's point", lists: list(with(akid, issuing(point("http://a/crl")...))), chain: one(withPoint("http://a/crl", false))},
		{name: "another point", lists: list(with(akid, issuing(point("http://a/crl")...))), chain: one(withPoint("http://b/crl", false)), want: certs.DifferentCRLScope},
		{name: "the certificate has a point, the list none", lists: list(plain), chain: one(withPoint("http://b/crl", false))},
		{name: "the certificate's point has some reasons", lists: list(plain), chain: one(withPoint("http://b/crl", true)), want: certs.UnableToGetCRL},
		{name: "of the intermediate", lists: list(tlstest.CRL{Issuer: inter}), chain: one(low, inter)},
		{name: "of the root, where the intermediate issued", lists: list(plain), chain: one(low, inter), want: certs.UnableToGetCRL},
		{name: "the intermediate is revoked, which nobody asks", chain: one(low, inter),
			lists: list(tlstest.CRL{Issuer: inter}, tlstest.CRL{Issuer: ca, Revoked: []tlstest.Revoked{{Serial: inter.Serial()}}})},
		{name: "self-signed server", lists: list(tlstest.CRL{Issuer: bare}), chain: one(bare), cas: one(bare)},
		{name: "expired certificate, revoked", chain: one(old), want: certs.CertRevoked,
			lists: list(tlstest.CRL{Issuer: ca, Revoked: []tlstest.Revoked{{Serial: old.Serial()}}})},
	}
	for i := range all {
		if all[i].chain == nil {
			all[i].chain = one(leaf)
		}
		if all[i].cas == nil {
			all[i].cas = one(ca)
		}
	}
	return all
}

func TestRevocation(t *testing.T) {
	for _, c := range crlCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			in := func(name string) string { return filepath.Join(dir, name) }
			var text []byte
			for _, l := range c.lists {
				text = append(text, l.PEM()...)
			}
			writeFile(t, in("crl.pem"), text)
			writeFile(t, in("ca.pem"), tlstest.Bundle(c.cas...))
			writeFile(t, in("leaf.pem"), c.chain[0].CertPEM())
			writeFile(t, in("rest.pem"), tlstest.Bundle(c.chain...))
			store := certs.NewStore()
			if err := store.AddFile(in("ca.pem")); err != nil {
				t.Fatal(err)
			}
			if err := store.AddCRLFile(in("crl.pem")); err != nil {
				t.Fatal(err)
			}
			var presented []*x509.Certificate
			for _, id := range c.chain {
				presented = append(presented, id.Certificate)
			}
			_, err := certs.Verify(presented, certs.Options{Store: store, SkipName: true, Now: tlstest.Now(), SecurityLevel: 1})
			number, _ := verdict(t, err)
			if number != c.want {
				t.Errorf("got %d (%s), want %d (%s)", number, number, c.want, c.want)
			}
			out, _ := exec.Command(openssl(t), "verify", "-no-CApath", "-no-CAstore", "-auth_level", "1", "-crl_check", "-attime",
				strconv.FormatInt(tlstest.Now().Unix(), 10), "-CAfile", in("ca.pem"), "-CRLfile", in("crl.pem"), "-untrusted", in("rest.pem"), in("leaf.pem")).CombinedOutput()
			theirs := certs.OK
			if match := regexp.MustCompile(`error (\d+) at \d+ depth lookup: (.*)`).FindSubmatch(out); match != nil {
				n, _ := strconv.Atoi(string(match[1]))
				if theirs = certs.ErrorNumber(n); theirs.String() != string(match[2]) {
					t.Errorf("number %d is %q for openssl, not %q", n, match[2], theirs)
				}
			} else if !strings.Contains(string(out), ": OK") {
				t.Fatalf("%s", out)
			}
			if theirs != c.want {
				t.Errorf("openssl says %d, want %d\n%s", theirs, c.want, out)
			}
		})
	}
}

func TestCRLFiles(t *testing.T) {
	ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Extensions: tlstest.CA()})
	list := tlstest.CRL{Issuer: ca}
	for _, c := range []struct {
		name    string
		data    []byte
		count   int
		problem certs.Problem
	}{
		{name: "PEM", data: list.PEM(), count: 1},
		{name: "two, and the CA's certificate", data: append(append(list.PEM(), ca.CertPEM()...), list.PEM()...), count: 2},
		{name: "DER", data: list.DER(), count: 1},
		{name: "empty", problem: certs.Empty},
		{name: "a certificate", data: ca.CertPEM(), problem: certs.NoCRL},
		{name: "a certificate in DER", data: ca.DER, problem: certs.IsDER},
		{name: "text", data: []byte("hello"), problem: certs.NoCRL},
		{name: "damaged", data: edit(t, list.PEM(), "\nM", "\n!"), problem: certs.Damaged},
		{name: "not one", data: block("X509 CRL", []byte{0x30, 0}), problem: certs.Damaged},
		{name: "cut short", data: list.DER()[:100], problem: certs.NoCRL},
	} {
		path := filepath.Join(t.TempDir(), "crl")
		writeFile(t, path, c.data)
		s := certs.NewStore()
		err := s.AddCRLFile(path)
		if c.problem == 0 {
			if err != nil || len(s.CRLs()) != c.count {
				t.Errorf("%s: %d lists, %v", c.name, len(s.CRLs()), err)
			}
			continue
		}
		if e := fileError(t, err); e.Problem != c.problem || e.Option != "--crl-file" {
			t.Errorf("%s: %v", c.name, e)
		}
	}
}
