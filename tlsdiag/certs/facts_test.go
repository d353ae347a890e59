package certs_test

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"math/big"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// verifyError verifies a chain that must be refused.
func verifyError(t *testing.T, cas []*tlstest.Identity, o certs.Options, chain ...*tlstest.Identity) *certs.VerifyError {
	t.Helper()
	o.Store, o.Now = certs.NewStore(), tlstest.Now()
	path := filepath.Join(t.TempDir(), "ca.pem")
	writeFile(t, path, tlstest.Bundle(cas...))
	if err := o.Store.AddFile(path); err != nil {
		t.Fatal(err)
	}
	var presented []*x509.Certificate
	for _, id := range chain {
		presented = append(presented, id.Certificate)
	}
	_, err := certs.Verify(presented, o)
	var v *certs.VerifyError
	if !errors.As(err, &v) {
		t.Fatalf("got %v", err)
	}
	return v
}

func TestFactsOfAnError(t *testing.T) {
	p := newPlant()
	skip := certs.Options{SkipName: true, SecurityLevel: 2}

	v := verifyError(t, list(p.inter), skip, p.leaf, p.inter)
	if v.Number != certs.UnableToGetIssuerCert || v.Untrusted != 1 || len(v.Chain) != 2 || !v.Certificate.Equal(p.inter.Certificate) {
		t.Errorf("only the intermediate: %+v", v)
	}
	if got, want := v.Error(), "certificate verify error 2: unable to get issuer certificate (depth 1, CN=Line CA)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}

	v = verifyError(t, list(p.root), certs.Options{Host: "other.lan", SecurityLevel: 2}, p.leaf, p.inter)
	if v.Number != certs.HostnameMismatch || v.Host != "other.lan" || v.SecurityLevel != 2 || !v.Now.Equal(tlstest.Now()) || v.Untrusted != 2 || len(v.Chain) != 3 {
		t.Errorf("wrong host: %+v", v)
	}

	small := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("x"), Issuer: p.root, Key: tlstest.RSA(1024, 1)})
	if v := verifyError(t, list(p.root), skip, small); v.Bits != 80 || certs.LevelBits(2) != 112 {
		t.Errorf("weak key: %d bits", v.Bits)
	}
	sha1 := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("x"), Issuer: p.root, Digest: tlstest.SHA1})
	if v := verifyError(t, list(p.root), skip, sha1); v.Bits != 63 {
		t.Errorf("weak digest: %d bits", v.Bits)
	}

	oid := asn1.ObjectIdentifier{1, 2, 3}
	odd := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("x"), Issuer: p.root, Extensions: extensions{tlstest.Raw(oid, true, []byte{5, 0})}})
	if v := verifyError(t, list(p.root), skip, odd); !v.ExtensionID.Equal(oid) {
		t.Errorf("critical extension: %v", v.ExtensionID)
	}
	forClients := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("x"), Issuer: p.root, Extensions: tlstest.Client()})
	if v := verifyError(t, list(p.root), skip, forClients); v.ExtensionID.String() != "2.5.29.37" {
		t.Errorf("extended key usage: %v", v.ExtensionID)
	}
	noUse := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("x"), Issuer: p.root, Extensions: extensions{tlstest.KeyUsage(x509.KeyUsageCRLSign)}})
	if v := verifyError(t, list(p.root), skip, noUse); v.ExtensionID.String() != "2.5.29.15" {
		t.Errorf("key usage: %v", v.ExtensionID)
	}
}

