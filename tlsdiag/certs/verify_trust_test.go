package certs_test

import (
	"encoding/asn1"
	"encoding/pem"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// plant is an ordinary three-level PKI.
type plant struct{ root, inter, leaf, client *tlstest.Identity }

func newPlant() plant {
	root := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant Root"), Extensions: tlstest.CA()})
	inter := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Line CA"), Issuer: root, Extensions: tlstest.CA()})
	leaf := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: inter, Extensions: tlstest.Server(tlstest.DNS("broker.lan"))})
	client := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("gw1"), Issuer: inter, Extensions: tlstest.Client()})
	return plant{root, inter, leaf, client}
}

func TestTutorialCertificates(t *testing.T) {
	ca, srv, _ := tlstest.TutorialPKI("localhost", "client")
	sameV1 := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("localhost"), Key: tlstest.RSA(2048, 1)})
	leafOfSameV1 := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("localhost"), Issuer: sameV1, Key: tlstest.RSA(2048, 2)})
	sameV3 := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("localhost"), Key: tlstest.RSA(2048, 1),
		Extensions: []tlstest.Extension{tlstest.SubjectKeyID(), tlstest.AuthorityKeyID(), tlstest.BasicConstraints(true, tlstest.NoPathLen)}})
	leafOfSameV3 := tlstest.Issue(tlstest.Template{Version: 1, Subject: tlstest.CN("localhost"), Issuer: sameV3, Key: tlstest.RSA(2048, 2)})
	withKeyIDs := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("localhost"), Issuer: sameV3, Key: tlstest.RSA(2048, 2),
		Extensions: []tlstest.Extension{tlstest.SubjectKeyID(), tlstest.AuthorityKeyID()}})
	keyIDsMissingBelow := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("localhost"), Issuer: sameV3, Key: tlstest.RSA(2048, 2),
		Extensions: []tlstest.Extension{tlstest.AuthorityKeyID()}})
	runChainCases(t, []chainCase{
		{name: "common name is the host", chain: list(srv), cas: list(ca), host: "localhost", byCN: true},
		{name: "common name is another", chain: list(srv), cas: list(ca), host: "broker", want: certs.HostnameMismatch},
		{name: "dialled by address", chain: list(srv), cas: list(ca), host: "127.0.0.1", want: certs.IPAddressMismatch},
		{name: "name not checked", chain: list(srv), cas: list(ca)},
		{name: "CA and server of one name", chain: list(leafOfSameV1), cas: list(sameV1), host: "localhost", want: certs.DepthZeroSelfSignedCert},
		{name: "CA and server of one name, name not checked", chain: list(leafOfSameV1), cas: list(sameV1), want: certs.DepthZeroSelfSignedCert},
		{name: "CA and client of one name", chain: list(leafOfSameV1), cas: list(sameV1), client: true, want: certs.DepthZeroSelfSignedCert},
		{name: "one name, v3 CA and v1 server", chain: list(leafOfSameV3), cas: list(sameV3), host: "localhost", want: certs.DepthZeroSelfSignedCert},
		{name: "one name, key identifiers", chain: list(withKeyIDs), cas: list(sameV3), host: "localhost", byCN: true},
		{name: "one name, no subject key identifier", chain: list(keyIDsMissingBelow), cas: list(sameV3), want: certs.DepthZeroSelfSignedCert},
		{name: "CA sent along", chain: list(srv, ca), cas: list(ca), host: "localhost", byCN: true},
		{name: "CA unknown", chain: list(srv), cas: list(sameV1), want: certs.UnableToGetIssuerCertLocally},
		{name: "CA unknown, sent along", chain: list(srv, ca), cas: list(sameV1), want: certs.SelfSignedCertInChain, depth: 1},
		{name: "no CA at all", chain: list(srv), want: certs.UnableToGetIssuerCertLocally},
	})
}

