package tlstest

import (
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"
)

// host is the name under which faults are dialled that are not about the name.
const host = "broker.lan"

// root returns an ordinary root CA.
func root() *Identity { return Issue(Template{Subject: CN("Plant CA"), Extensions: CA()}) }

// leafOf returns an ordinary server certificate of a CA.
func leafOf(ca *Identity) *Identity {
	return Issue(Template{Subject: CN(host), Issuer: ca, Extensions: Server(DNS(host))})
}

// intermediateOf returns an ordinary intermediate CA of one organisation with its root.
func intermediateOf(ca *Identity) *Identity {
	return Issue(Template{Subject: CN("Plant Issuing CA"), Issuer: ca, Extensions: CA()})
}

// trusting is how a client dials that does everything right and trusts these CAs.
func trusting(cas ...*Identity) Dial { return Dial{Host: host, Trust: Bundle(cas...)} }

// chainFault is a fault that stands in the chain which the server presents.
func chainFault(cause string, trust []*Identity, chain ...*Identity) Fault {
	return Fault{Cause: cause, Dial: trusting(trust...), serve: presents(chain...)}
}

// SameSubject has a server certificate with its CA's own name, both version 1.
func SameSubject() Fault {
	ca := Issue(Template{Version: 1, Subject: CN("localhost"), Key: RSA(2048, 1)})
	leaf := Issue(Template{Version: 1, Subject: CN("localhost"), Issuer: ca, Key: RSA(2048, 2)})
	return Fault{Cause: "ca-and-server-same-subject", Dial: Dial{Host: "localhost", Trust: Bundle(ca)}, serve: presents(leaf)}
}

// SelfSigned has a self-signed server certificate that nobody trusts.
func SelfSigned() Fault {
	return chainFault("server-self-signed", []*Identity{root()}, Issue(Template{Subject: CN(host), Extensions: []Extension{SAN(DNS(host))}}))
}

// SelfSignedReplaced has a new self-signed certificate where the client trusts the old one.
func SelfSignedReplaced() Fault {
	self := func(key string, from int) *Identity {
		return Issue(Template{Subject: CN(host), Key: P256(key), NotBefore: time.Date(2026, time.Month(from), 1, 0, 0, 0, 0, time.UTC),
			Extensions: []Extension{SAN(DNS(host))}})
	}
	return chainFault("server-self-signed-replaced", []*Identity{self("old", 1)}, self("new", 9))
}

// IssuerNotTrusted has a certificate of a CA that the client does not have.
func IssuerNotTrusted() Fault {
	other := Issue(Template{Subject: CN("Other CA"), Extensions: CA()})
	return chainFault("issuer-not-trusted", []*Identity{root()}, leafOf(other))
}

// PrivateCANotGiven has a private CA where the client only has the system's.
func PrivateCANotGiven() Fault {
	return Fault{Cause: "private-ca-not-given", Dial: Dial{Host: host, OSCerts: true}, serve: presents(leafOf(root()))}
}

// CARecreated has a certificate of a CA that was made anew under the same name.
func CARecreated() Fault {
	now := Issue(Template{Subject: CN("Plant CA"), Key: P256("second"), NotBefore: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC), Extensions: CA()})
	leaf := Issue(Template{Subject: CN(host), Issuer: now, NotBefore: time.Date(2026, 9, 2, 0, 0, 0, 0, time.UTC), Extensions: Server(DNS(host))})
	return chainFault("ca-recreated", []*Identity{root()}, leaf)
}

// CARecreatedBare is the same with version 1 certificates, which have no key identifiers.
func CARecreatedBare() Fault {
	old := Issue(Template{Version: 1, Subject: CN("ca"), Key: RSA(2048, 1)})
	now := Issue(Template{Version: 1, Subject: CN("ca"), Key: RSA(2048, 3)})
	leaf := Issue(Template{Version: 1, Subject: CN(host), Issuer: now, Key: RSA(2048, 2)})
	f := chainFault("ca-recreated", []*Identity{old}, leaf)
	f.Variant = "bare"
	return f
}

