package tlstest

import (
	"crypto/tls"
	"encoding/asn1"
	"errors"
	"net"
	"time"
)

// Alerts about client certificates (RFC 8446 6.2).
const (
	badCertificate         = 42
	unsupportedCertificate = 43
	certificateRevoked     = 44
	certificateExpired     = 45
	certificateUnknown     = 46
	unknownCA              = 48
	decryptError           = 51
)

// refusal is a fault in which the server refuses the client's chain with an alert.
func refusal(cause string, code byte, trust []*Identity, chain ...*Identity) Fault {
	ca := root()
	d := trusting(append([]*Identity{ca}, trust...)...)
	d.Chain = chain
	return Fault{Cause: cause, Dial: d, serve: refusesClient(code, leafOf(ca))}
}

// clientOf returns an ordinary client certificate of a CA.
func clientOf(ca *Identity) *Identity {
	return Issue(Template{Subject: CN("gateway-7"), Issuer: ca, Extensions: Client()})
}

// CertificateRequired is a broker that requires a client certificate; the client has none.
func CertificateRequired() Fault {
	ca := root()
	return Fault{Cause: "client-certificate-required", Dial: trusting(ca), serve: func(version uint16) handler {
		return broker(anyClient(version, leafOf(ca)))
	}}
}

// CertificateRequiredSilently is one that asks for a certificate and hangs up without an alert when none comes.
func CertificateRequiredSilently() Fault {
	ca := root()
	return Fault{Cause: "client-certificate-required", Variant: "silent", Dial: trusting(ca), serve: func(version uint16) handler {
		cfg := config(version, leafOf(ca))
		cfg.ClientAuth = tls.RequestClientCert
		if version < tls.VersionTLS13 {
			cfg.VerifyConnection = func(tls.ConnectionState) error { return errors.New("refused") }
		}
		return func(c net.Conn) {
			tls.Server(&mute{Conn: c}, cfg).Handshake()
			drain(c)
		}
	}}
}

// mute is a connection that loses alerts.
type mute struct{ net.Conn }

// Write writes what is not an alert in the clear.
func (c *mute) Write(p []byte) (int, error) {
	if len(p) == 7 && p[0] == 21 {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

// ClientCANotListed is a broker that lists other CAs when it asks.
func ClientCANotListed() Fault {
	ca := root()
	fleet := Issue(Template{Subject: CN("Fleet CA"), Extensions: CA()})
	d := trusting(ca)
	d.Chain = []*Identity{clientOf(ca)}
	return Fault{Cause: "client-ca-not-listed", Dial: d, serve: func(version uint16) handler {
		return broker(knownClient(version, []*Identity{fleet}, leafOf(ca)))
	}}
}

// ClientIssuerNotTrusted is a broker that lists nothing and does not know the client's CA.
func ClientIssuerNotTrusted() Fault {
	fleet := Issue(Template{Subject: CN("Fleet CA"), Extensions: CA()})
	return refusal("client-issuer-not-trusted", unknownCA, []*Identity{fleet}, clientOf(fleet))
}

// ClientIntermediateMissing has a client that does not send its intermediate CA.
func ClientIntermediateMissing() Fault {
	inter := intermediateOf(root())
	return refusal("client-intermediate-missing", unknownCA, []*Identity{inter}, clientOf(inter))
}

// BrokerIntermediateOnly is a broker that knows the client's intermediate CA but not its root.
func BrokerIntermediateOnly() Fault {
	inter := intermediateOf(root())
	return refusal("broker-cafile-intermediate-only", unknownCA, nil, clientOf(inter), inter)
}

// ClientSameSubject has a client certificate with its CA's own name.
func ClientSameSubject() Fault {
	ca := Issue(Template{Version: 1, Subject: CN("plant"), Key: RSA(2048, 1)})
	leaf := Issue(Template{Version: 1, Subject: CN("plant"), Issuer: ca, Key: RSA(2048, 2)})
	return refusal("client-certificate-same-subject", unknownCA, []*Identity{ca}, leaf)
}

// ClientExpired has a client certificate that expired.
func ClientExpired() Fault {
	ca := root()
	leaf := dated(Template{Subject: CN("gateway-7"), Issuer: ca, Extensions: Client()},
		time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
	return refusal("client-certificate-expired", certificateExpired, nil, leaf)
}

// BrokerCRLExpired is a broker whose revocation list is out of date.
func BrokerCRLExpired() Fault {
	return refusal("broker-crl-expired", certificateExpired, nil, clientOf(root()))
}

// ClientNotYetValid has a client certificate that begins in the future.
func ClientNotYetValid() Fault {
	ca := root()
	leaf := dated(Template{Subject: CN("gateway-7"), Issuer: ca, Extensions: Client()},
		time.Date(2045, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2046, 1, 1, 0, 0, 0, 0, time.UTC))
	return refusal("client-certificate-not-yet-valid", badCertificate, nil, leaf)
}

// BrokerCRLUnusable is a broker that refuses a sound certificate.
func BrokerCRLUnusable() Fault {
	return refusal("broker-crl-unusable", badCertificate, nil, clientOf(root()))
}

// ClientRevoked is a broker that has the client certificate on its list.
func ClientRevoked() Fault {
	return refusal("client-certificate-revoked", certificateRevoked, nil, clientOf(root()))
}

// ClientPurpose has a client with a server's certificate.
func ClientPurpose() Fault {
	return refusal("client-certificate-purpose", unsupportedCertificate, nil, leafOf(root()))
}

// ClientCritical has a client certificate with a critical extension of a private arc.
func ClientCritical() Fault {
	private := Raw(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, true, []byte{5, 0})
	leaf := Issue(Template{Subject: CN("gateway-7"), Issuer: root(), Extensions: append(Client(), private)})
	return refusal("client-certificate-critical-extension", certificateUnknown, nil, leaf)
}

// ClientSignature has a client certificate with one bit of its signature changed.
func ClientSignature() Fault {
	leaf := Issue(Template{Subject: CN("gateway-7"), Issuer: root(), Extensions: Client(), Damage: FlipSignature})
	return refusal("client-certificate-signature-invalid", decryptError, nil, leaf)
}
