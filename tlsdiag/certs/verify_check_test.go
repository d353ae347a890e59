package certs_test

import (
	"crypto/elliptic"
	"crypto/x509"
	"encoding/asn1"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

type extensions = []tlstest.Extension

// under returns root, intermediate and leaf with these extensions each; the leaf has none if nil.
func under(root, inter, leaf extensions) (chain, cas []*tlstest.Identity) {
	r := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("root"), Extensions: root})
	i := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("inter"), Issuer: r, Extensions: inter})
	l := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: i, Extensions: leaf})
	return list(l, i), list(r)
}

func TestExtensions(t *testing.T) {
	row := func(name string, root, inter, leaf extensions, want certs.ErrorNumber, depth int) chainCase {
		chain, cas := under(root, inter, leaf)
		return chainCase{name: name, chain: chain, cas: cas, want: want, depth: depth}
	}
	ca := extensions{tlstest.BasicConstraints(true, tlstest.NoPathLen)}
	notCA := extensions{tlstest.BasicConstraints(false, tlstest.NoPathLen)}
	usage := func(u x509.KeyUsage) extensions { return extensions{tlstest.KeyUsage(u)} }
	caUsage := func(u x509.KeyUsage) extensions { return append(usage(u), ca...) }
	eku := func(p ...tlstest.Purpose) extensions { return extensions{tlstest.ExtKeyUsage(p...)} }
	caEKU := func(p ...tlstest.Purpose) extensions { return append(eku(p...), ca...) }
	pathLen := func(n int) extensions { return extensions{tlstest.BasicConstraints(true, n)} }
	odd := tlstest.Raw(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, true, []byte{5, 0})
	oddLenient := tlstest.Raw(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, false, []byte{5, 0})
	proxy := tlstest.Raw(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 14}, true,
		[]byte{0x30, 0x0c, 0x30, 0x0a, 6, 8, 0x2b, 6, 1, 5, 5, 7, 0x15, 1})
	noCheck := tlstest.Raw(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}, true, []byte{5, 0})
	netscape := func(bits byte) extensions {
		return extensions{tlstest.Raw(asn1.ObjectIdentifier{2, 16, 840, 1, 113730, 1, 1}, false, []byte{3, 2, 0, bits})}
	}
	requirePolicy := tlstest.Raw(asn1.ObjectIdentifier{2, 5, 29, 36}, true, []byte{0x30, 3, 0x80, 1, 0})
	runChainCases(t, []chainCase{
		row("leaf without extensions", ca, ca, nil, 0, 0),
		row("root without extensions", nil, ca, nil, certs.InvalidCA, 2),
		row("root CA:FALSE", notCA, ca, nil, certs.InvalidCA, 2),
		row("intermediate without extensions", ca, nil, nil, certs.InvalidCA, 1),
		row("intermediate CA:FALSE", ca, notCA, nil, certs.InvalidCA, 1),
		row("root with keyUsage keyCertSign alone", usage(x509.KeyUsageCertSign), ca, nil, 0, 0),
		row("intermediate with keyUsage keyCertSign alone", ca, usage(x509.KeyUsageCertSign), nil, certs.InvalidCA, 1),
		row("root with keyUsage but no keyCertSign", caUsage(x509.KeyUsageCRLSign), ca, nil, certs.InvalidCA, 2),
		row("intermediate with keyUsage but no keyCertSign", ca, caUsage(x509.KeyUsageDigitalSignature), nil, certs.InvalidCA, 1),
		row("root with the Netscape CA type", netscape(0x04), ca, nil, 0, 0),
		row("root with the Netscape e-mail CA type", netscape(0x02), ca, nil, certs.InvalidPurpose, 2),
		row("leaf with the Netscape server type", ca, ca, netscape(0x40), 0, 0),
		row("leaf with the Netscape client type", ca, ca, netscape(0x80), certs.InvalidPurpose, 0),
		row("leaf CA:TRUE", ca, ca, ca, 0, 0),
		row("leaf for servers", ca, ca, eku(tlstest.ServerAuth), 0, 0),
		row("leaf for clients", ca, ca, eku(tlstest.ClientAuth), certs.InvalidPurpose, 0),
		row("leaf for both", ca, ca, eku(tlstest.ClientAuth, tlstest.ServerAuth), 0, 0),
		row("leaf for anything", ca, ca, eku(tlstest.AnyPurpose), certs.InvalidPurpose, 0),
		row("leaf for Netscape's server gated crypto", ca, ca, eku(tlstest.ServerGatedCrypto), 0, 0),
		row("intermediate for clients", ca, caEKU(tlstest.ClientAuth), nil, certs.InvalidPurpose, 1),
		row("intermediate for servers", ca, caEKU(tlstest.ServerAuth), nil, 0, 0),
		row("root for code signing", caEKU(tlstest.CodeSigning), ca, nil, certs.InvalidPurpose, 2),
		row("leaf keyUsage digitalSignature", ca, ca, usage(x509.KeyUsageDigitalSignature), 0, 0),
		row("leaf keyUsage keyEncipherment", ca, ca, usage(x509.KeyUsageKeyEncipherment), 0, 0),
		row("leaf keyUsage keyAgreement", ca, ca, usage(x509.KeyUsageKeyAgreement), 0, 0),
		row("leaf keyUsage dataEncipherment", ca, ca, usage(x509.KeyUsageDataEncipherment|x509.KeyUsageContentCommitment), certs.InvalidPurpose, 0),
		row("leaf keyUsage empty", ca, ca, usage(0), certs.UnableToGetIssuerCertLocally, 0),
		row("intermediate keyUsage empty", ca, caUsage(0), nil, certs.UnableToGetIssuerCertLocally, 0),
		row("path length 1 with 1 below", pathLen(1), ca, nil, 0, 0),
		row("path length 0 with 1 below", pathLen(0), ca, nil, certs.PathLengthExceeded, 2),
		row("path length 0 with none below", ca, pathLen(0), nil, 0, 0),
		row("leaf with an unknown critical extension", ca, ca, extensions{odd}, certs.UnhandledCriticalExtension, 0),
		row("leaf with an unknown extension", ca, ca, extensions{oddLenient}, 0, 0),
		row("intermediate with an unknown critical extension", ca, append(extensions{odd}, ca...), nil, certs.UnhandledCriticalExtension, 1),
		row("root with an unknown critical extension", append(extensions{odd}, ca...), ca, nil, certs.UnhandledCriticalExtension, 2),
		row("critical OCSP no check", ca, ca, extensions{noCheck}, 0, 0),
		row("proxy certificate", ca, ca, extensions{proxy}, certs.ProxyCertificatesNotAllowed, 0),
		row("intermediate demands a policy", ca, append(extensions{requirePolicy}, ca...), nil, 0, 0),
		row("critical subject alternative name", ca, ca, extensions{tlstest.Critical(tlstest.SAN(tlstest.DNS("x")))}, 0, 0),
	})
}