// IntermediateOnly has a client whose CA file holds the intermediate alone.
func IntermediateOnly() Fault {
	inter := intermediateOf(root())
	return chainFault("cafile-intermediate-only", []*Identity{inter}, leafOf(inter), inter)
}

// EndEntity has a client whose CA file holds the server's own certificate.
func EndEntity() Fault {
	leaf := leafOf(root())
	return chainFault("cafile-end-entity", []*Identity{leaf}, leaf)
}

// IntermediateMissing has a server that does not send its intermediate CA.
func IntermediateMissing() Fault {
	plant := func(cn string) Name { return CN(cn).With(Organization, "Plant Ltd") }
	ca := Issue(Template{Subject: plant("Plant Root"), Extensions: CA()})
	inter := Issue(Template{Subject: plant("Plant Issuing CA"), Issuer: ca, Extensions: CA()})
	return chainFault("intermediate-missing", []*Identity{ca}, leafOf(inter))
}

// Intercepted has a certificate that a security product made.
func Intercepted() Fault {
	ca := Issue(Template{Subject: CN("Zscaler Intermediate Root CA").With(Organization, "Zscaler Inc."), Extensions: CA()})
	return chainFault("connection-intercepted", []*Identity{root()}, leafOf(ca), ca)
}

// CloudRootChanged has a client with the root that Azure IoT Hub used before.
func CloudRootChanged() Fault {
	const hub = "plant.azure-devices.net"
	now := Issue(Template{Subject: CN("DigiCert Global Root G2").With(Organization, "DigiCert Inc"), Extensions: CA()})
	old := Issue(Template{Subject: CN("Baltimore CyberTrust Root").With(Organization, "Baltimore"), Extensions: CA()})
	leaf := Issue(Template{Subject: CN(hub), Issuer: now, Extensions: Server(DNS(hub))})
	return Fault{Cause: "cloud-root-changed", Dial: Dial{Host: hub, Trust: Bundle(old)}, serve: presents(leaf)}
}

// WrongKeyID has a certificate whose authority key identifier is not its CA's.
func WrongKeyID() Fault {
	ca := root()
	leaf := Issue(Template{Subject: CN(host), Issuer: ca, Extensions: []Extension{AuthorityKeyID(1, 2, 3, 4), SAN(DNS(host))}})
	return chainFault("authority-key-id-mismatch", []*Identity{ca}, leaf)
}

// BrokenSignature has a certificate with one bit of its signature changed.
func BrokenSignature() Fault {
	ca := root()
	leaf := Issue(Template{Subject: CN(host), Issuer: ca, Extensions: Server(DNS(host)), Damage: FlipSignature})
	return chainFault("certificate-signature-invalid", []*Identity{ca}, leaf)
}

// NotPinned has a client that expects another public key.
func NotPinned() Fault {
	ca := root()
	f := chainFault("pin-mismatch", []*Identity{ca}, leafOf(ca))
	f.Dial.Checks.Pins = [][sha256.Size]byte{sha256.Sum256([]byte("another key"))}
	return f
}

// dated returns a certificate with these dates.
func dated(t Template, from, to time.Time) *Identity {
	t.NotBefore, t.NotAfter = from, to
	return Issue(t)
}