func TestChainBuilding(t *testing.T) {
	p := newPlant()
	bare := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("self"), Key: tlstest.P256("self")})
	selfFalse := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("self"), Key: tlstest.P256("self"), Extensions: tlstest.Server(tlstest.DNS("self.lan"))})
	selfTrue := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("self"), Key: tlstest.P256("self"), Extensions: tlstest.CA()})
	otherSelf := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("self"), Key: tlstest.P256("other")})
	recreated := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant Root"), Key: tlstest.P256("second"), Extensions: tlstest.CA()})
	noKeyID := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("old root"), Key: tlstest.P256("old"), Extensions: []tlstest.Extension{tlstest.BasicConstraints(true, -1)}})
	noKeyIDAgain := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("old root"), Key: tlstest.P256("new"), Extensions: []tlstest.Extension{tlstest.BasicConstraints(true, -1)}})
	leafOfNoKeyID := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: noKeyID})
	wrongAKI := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: p.inter, Extensions: []tlstest.Extension{tlstest.AuthorityKeyID(1, 2, 3)}})
	serialCA := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("serial CA"), Serial: bigInt(77), Extensions: []tlstest.Extension{tlstest.BasicConstraints(true, -1)}})
	rightSerial := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: serialCA,
		Extensions: []tlstest.Extension{tlstest.AuthoritySerial(tlstest.CN("serial CA"), 77)}})
	wrongSerial := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: serialCA,
		Extensions: []tlstest.Extension{tlstest.AuthoritySerial(tlstest.CN("serial CA"), 78)}})
	wrongSerialIssuer := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: serialCA,
		Extensions: []tlstest.Extension{tlstest.AuthoritySerial(tlstest.CN("another"), 77)}})
	rsaRoot := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant Root"), Key: tlstest.RSA(2048, 4), Extensions: []tlstest.Extension{tlstest.BasicConstraints(true, -1)}})
	otherKind := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: noKeyID, IssuerName: tlstest.CN("Plant Root")})
	renewed := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant Root"), Key: p.root.Key, Serial: bigInt(2), Extensions: tlstest.CA()})
	runChainCases(t, []chainCase{
		{name: "three levels", chain: list(p.leaf, p.inter), cas: list(p.root), host: "broker.lan"},
		{name: "three levels, root sent", chain: list(p.leaf, p.inter, p.root), cas: list(p.root), host: "broker.lan"},
		{name: "wrong order, foreign certificates between", chain: list(p.leaf, p.root, bare, p.inter), cas: list(p.root), host: "broker.lan"},
		{name: "intermediate missing", chain: list(p.leaf), cas: list(p.root), want: certs.UnableToGetIssuerCertLocally},
		{name: "intermediate in the CA file", chain: list(p.leaf), cas: list(p.root, p.inter), host: "broker.lan"},
		{name: "only the intermediate in the CA file", chain: list(p.leaf, p.inter), cas: list(p.inter), want: certs.UnableToGetIssuerCert, depth: 1},
		{name: "intermediate in the CA file, root sent", chain: list(p.leaf, p.inter, p.root), cas: list(p.inter), want: certs.UnableToGetIssuerCert, depth: 1},
		{name: "the server's own certificate in the CA file", chain: list(p.leaf), cas: list(p.leaf), want: certs.UnableToGetIssuerCertLocally},
		{name: "the chain in the CA file but for the root", chain: list(p.leaf, p.inter), cas: list(p.leaf, p.inter), want: certs.UnableToGetIssuerCert, depth: 1},
		{name: "self-signed, not known", chain: list(selfFalse), cas: list(p.root), want: certs.DepthZeroSelfSignedCert},
		{name: "self-signed, known, CA:FALSE", chain: list(selfFalse), cas: list(selfFalse), host: "self.lan"},
		{name: "self-signed, known, CA:TRUE without server purpose", chain: list(selfTrue), cas: list(selfTrue), want: certs.InvalidPurpose},
		{name: "self-signed, known, bare", chain: list(bare), cas: list(bare), host: "self", byCN: true},
		{name: "self-signed, replaced", chain: list(otherSelf), cas: list(bare), want: certs.DepthZeroSelfSignedCert},
		{name: "root re-created, key identifiers", chain: list(p.leaf, p.inter), cas: list(recreated), want: certs.UnableToGetIssuerCertLocally, depth: 1},
		{name: "root re-created, and sent", chain: list(p.leaf, p.inter, p.root), cas: list(recreated), want: certs.SelfSignedCertInChain, depth: 2},
		{name: "root re-created, no key identifiers", chain: list(leafOfNoKeyID), cas: list(noKeyIDAgain), want: certs.CertSignatureFailure},
		{name: "both roots, the right one second", chain: list(leafOfNoKeyID), cas: list(noKeyIDAgain, noKeyID), want: certs.CertSignatureFailure},
		{name: "both roots, the right one first", chain: list(leafOfNoKeyID), cas: list(noKeyID, noKeyIDAgain)},
		{name: "both roots with key identifiers", chain: list(p.leaf, p.inter), cas: list(recreated, p.root)},
		{name: "renewed root of the same key", chain: list(p.leaf, p.inter), cas: list(renewed)},
		{name: "authority key identifier wrong", chain: list(wrongAKI, p.inter), cas: list(p.root), want: certs.UnableToGetIssuerCertLocally},
		{name: "authority serial right", chain: list(rightSerial), cas: list(serialCA)},
		{name: "authority serial wrong", chain: list(wrongSerial), cas: list(serialCA), want: certs.UnableToGetIssuerCertLocally},
		{name: "authority issuer wrong", chain: list(wrongSerialIssuer), cas: list(serialCA), want: certs.UnableToGetIssuerCertLocally},
		{name: "issuer of another kind of key", chain: list(otherKind), cas: list(rsaRoot), want: certs.UnableToGetIssuerCertLocally},
		{name: "client certificate", chain: list(p.client, p.inter), cas: list(p.root), client: true},
	})
}