// A certificate with an extension that does not decode is nobody's issuer and has none.
func TestMalformedSelfSigned(t *testing.T) {
	bad := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("self"), Extensions: extensions{tlstest.KeyUsage(0)}})
	badName := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("self"), Extensions: extensions{
		tlstest.Raw(asn1.ObjectIdentifier{2, 5, 29, 35}, false, []byte{0x30, 6, 0xa1, 4, 0xa4, 2, 5, 0})}})
	runChainCases(t, []chainCase{
		{name: "known", chain: list(bad), cas: list(bad), want: certs.UnableToGetIssuerCertLocally},
		{name: "not known", chain: list(bad), want: certs.UnableToGetIssuerCertLocally},
		{name: "authority issuer is no name", chain: list(badName), cas: list(badName), want: certs.UnableToGetIssuerCertLocally},
	})
}

func TestClientPurpose(t *testing.T) {
	row := func(name string, leaf extensions, want certs.ErrorNumber) chainCase {
		chain, cas := under(tlstest.CA(), tlstest.CA(), leaf)
		return chainCase{name: name, chain: chain, cas: cas, client: true, want: want}
	}
	runChainCases(t, []chainCase{
		row("no extensions", nil, 0),
		row("for clients", tlstest.Client(), 0),
		row("for servers", tlstest.Server(tlstest.DNS("x")), certs.InvalidPurpose),
		row("keyEncipherment alone", extensions{tlstest.KeyUsage(x509.KeyUsageKeyEncipherment)}, certs.InvalidPurpose),
	})
}