// Expired has a server certificate that expired three days and four hours before Now.
func Expired() Fault {
	ca := root()
	leaf := dated(Template{Subject: CN(host), Issuer: ca, Extensions: Server(DNS(host))},
		time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
	return chainFault("server-certificate-expired", []*Identity{ca}, leaf)
}

// NotYetValid has a server certificate that begins in the future.
func NotYetValid() Fault {
	ca := root()
	leaf := dated(Template{Subject: CN(host), Issuer: ca, Extensions: Server(DNS(host))},
		time.Date(2045, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2046, 1, 1, 0, 0, 0, 0, time.UTC))
	return chainFault("server-certificate-not-yet-valid", []*Identity{ca}, leaf)
}

// ClockBehind has a client whose clock stands before its program was built.
func ClockBehind() Fault {
	ca := root()
	f := chainFault("clock-behind", []*Identity{ca}, leafOf(ca))
	f.Dial.Now = time.Date(1970, 1, 1, 0, 3, 12, 0, time.UTC)
	f.Dial.Build = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	return f
}

// CAExpired has a root that expired while the server's certificate is fine.
func CAExpired() Fault {
	ca := dated(Template{Subject: CN("Plant CA"), Extensions: CA()},
		time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
	return chainFault("ca-expired", []*Identity{ca}, leafOf(ca))
}

// IntermediateExpired has an intermediate CA that expired.
func IntermediateExpired() Fault {
	ca := root()
	inter := dated(Template{Subject: CN("Plant Issuing CA"), Issuer: ca, Extensions: CA()},
		time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC))
	return chainFault("intermediate-expired", []*Identity{ca}, leafOf(inter), inter)
}

// IssuerNotACA has a certificate that an end-entity certificate issued.
func IssuerNotACA() Fault {
	ca := root()
	inter := Issue(Template{Subject: CN("Plant Issuing CA"), Issuer: ca, Extensions: slices.Concat(
		[]Extension{BasicConstraints(false, NoPathLen)}, CA()[2:])})
	return chainFault("issuer-not-a-ca", []*Identity{ca}, leafOf(inter), inter)
}

// IssuerMayNotSign has a CA whose key usage lacks keyCertSign.
func IssuerMayNotSign() Fault {
	ca := root()
	inter := Issue(Template{Subject: CN("Plant Issuing CA"), Issuer: ca, Extensions: []Extension{
		BasicConstraints(true, NoPathLen), KeyUsage(x509.KeyUsageDigitalSignature), SubjectKeyID(), AuthorityKeyID()}})
	return chainFault("issuer-may-not-sign", []*Identity{ca}, leafOf(inter), inter)
}

// PathLength has more CAs than the root allows.
func PathLength() Fault {
	ca := Issue(Template{Subject: CN("Plant CA"), Extensions: append([]Extension{BasicConstraints(true, 0)}, CA()[1:]...)})
	inter := intermediateOf(ca)
	return chainFault("path-length-exceeded", []*Identity{ca}, leafOf(inter), inter)
}

// Purposes has a server certificate that is meant for clients.
func Purposes() Fault {
	ca := root()
	leaf := Issue(Template{Subject: CN(host), Issuer: ca, Extensions: append(Client(), SAN(DNS(host)))})
	return chainFault("server-certificate-purpose", []*Identity{ca}, leaf)
}

// Usage has a server certificate whose key may sign certificates only.
func Usage() Fault {
	ca := root()
	leaf := Issue(Template{Subject: CN(host), Issuer: ca, Extensions: []Extension{KeyUsage(x509.KeyUsageCRLSign), SAN(DNS(host))}})
	return chainFault("server-certificate-key-usage", []*Identity{ca}, leaf)
}

// WeakKey has an RSA key of 1024 bits.
func WeakKey() Fault {
	ca := root()
	leaf := Issue(Template{Subject: CN(host), Issuer: ca, Key: RSA(1024, 1), Extensions: Server(DNS(host))})
	return chainFault("weak-key", []*Identity{ca}, leaf)
}

// WeakSignature has a certificate signed with SHA-1.
func WeakSignature() Fault {
	ca := Issue(Template{Subject: CN("Plant CA"), Key: RSA(2048, 1), Extensions: CA()})
	leaf := Issue(Template{Subject: CN(host), Issuer: ca, Key: RSA(2048, 2), Digest: SHA1, Extensions: Server(DNS(host))})
	return chainFault("weak-signature", []*Identity{ca}, leaf)
}

// NameConstraint has a CA that may only certify other names.
func NameConstraint() Fault {
	ca := Issue(Template{Subject: CN("Plant CA"), Extensions: append(CA(), NameConstraints([]GeneralName{DNS("plant.test")}, nil))})
	return chainFault("name-constraint-violated", []*Identity{ca}, leafOf(ca))
}

// CriticalExtension has a certificate with a critical extension of a private arc.
func CriticalExtension() Fault {
	ca := root()
	private := Raw(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, true, []byte{5, 0})
	leaf := Issue(Template{Subject: CN(host), Issuer: ca, Extensions: append(Server(DNS(host)), private)})
	return chainFault("unknown-critical-extension", []*Identity{ca}, leaf)
}

// RejectedByLabel has a CA file that rejects its CA for servers.
func RejectedByLabel() Fault {
	ca := root()
	f := chainFault("ca-rejected-by-label", nil, leafOf(ca))
	f.Dial.Trust = ca.TrustedPEM(nil, []Purpose{ServerAuth})
	return f
}

// Malformed has a certificate with a negative serial number, which crypto/x509 does not read.
func Malformed() Fault {
	ca := root()
	leaf := Issue(Template{Subject: CN(host), Issuer: ca, Serial: big.NewInt(-7), Extensions: Server(DNS(host))})
	return chainFault("certificate-malformed", []*Identity{ca}, leaf)
}

// UnsupportedKey has a server key on a curve that crypto/x509 does not know.
func UnsupportedKey() Fault {
	ca := root()
	algorithm := sequence(marshal(asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}), marshal(asn1.ObjectIdentifier{1, 3, 36, 3, 3, 2, 8, 1, 1, 7}))
	point := append([]byte{0, 4}, make([]byte, 64)...)
	leaf := Issue(Template{Subject: CN(host), Issuer: ca, PublicKey: sequence(algorithm, tlv(asn1.TagBitString, point)), Extensions: Server(DNS(host))})
	return chainFault("unsupported-key-type", []*Identity{ca}, leaf)
}

