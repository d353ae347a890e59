package tlstest

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"time"
)

// CRL describes a certificate revocation list. The zero value of a field asks for the plain thing, named with the field.
type CRL struct {
	Version    int         // 1 or 2; 0 means 2. A version 1 list carries no extensions.
	Issuer     *Identity   // whose name it bears and whose key signs
	ThisUpdate time.Time   // 2026-11-01
	NextUpdate time.Time   // 2046-01-01
	Never      bool        // no NextUpdate at all
	Revoked    []Revoked   // none
	Extensions []Extension // of version 2: the authority key identifier
	Digest     Digest      // SHA-256
	Damage     Damage      // Intact or FlipSignature
}

// Revoked is an entry of a list.
type Revoked struct {
	Serial     *big.Int
	Reason     int // CRLReason; 0: none is given
	Extensions []Extension
}

// DER makes the list.
func (l CRL) DER() []byte {
	algorithm, sign := l.Digest.signer(l.Issuer.Key)
	if l.ThisUpdate.IsZero() {
		l.ThisUpdate = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)
	}
	if l.NextUpdate.IsZero() {
		l.NextUpdate = time.Date(2046, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	next := marshal(l.NextUpdate.UTC())
	if l.Never {
		next = nil
	}
	var entries, version, extensions []byte
	for _, r := range l.Revoked {
		entries = append(entries, r.der(l.ThisUpdate)...)
	}
	if entries != nil {
		entries = sequence(entries)
	}
	if l.Version != 1 {
		version = marshal(1)
		if l.Extensions == nil {
			l.Extensions = []Extension{AuthorityKeyID()}
		}
		context := extensionContext{publicKey: publicKeyInfo(l.Issuer.Key.Public()), issuer: l.Issuer}
		for _, e := range l.Extensions {
			extensions = append(extensions, e(context).der()...)
		}
		if extensions != nil {
			extensions = tlv(0xa0, sequence(extensions))
		}
	}
	tbs := sequence(version, algorithm, l.Issuer.subject, marshal(l.ThisUpdate.UTC()), next, entries, extensions)
	signature := sign(tbs)
	if l.Damage == FlipSignature {
		signature[len(signature)-1] ^= 1
	}
	return sequence(tbs, algorithm, tlv(asn1.TagBitString, []byte{0}, signature))
}

func (r Revoked) der(at time.Time) []byte {
	var extensions []byte
	if r.Reason != 0 {
		r.Extensions = append(r.Extensions, Raw(ce(21), false, tlv(asn1.TagEnum, []byte{byte(r.Reason)})))
	}
	for _, e := range r.Extensions {
		extensions = append(extensions, e(extensionContext{}).der()...)
	}
	if extensions != nil {
		extensions = sequence(extensions)
	}
	return sequence(marshal(r.Serial), marshal(at.UTC()), extensions)
}

// PEM makes the list as a PEM block.
func (l CRL) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: l.DER()})
}

// Serial returns the serial number of the certificate.
func (id *Identity) Serial() *big.Int { return id.Certificate.SerialNumber }

// listed is a fault that stands in the revocation lists of the client.
func listed(cause string, lists ...CRL) Fault {
	ca := root()
	f := chainFault(cause, []*Identity{ca}, leafOf(ca))
	var contents [][]byte
	for _, l := range lists {
		if l.Issuer == nil {
			l.Issuer = ca
		}
		contents = append(contents, l.PEM())
	}
	f.Dial.Checks.CRL = bytes.Join(contents, nil)
	return f
}

// ServerRevoked has a client with a list that names the server's certificate.
func ServerRevoked() Fault {
	return listed("server-certificate-revoked", CRL{Revoked: []Revoked{{Serial: leafOf(root()).Serial(), Reason: 1}}})
}

// CRLMissing has a client with the list of another CA.
func CRLMissing() Fault {
	return listed("crl-missing", CRL{Issuer: Issue(Template{Subject: CN("Fleet CA"), Extensions: CA()})})
}

// CRLExpired has a client with a list that is out of date.
func CRLExpired() Fault {
	return listed("crl-expired", CRL{NextUpdate: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)})
}

// CRLNotYetValid has a client with a list from the future.
func CRLNotYetValid() Fault {
	return listed("crl-not-yet-valid", CRL{ThisUpdate: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)})
}

// CRLSignature has a client with a list of which one bit was changed.
func CRLSignature() Fault { return listed("crl-signature-invalid", CRL{Damage: FlipSignature}) }

// CRLIssuer has a CA whose key usage does not allow signing lists.
func CRLIssuer() Fault {
	ca := Issue(Template{Subject: CN("Plant CA"), Extensions: []Extension{BasicConstraints(true, NoPathLen), KeyUsage(x509.KeyUsageCertSign), SubjectKeyID()}})
	f := chainFault("crl-issuer-may-not-sign", []*Identity{ca}, leafOf(ca))
	f.Dial.Checks.CRL = CRL{Issuer: ca}.PEM()
	return f
}

// CRLUnusable has a list with a critical extension of a private arc.
func CRLUnusable() Fault {
	private := Raw(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, true, []byte{5, 0})
	return listed("crl-unusable", CRL{Extensions: []Extension{AuthorityKeyID(), private}})
}