func TestVersionOneAndSelfIssued(t *testing.T) {
	root := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("v1 root")})
	v1Inter := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("v1 inter"), Issuer: root})
	underV1 := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: v1Inter})
	v3Root := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("v3 root"), Extensions: extensions{tlstest.BasicConstraints(true, 0), tlstest.SubjectKeyID()}})
	// The same name, another key: a key rollover. It does not count for the path length.
	rollover := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("v3 root"), Issuer: v3Root, Key: tlstest.P256("rollover"),
		Extensions: extensions{tlstest.BasicConstraints(true, tlstest.NoPathLen), tlstest.SubjectKeyID(), tlstest.AuthorityKeyID()}})
	underRollover := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: rollover, Extensions: extensions{tlstest.AuthorityKeyID()}})
	runChainCases(t, []chainCase{
		{name: "version 1 root", chain: list(v1Inter), cas: list(root)},
		{name: "version 1 intermediate", chain: list(underV1, v1Inter), cas: list(root), want: certs.InvalidCA, depth: 1},
		{name: "self-issued intermediate", chain: list(underRollover, rollover), cas: list(v3Root)},
	})
}

func TestSecurityLevels(t *testing.T) {
	issue := func(key, caKey tlstest.Template) (chain, cas []*tlstest.Identity) {
		caKey.Subject, caKey.Extensions = tlstest.CN("ca"), extensions{tlstest.BasicConstraints(true, -1)}
		ca := tlstest.Issue(caKey)
		key.Subject, key.Issuer = tlstest.CN("broker"), ca
		return list(tlstest.Issue(key)), list(ca)
	}
	type template = tlstest.Template
	var cases []chainCase
	row := func(name string, leaf, ca template, level int, want certs.ErrorNumber, depth int) {
		chain, cas := issue(leaf, ca)
		cases = append(cases, chainCase{name: name, chain: chain, cas: cas, level: level, want: want, depth: depth})
	}
	small, large := template{Key: tlstest.RSA(1024, 1)}, template{Key: tlstest.RSA(2048, 1)}
	row("RSA 1024 server at level 2", small, large, 2, certs.EEKeyTooSmall, 0)
	row("RSA 1024 server at level 1", small, large, 1, 0, 0)
	row("RSA 512 server at level 1", template{Key: tlstest.RSA(512, 1)}, large, 1, certs.EEKeyTooSmall, 0)
	row("RSA 512 server at level 0", template{Key: tlstest.RSA(512, 1)}, large, noLevel, 0, 0)
	row("RSA 1024 CA at level 2", large, small, 2, certs.CAKeyTooSmall, 1)
	row("RSA 1024 CA at level 1", large, small, 1, 0, 0)
	row("RSA 2048 at level 3", large, large, 3, certs.EEKeyTooSmall, 0)
	row("RSA 3072 at level 3", template{Key: tlstest.RSA(3072, 1)}, template{Key: tlstest.RSA(4096, 1)}, 3, 0, 0)
	row("RSA 4096 at level 4", template{Key: tlstest.RSA(4096, 1)}, template{Key: tlstest.RSA(4096, 1)}, 4, certs.EEKeyTooSmall, 0)
	row("SHA-1 signature at level 2", template{Digest: tlstest.SHA1}, large, 2, certs.CAMDTooWeak, 0)
	row("SHA-1 signature at level 1", template{Digest: tlstest.SHA1}, large, 1, certs.CAMDTooWeak, 0)
	row("SHA-1 signature at level 0", template{Digest: tlstest.SHA1}, large, noLevel, 0, 0)
	row("SHA-1 signature of ECDSA at level 0", template{Digest: tlstest.SHA1}, template{}, noLevel, 0, 0)
	row("MD5 signature at level 2", template{Digest: tlstest.MD5}, large, 2, certs.CAMDTooWeak, 0)
	row("MD5 signature at level 0", template{Digest: tlstest.MD5}, large, noLevel, 0, 0)
	row("SHA-1 root at level 2", template{}, template{Key: tlstest.RSA(2048, 1), Digest: tlstest.SHA1}, 2, 0, 0)
	row("SHA-224 signature", template{Digest: tlstest.SHA224}, large, 2, 0, 0)
	row("SHA-224 signature of ECDSA", template{Digest: tlstest.SHA224}, template{}, 2, 0, 0)
	row("SHA-224 signature at level 3", template{Digest: tlstest.SHA224}, template{}, 3, certs.CAMDTooWeak, 0)
	row("RSA-PSS signature", template{Digest: tlstest.SHA256PSS}, large, 2, 0, 0)
	row("RSA-PSS signature with a long salt", template{Digest: tlstest.SHA256PSSLongSalt}, large, 2, 0, 0)
	row("damaged RSA-PSS signature with a long salt", template{Digest: tlstest.SHA256PSSLongSalt, Damage: tlstest.FlipSignature}, large, 2,
		certs.CertSignatureFailure, 0)
	row("damaged SHA-224 signature", template{Digest: tlstest.SHA224, Damage: tlstest.FlipSignature}, large, 2, certs.CertSignatureFailure, 0)
	row("damaged MD5 signature at level 0", template{Digest: tlstest.MD5, Damage: tlstest.FlipSignature}, large, noLevel, certs.CertSignatureFailure, 0)
	p224, p384, p521 := template{Key: tlstest.EC(elliptic.P224(), "a")}, template{Key: tlstest.EC(elliptic.P384(), "a"), Digest: tlstest.SHA512},
		template{Key: tlstest.EC(elliptic.P521(), "a"), Digest: tlstest.SHA512}
	row("P-224", p224, p384, 2, 0, 0)
	row("P-224 at level 3", p224, p384, 3, certs.EEKeyTooSmall, 0)
	row("P-384 at level 4", p384, p521, 4, 0, 0)
	row("P-384 at level 5", p384, p521, 5, certs.EEKeyTooSmall, 0)
	row("P-521 at level 5", p521, p521, 5, 0, 0)
	row("Ed25519 at level 3", template{Key: tlstest.Ed25519("a")}, template{Key: tlstest.Ed25519("b")}, 3, 0, 0)
	row("Ed25519 at level 4", template{Key: tlstest.Ed25519("a")}, template{Key: tlstest.Ed25519("b")}, 4, certs.EEKeyTooSmall, 0)
	runChainCases(t, cases)
}