func TestFactsOfNameConstraints(t *testing.T) {
	type names = []tlstest.GeneralName
	for _, test := range []struct {
		permitted, excluded names
		san                 tlstest.GeneralName
		name, constraint    string
	}{
		{names{tlstest.DNS("a.test"), tlstest.DNS("b.test")}, nil, tlstest.DNS("c.test"), "c.test", "a.test, b.test"},
		{nil, names{tlstest.Net("10.0.0.0/8")}, tlstest.IP("10.1.2.3"), "10.1.2.3", "10.0.0.0/8"},
		{nil, names{append(tlstest.GeneralName{0x87, 8}, 10, 0, 0, 0, 255, 0, 255, 0)}, tlstest.IP("10.1.0.3"), "10.1.0.3", "10.0.0.0/255.0.255.0"},
		{nil, names{tlstest.Directory(tlstest.CN("x"))}, tlstest.DNS("a"), "CN=x", "CN=x"},
	} {
		ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("ca"),
			Extensions: extensions{tlstest.BasicConstraints(true, -1), tlstest.NameConstraints(test.permitted, test.excluded)}})
		leaf := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("x"), Issuer: ca, Extensions: extensions{tlstest.SAN(test.san)}})
		if ca.Certificate == nil {
			// crypto/x509 refuses a mask with holes; then nothing is trusted.
			continue
		}
		v := verifyError(t, list(ca), certs.Options{SkipName: true, SecurityLevel: 2}, leaf)
		if v.Name != test.name || v.Constraint != test.constraint {
			t.Errorf("got %q and %q, want %q and %q", v.Name, v.Constraint, test.name, test.constraint)
		}
	}
}

// Keys that crypto/x509 does not know are reported as such, not as weak ones.
func TestUnsupportedKeys(t *testing.T) {
	p := newPlant()
	skip := certs.Options{SkipName: true, SecurityLevel: 2}
	ed448 := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("x"), Issuer: p.root, PublicKey: ed448PublicKey()})
	if v := verifyError(t, list(p.root), skip, ed448); v.Number != certs.UnableToDecodeIssuerPublicKey || v.Depth != 0 {
		t.Errorf("got %v", v)
	}
	if got := certs.Describe(ed448.Certificate).Key; got != "Ed448" {
		t.Errorf("described as %q", got)
	}
	// On a brainpool curve the certificate does not even parse: it stays in the file and trusts nothing.
	spki := edit(t, p.root.Certificate.RawSubjectPublicKeyInfo, "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07", "\x06\x08\x2b\x24\x03\x03\x02\x08\x01\x01")
	brainpool := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("odd root"), PublicKey: spki, Extensions: tlstest.CA()})
	leaf := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("x"), Issuer: brainpool})
	if v := verifyError(t, list(brainpool, p.root), skip, leaf); v.Number != certs.UnableToGetIssuerCertLocally {
		t.Errorf("got %v", v)
	}
	s := certs.NewStore()
	path := filepath.Join(t.TempDir(), "ca.pem")
	writeFile(t, path, tlstest.Bundle(p.root, brainpool))
	if err := s.AddFile(path); err != nil {
		t.Fatal(err)
	}
	un := s.Unparsed()
	if len(s.Certificates()) != 1 || len(un) != 1 || un[0].Block != 2 || un[0].Path != path || !certs.SameName(un[0].Subject, leaf.Certificate.RawIssuer) {
		t.Errorf("%d parsed, not parsed: %+v", len(s.Certificates()), un)
	}
}

func TestInspect(t *testing.T) {
	p := newPlant()
	odd := func(template tlstest.Template) []byte {
		template.Subject, template.Issuer = tlstest.CN("odd"), p.root
		return tlstest.Issue(template).DER
	}
	printable := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("my_broker").As(asn1.TagPrintableString)}).DER
	tests := []struct {
		name            string
		der             []byte
		subject, defect string
	}{
		{"sound", p.leaf.DER, "", ""},
		{"negative serial", odd(tlstest.Template{Serial: big.NewInt(-1)}), "CN=odd", "a negative serial number"},
		{"extension twice", odd(tlstest.Template{Extensions: append(tlstest.CA(), tlstest.BasicConstraints(true, 1))}), "CN=odd", "the extension 2.5.29.19 twice"},
		{"underscore in a PrintableString", printable, "CN=my_broker", "invalid RDNSequence: invalid attribute value: invalid PrintableString"},
		{"cut", p.leaf.DER[:200], "", "it is cut short: 200 of " + strconv.Itoa(len(p.leaf.DER)) + " bytes"},
		{"empty", nil, "", "its contents do not decode as a certificate"},
	}
	for _, test := range tests {
		m := certs.Inspect(test.der)
		if m == nil {
			m = &certs.Malformed{}
		}
		if m.Subject != test.subject || m.Defect != test.defect || (m.Err == nil) != (test.defect == "") {
			t.Errorf("%s: got %+v", test.name, m)
		}
	}
}