func TestNamesOfIssuers(t *testing.T) {
	issue := func(ca, issuer tlstest.Name) ([]*tlstest.Identity, []*tlstest.Identity) {
		root := tlstest.Issue(tlstest.Template{Subject: ca, Extensions: tlstest.CA()})
		return list(tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: root, IssuerName: issuer})), list(root)
	}
	row := func(name string, ca, issuer tlstest.Name, want certs.ErrorNumber) chainCase {
		chain, cas := issue(ca, issuer)
		return chainCase{name: name, chain: chain, cas: cas, want: want}
	}
	plain := tlstest.CN("Plant CA").With(tlstest.Organization, "Plant")
	unlike := certs.UnableToGetIssuerCertLocally
	runChainCases(t, []chainCase{
		row("string type", plain, plain.As(asn1.TagPrintableString), 0),
		row("teletex", tlstest.CN("Pl\u00e4nt"), tlstest.Name{{Type: tlstest.CommonName, Value: "Pl\xe4nt", Tag: asn1.TagT61String}}, 0),
		row("BMPString", tlstest.CN("ca"), tlstest.Name{{Type: tlstest.CommonName, Value: "\x00c\x00a", Tag: asn1.TagBMPString}}, 0),
		row("case", plain, tlstest.CN("PLANT ca").With(tlstest.Organization, "plant"), 0),
		row("spaces", plain, tlstest.CN("  Plant \t CA ").With(tlstest.Organization, "Plant"), 0),
		row("case beyond ASCII", tlstest.CN("Pl\u00e4nt"), tlstest.CN("Pl\u00c4nt"), unlike),
		row("order", plain, tlstest.Name{plain[1], plain[0]}, unlike),
		row("another letter", plain, tlstest.CN("Plant CB").With(tlstest.Organization, "Plant"), unlike),
		row("type of attribute", tlstest.CN("x"), tlstest.Name{{Type: tlstest.Organization, Value: "x"}}, unlike),
		row("a space more in the middle of a word", plain, tlstest.CN("Pl ant CA").With(tlstest.Organization, "Plant"), unlike),
		row("numeric string is no text", tlstest.CN("7"), tlstest.Name{{Type: tlstest.CommonName, Value: "7", Tag: asn1.TagNumericString}}, unlike),
		row("underscore", tlstest.CN("plant_ca"), tlstest.CN("PLANT_CA"), 0),
	})
}