func TestDatesAndSignatures(t *testing.T) {
	now := tlstest.Now()
	past, future := now.AddDate(0, 0, -3), now.AddDate(0, 0, 3)
	type dates struct{ from, to time.Time }
	ok, expired, early := dates{}, dates{to: past}, dates{from: future}
	issue := func(root, inter, leaf dates) (*tlstest.Identity, *tlstest.Identity, *tlstest.Identity) {
		r := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("root"), NotBefore: root.from, NotAfter: root.to, Extensions: tlstest.CA()})
		i := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("inter"), Issuer: r, NotBefore: inter.from, NotAfter: inter.to, Extensions: tlstest.CA()})
		l := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: i, NotBefore: leaf.from, NotAfter: leaf.to})
		return r, i, l
	}
	var cases []chainCase
	row := func(name string, root, inter, leaf dates, want certs.ErrorNumber, depth int) {
		r, i, l := issue(root, inter, leaf)
		cases = append(cases, chainCase{name: name, chain: list(l, i), cas: list(r), want: want, depth: depth})
	}
	row("all in date", ok, ok, ok, 0, 0)
	row("leaf expired", ok, ok, expired, certs.CertHasExpired, 0)
	row("leaf early", ok, ok, early, certs.CertNotYetValid, 0)
	row("intermediate expired", ok, expired, ok, certs.CertHasExpired, 1)
	row("root expired", expired, ok, ok, certs.CertHasExpired, 2)
	row("root early, leaf expired", early, ok, expired, certs.CertNotYetValid, 2)
	row("expires this second", ok, ok, dates{to: now}, certs.CertHasExpired, 0)
	row("begins this second", ok, ok, dates{from: now}, 0, 0)
	row("expires next second", ok, ok, dates{to: now.Add(time.Second)}, 0, 0)
	row("GeneralizedTime", ok, ok, dates{to: time.Date(2051, 1, 1, 0, 0, 0, 0, time.UTC)}, 0, 0)

	root, inter, leaf := issue(ok, ok, ok)
	old := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("root"), Key: root.Key, Serial: bigInt(5), NotAfter: past, Extensions: tlstest.CA()})
	older := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("root"), Key: root.Key, Serial: bigInt(6), NotAfter: past.AddDate(0, 0, -1), Extensions: tlstest.CA()})
	oldInter := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("inter"), Issuer: root, Key: inter.Key, Serial: bigInt(7), NotAfter: past, Extensions: tlstest.CA()})
	newRoot := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("new root"), Extensions: tlstest.CA()})
	cross := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("root"), Issuer: newRoot, Key: root.Key, Extensions: tlstest.CA()})
	damaged := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: inter, Damage: tlstest.FlipSignature})
	changed := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: inter, Damage: tlstest.FlipSubject})
	damagedExpired := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: inter, NotAfter: past, Damage: tlstest.FlipSignature})
	damagedInter := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("inter"), Issuer: root, Key: inter.Key, Extensions: tlstest.CA(), Damage: tlstest.FlipSignature})
	damagedRoot := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("root"), Key: root.Key, Extensions: tlstest.CA(), Damage: tlstest.FlipSignature})
	wrongName := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: inter, NotAfter: past, Extensions: extensions{tlstest.SAN(tlstest.DNS("x"))}})
	runChainCases(t, append(cases, []chainCase{
		{name: "renewed root after the expired one", chain: list(leaf, inter), cas: list(old, root)},
		{name: "expired root after the renewed one", chain: list(leaf, inter), cas: list(root, old)},
		{name: "two expired roots", chain: list(leaf, inter), cas: list(older, old), want: certs.CertHasExpired, depth: 2},
		{name: "expired intermediate sent before the good one", chain: list(leaf, oldInter, inter), cas: list(root)},
		{name: "cross-signed, both roots", chain: list(leaf, inter, cross), cas: list(root, newRoot)},
		{name: "cross-signed, new root only", chain: list(leaf, inter, cross), cas: list(newRoot)},
		{name: "cross-signed, old root only", chain: list(leaf, inter, cross), cas: list(root)},
		{name: "cross-signed, old root expired", chain: list(leaf, inter, cross), cas: list(old, newRoot), want: certs.CertHasExpired, depth: 2},
		{name: "signature damaged", chain: list(damaged, inter), cas: list(root), want: certs.CertSignatureFailure},
		{name: "subject changed", chain: list(changed, inter), cas: list(root), want: certs.CertSignatureFailure},
		{name: "signature damaged and expired", chain: list(damagedExpired, inter), cas: list(root), want: certs.CertSignatureFailure},
		{name: "intermediate's signature damaged", chain: list(leaf, damagedInter), cas: list(root), want: certs.CertSignatureFailure, depth: 1},
		{name: "root's own signature damaged", chain: list(leaf, inter), cas: list(damagedRoot)},
		{name: "name before date", chain: list(wrongName, inter), cas: list(root), host: "broker", want: certs.HostnameMismatch},
	}...))
}