func TestDescribe(t *testing.T) {
	ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("ca\x1b[2J").With(tlstest.Country, "DE"), Extensions: tlstest.CA()})
	id := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker").With(tlstest.Email, "a@b"), Issuer: ca, Key: tlstest.RSA(2048, 1),
		Serial: big.NewInt(0xbeef), Extensions: extensions{tlstest.SAN(tlstest.DNS("a.lan"), tlstest.Mail("x@y"), tlstest.IP("2001:db8::1"))}})
	got := certs.Describe(id.Certificate)
	want := certs.Description{Subject: "CN=broker, emailAddress=a@b", Issuer: `CN=ca\x1b[2J, C=DE`, Serial: "beef", Version: 3,
		NotBefore: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2046, 1, 1, 0, 0, 0, 0, time.UTC),
		Key: "RSA 2048", Signature: "ECDSA-SHA256", SHA256: got.SHA256, Names: []string{"a.lan", "2001:db8::1"}, CommonNames: []string{"broker"}}
	if !reflect.DeepEqual(got, want) || len(got.SHA256) != 64 {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if d := certs.Describe(ca.Certificate); !d.IsCA || d.Key != "ECDSA P-256" {
		t.Errorf("got %+v", d)
	}
	sha224 := tlstest.Issue(tlstest.Template{Digest: tlstest.SHA224})
	if d := certs.Describe(sha224.Certificate); d.Signature != "SHA224-ECDSA" || d.Subject != "(empty name)" {
		t.Errorf("got %+v", d)
	}
}

func TestRelations(t *testing.T) {
	p := newPlant()
	twin := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant Root"), Key: tlstest.P256("twin"), Extensions: tlstest.CA()})
	inter, root, other := p.inter.Certificate, p.root.Certificate, twin.Certificate
	for _, test := range []struct {
		name      string
		got, want bool
	}{
		{"the root may issue", certs.MayIssue(root, inter), true},
		{"another root may not", certs.MayIssue(other, inter), false},
		{"the root's key identifier fits", certs.KeyIDFits(root, inter), true},
		{"another root's does not", certs.KeyIDFits(other, inter), false},
		{"signed by the root", certs.SignedBy(inter, root), true},
		{"not by the other", certs.SignedBy(inter, other), false},
		{"the root is self-signed", certs.LooksSelfSigned(root), true},
		{"the intermediate is not", certs.LooksSelfSigned(inter), false},
		{"the root is self-issued", certs.SelfIssued(root), true},
		{"the intermediate is not", certs.SelfIssued(inter), false},
	} {
		if test.got != test.want {
			t.Errorf("%s: %v", test.name, test.got)
		}
	}
}

// The alerts are those that a libssl 3.0 client sent when its verification was made to end with each number.
func TestNumbers(t *testing.T) {
	alerts := map[byte][]certs.ErrorNumber{
		42: {6, 9, 11, 28, 62, 64, 66, 67, 68, 94}, 43: {26}, 44: {23}, 45: {10, 12}, 46: {34, 35, 40, 47, 48, 49, 51, 53},
		48: {2, 3, 18, 19, 20, 21, 22, 25, 33, 79}, 51: {7, 8}, 80: {0, 1},
	}
	seen := map[string]bool{}
	for alert, numbers := range alerts {
		for _, n := range numbers {
			if got := n.Alert(); got != alert {
				t.Errorf("%d: alert %d, want %d", n, got, alert)
			}
			if text := n.String(); seen[text] {
				t.Errorf("%d: the text %q is another's", n, text)
			} else {
				seen[text] = true
			}
		}
	}
	for _, n := range []certs.ErrorNumber{-1, 1, 17, 95, 1000} {
		if got := n.String(); got != "unspecified certificate verification error" {
			t.Errorf("%d: %q", n, got)
		}
	}
}