func TestTrustLabels(t *testing.T) {
	p := newPlant()
	server, client := tlstest.ServerAuth, tlstest.ClientAuth
	noServer := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("odd root"), Extensions: append(tlstest.CA(), tlstest.ExtKeyUsage(tlstest.ClientAuth))})
	leafOfNoServer := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker"), Issuer: noServer})
	expired := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Line CA"), Issuer: p.root, Key: p.inter.Key, NotAfter: tlstest.Now().AddDate(0, -1, 0), Extensions: tlstest.CA()})
	old := pem.EncodeToMemory(&pem.Block{Type: "X509 CERTIFICATE", Bytes: p.root.DER})
	runChainCases(t, []chainCase{
		{name: "X509 CERTIFICATE", chain: list(p.leaf, p.inter), caPEM: old, host: "broker.lan"},
		{name: "byte order mark", chain: list(p.leaf, p.inter), caPEM: append([]byte("\xef\xbb\xbf"), p.root.CertPEM()...), host: "broker.lan"},
		{name: "trusted without settings", chain: list(p.leaf, p.inter), caPEM: p.root.TrustedPEM(nil, nil)},
		{name: "trusted for servers", chain: list(p.leaf, p.inter), caPEM: p.root.TrustedPEM(purposes(server), nil)},
		{name: "trusted for anything", chain: list(p.leaf, p.inter), caPEM: p.root.TrustedPEM(purposes(tlstest.AnyPurpose), nil)},
		{name: "trusted for clients only", chain: list(p.leaf, p.inter), caPEM: p.root.TrustedPEM(purposes(client), nil), want: certs.CertRejected, depth: 2},
		{name: "trusted for clients, a client", chain: list(p.client, p.inter), caPEM: p.root.TrustedPEM(purposes(client), nil), client: true},
		{name: "rejected for servers", chain: list(p.leaf, p.inter), caPEM: p.root.TrustedPEM(nil, purposes(server)), want: certs.CertRejected, depth: 2},
		{name: "rejected for anything", chain: list(p.leaf, p.inter), caPEM: p.root.TrustedPEM(nil, purposes(tlstest.AnyPurpose)), want: certs.CertRejected, depth: 2},
		{name: "rejected for clients", chain: list(p.leaf, p.inter), caPEM: p.root.TrustedPEM(nil, purposes(client))},
		{name: "intermediate as an anchor", chain: list(p.leaf, p.inter), caPEM: p.inter.TrustedPEM(purposes(server), nil), host: "broker.lan"},
		{name: "intermediate rejected", chain: list(p.leaf, p.inter), caPEM: p.inter.TrustedPEM(nil, purposes(server)), want: certs.CertRejected, depth: 1},
		{name: "expired intermediate as an anchor", chain: list(p.leaf, expired), caPEM: expired.TrustedPEM(purposes(server), nil)},
		{name: "label beats the root's own purposes", chain: list(leafOfNoServer), caPEM: noServer.TrustedPEM(purposes(server), nil)},
		{name: "the root's own purposes", chain: list(leafOfNoServer), cas: list(noServer), want: certs.InvalidPurpose, depth: 1},
		{name: "the server's own certificate as an anchor", chain: list(p.leaf), caPEM: p.leaf.TrustedPEM(purposes(server), nil), want: certs.UnableToGetIssuerCertLocally},
	})
}

func purposes(p ...tlstest.Purpose) []tlstest.Purpose { return p }