// ClockAhead has a client whose clock runs decades ahead.
func ClockAhead() Fault {
	ca := root()
	f := chainFault("clock-ahead", []*Identity{ca}, leafOf(ca))
	f.Dial.Now = time.Date(2060, 1, 1, 0, 3, 12, 0, time.UTC)
	f.Dial.Build = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	return f
}

// SmallCurve has a server key on P-224, which TLS 1.3 has no signature for.
func SmallCurve() Fault {
	ca := root()
	leaf := Issue(Template{Subject: CN(host), Issuer: ca, Key: EC(elliptic.P224(), "server"), Extensions: Server(DNS(host))})
	f := chainFault("no-common-cipher-suite", []*Identity{ca}, leaf)
	f.Variant = "small-curve"
	f.Versions = []uint16{tls.VersionTLS13}
	return f
}

// Placeholder has the certificate that an ingress makes for itself.
func Placeholder() Fault {
	leaf := Issue(Template{Subject: CN("Kubernetes Ingress Controller Fake Certificate").With(Organization, "Acme Co"),
		Extensions: []Extension{SAN(DNS("ingress.local"))}})
	return chainFault("sni-default-certificate", []*Identity{root()}, leaf)
}

// named returns a fault of the name: what is dialled, and the names in the certificate.
func named(cause, dialled, cn string, names ...GeneralName) Fault {
	ca := root()
	t := Template{Subject: CN(cn), Issuer: ca}
	if len(names) > 0 {
		t.Extensions = Server(names...)
	}
	return Fault{Cause: cause, Dial: Dial{Host: dialled, Trust: Bundle(ca)}, serve: presents(Issue(t))}
}

// WrongName has the tutorials' certificate for another name, in the Common Name alone.
func WrongName() Fault {
	ca, server, _ := TutorialPKI("server", "client")
	return Fault{Cause: "server-name-mismatch", Dial: Dial{Host: "localhost", Trust: Bundle(ca)}, serve: presents(server)}
}

// AddressNotNamed has a certificate without the address that is dialled.
func AddressNotNamed() Fault { return named("server-name-is-address", "127.0.0.1", host, DNS(host)) }

// AddressAsName has the address as a name.
func AddressAsName() Fault {
	f := named("server-name-is-address", "127.0.0.1", "127.0.0.1", DNS("127.0.0.1"))
	f.Variant = "as-name"
	return f
}

// WildcardTooShort has a wildcard for one label less than dialled.
func WildcardTooShort() Fault {
	return named("server-name-wildcard", "a.b.plant.test", "plant", DNS("*.plant.test"))
}

// TrailingDot is dialled with a final dot.
func TrailingDot() Fault { return named("server-name-trailing-dot", host+".", host, DNS(host)) }