// At the sizes where the strength of an RSA key changes, openssl must see the same change.
func TestSecurityBitsOfRSA(t *testing.T) {
	program := openssl(t)
	ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("ca"), Extensions: tlstest.CA()})
	strength := func(bits int) int {
		return certs.SecurityBits(&rsa.PublicKey{N: new(big.Int).SetBit(big.NewInt(1), bits-1, 1), E: 65537})
	}
	for level := 1; level <= 3; level++ {
		enough := 512
		for strength(enough) < certs.LevelBits(level) {
			enough++
		}
		for _, bits := range []int{enough - 1, enough} {
			modulus := new(big.Int).SetBit(big.NewInt(1), bits-1, 1)
			spki, err := x509.MarshalPKIXPublicKey(&rsa.PublicKey{N: modulus, E: 65537})
			if err != nil {
				t.Fatal(err)
			}
			leaf := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("x"), Issuer: ca, PublicKey: spki})
			dir := files(t, map[string][]byte{"ca": ca.CertPEM(), "leaf": leaf.CertPEM()})
			out, _ := exec.Command(program, "verify", "-CAfile", filepath.Join(dir, "ca"), "-auth_level", strconv.Itoa(level),
				filepath.Join(dir, "leaf")).CombinedOutput()
			if weak := strings.Contains(string(out), "error 66"); weak != (bits < enough) {
				t.Errorf("level %d: openssl takes %d bits for too few: %v", level, bits, weak)
			}
		}
	}
}

func TestStoreIsSafeForConcurrentUse(t *testing.T) {
	p := newPlant()
	dir := files(t, map[string][]byte{certs.SubjectHash(p.root.Certificate.RawSubject) + ".0": p.root.CertPEM(), "inter": p.inter.CertPEM()})
	s := certs.NewStore()
	s.AddDir(dir)
	if err := s.AddFile(filepath.Join(dir, "inter")); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := certs.Verify([]*x509.Certificate{p.leaf.Certificate}, certs.Options{Store: s, Host: "broker.lan", Now: tlstest.Now(), SecurityLevel: 2}); err != nil {
				t.Error(err)
			}
			if len(s.Certificates()) != 1 {
				t.Error("not one certificate in the file")
			}
		})
	}
	wg.Wait()
}

func TestNothingPresented(t *testing.T) {
	if _, err := certs.Verify(nil, certs.Options{}); err == nil {
		t.Error("no certificate is accepted")
	}
}

func TestChainTooLong(t *testing.T) {
	ca := extensions{tlstest.BasicConstraints(true, tlstest.NoPathLen)}
	top := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("root"), Extensions: ca})
	root := top
	var chain []*tlstest.Identity
	for i := range 103 {
		top = tlstest.Issue(tlstest.Template{Subject: tlstest.CN(strconv.Itoa(i)), Issuer: top, Key: tlstest.P256("one for all"), Extensions: ca})
		chain = append(chain, top)
	}
	slices.Reverse(chain)
	runChainCases(t, []chainCase{
		{name: "too long by two", chain: chain, cas: list(root), want: certs.CertChainTooLong, depth: 101},
		{name: "too long by one", chain: chain[1:], cas: list(root), want: certs.CertChainTooLong, depth: 101},
		{name: "just short enough", chain: chain[2:], cas: list(root)},
		{name: "too long and without an end", chain: chain, want: certs.CertChainTooLong, depth: 101},
	})
}
