// Package tlstest makes what TLS tests and the lab need: certificates with every detail under control, also details that
// no certification authority and no library would write, and servers that are broken on purpose. Names, keys, serial
// numbers and dates depend on the templates alone, so golden files made from them stay as they are (RSA-PSS
// signatures excepted; ECDSA signatures are the deterministic ones of RFC 6979).
package tlstest

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"time"
)

// Now is the moment at which tests and the lab judge certificates when they use a fixed clock.
func Now() time.Time { return time.Date(2026, time.November, 23, 13, 2, 11, 0, time.UTC) }

// Template describes a certificate. The zero value of a field asks for the plain thing, named with the field.
type Template struct {
	Version    int           // 1 or 3; 0 means 3. A version 1 certificate carries no extensions.
	Subject    Name          // the empty name if not set
	Issuer     *Identity     // whose key signs; nil: its own key (self-signed)
	IssuerName Name          // the issuer name, when it shall not be Issuer's subject as it is encoded
	Key        crypto.Signer // nil: a P-256 key derived from the subject and the issuer
	PublicKey  []byte        // the SubjectPublicKeyInfo, instead of that of Key
	Serial     *big.Int      // nil: 63 bits derived from the subject and the key; may be negative
	NotBefore  time.Time     // 2026-01-01
	NotAfter   time.Time     // 2046-01-01
	Digest     Digest        // SHA-256
	Extensions []Extension   // none
	Damage     Damage        // intact
}

// Damage is what is changed in a certificate after it was made.
type Damage int

// The kinds of damage.
const (
	Intact        Damage = iota
	FlipSignature        // one bit of the signature
	FlipSubject          // one bit of the last letter of the subject, under a signature that was good
)

// Identity is a certificate and its private key.
type Identity struct {
	DER         []byte
	Certificate *x509.Certificate // nil when Go's parser refuses DER
	Key         crypto.Signer
	Issuer      *Identity // nil for a self-signed certificate
	subject     []byte    // encoded
	extensions  []builtExtension
}

// Issue makes the certificate that the template describes. A template that cannot be encoded is a mistake in the
// program, and panics.
func Issue(t Template) *Identity {
	if t.Key == nil {
		t.Key = P256(t.keyName())
	}
	signer := t.Key
	if t.Issuer != nil {
		signer = t.Issuer.Key
	}
	id := &Identity{Key: t.Key, Issuer: t.Issuer, subject: t.Subject.der()}
	spki := t.PublicKey
	if spki == nil {
		spki = publicKeyInfo(t.Key.Public())
	}
	for _, e := range t.Extensions {
		id.extensions = append(id.extensions, e(extensionContext{publicKey: spki, issuer: t.Issuer}))
	}
	algorithm, sign := t.Digest.signer(signer)
	tbs := t.tbsCertificate(id, spki, algorithm)
	signature := sign(tbs)
	switch t.Damage {
	case FlipSignature:
		signature[len(signature)-1] ^= 1
	case FlipSubject:
		at := bytes.LastIndex(tbs, id.subject) + len(id.subject) - 1
		tbs[at] ^= 1
		id.subject = tbs[at+1-len(id.subject) : at+1]
	}
	id.DER = sequence(tbs, algorithm, tlv(asn1.TagBitString, []byte{0}, signature))
	if c, err := x509.ParseCertificate(id.DER); err == nil {
		id.Certificate = c
	}
	return id
}

// keyName distinguishes the keys of certificates of one name: a CA and the server that carries the CA's name.
func (t *Template) keyName() string {
	name := t.Subject.String()
	if t.Issuer != nil {
		name += fmt.Sprintf(" by %x", sha256.Sum256(t.Issuer.DER))
	}
	return name
}

func (t *Template) tbsCertificate(id *Identity, spki, algorithm []byte) []byte {
	issuer := id.subject
	switch {
	case t.IssuerName != nil:
		issuer = t.IssuerName.der()
	case t.Issuer != nil:
		issuer = t.Issuer.subject
	}
	serial := t.Serial
	if serial == nil {
		sum := sha256.Sum256(append(append([]byte{}, id.subject...), spki...))
		sum[0] &= 0x7f
		serial = new(big.Int).SetBytes(sum[:8])
	}
	// The default validity spans Now, and a real clock for many years.
	notBefore, notAfter := t.NotBefore, t.NotAfter
	if notBefore.IsZero() {
		notBefore = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	if notAfter.IsZero() {
		notAfter = time.Date(2046, time.January, 1, 0, 0, 0, 0, time.UTC)
	}
	var version, extensions []byte
	if t.Version != 1 {
		version = tlv(0xa0, marshal(2))
		for _, e := range id.extensions {
			extensions = append(extensions, e.der()...)
		}
		if extensions != nil {
			extensions = tlv(0xa3, sequence(extensions))
		}
	}
	validity := sequence(marshal(notBefore.UTC()), marshal(notAfter.UTC()))
	return sequence(version, marshal(serial), algorithm, issuer, validity, id.subject, spki, extensions)
}

func publicKeyInfo(public crypto.PublicKey) []byte {
	spki, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		panic(fmt.Sprintf("tlstest: %v", err))
	}
	return spki
}

// CertPEM returns the certificate as a PEM block.
func (id *Identity) CertPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: id.DER})
}

// TrustedPEM returns the certificate as OpenSSL's TRUSTED CERTIFICATE, with the purposes that it is trusted and rejected
// for. Neither being given, there are no settings in it.
func (id *Identity) TrustedPEM(trust, reject []Purpose) []byte {
	var trusted, rejected []byte
	for _, p := range trust {
		trusted = append(trusted, marshal(p.oid())...)
	}
	for _, p := range reject {
		rejected = append(rejected, marshal(p.oid())...)
	}
	if trusted != nil {
		trusted = sequence(trusted)
	}
	if rejected != nil {
		rejected = tlv(0xa0, rejected)
	}
	der := id.DER
	if trusted != nil || rejected != nil {
		der = append(append([]byte{}, der...), sequence(trusted, rejected)...)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "TRUSTED CERTIFICATE", Bytes: der})
}

// KeyPEM returns the private key as a PEM block of PKCS #8.
func (id *Identity) KeyPEM() []byte {
	der, err := x509.MarshalPKCS8PrivateKey(id.Key)
	if err != nil {
		panic(fmt.Sprintf("tlstest: %v", err))
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// TLS returns the certificate, the given ones after it, and the key, as crypto/tls takes them.
func (id *Identity) TLS(intermediates ...*Identity) tls.Certificate {
	chain := [][]byte{id.DER}
	for _, i := range intermediates {
		chain = append(chain, i.DER)
	}
	return tls.Certificate{Certificate: chain, PrivateKey: id.Key, Leaf: id.Certificate}
}

// Bundle returns the certificates as one PEM file, in the order given.
func Bundle(ids ...*Identity) []byte {
	var out []byte
	for _, id := range ids {
		out = append(out, id.CertPEM()...)
	}
	return out
}

// TutorialPKI returns the three certificates that most tutorials' commands make with OpenSSL: version 1, RSA 2048,
// common names `ca`, server and client, no extension at all, the CA signed by itself and the others by it.
func TutorialPKI(server, client string) (ca, srv, cli *Identity) {
	ca = Issue(Template{Version: 1, Subject: CN("ca"), Key: RSA(2048, 1)})
	srv = Issue(Template{Version: 1, Subject: CN(server), Issuer: ca, Key: RSA(2048, 2)})
	cli = Issue(Template{Version: 1, Subject: CN(client), Issuer: ca, Key: RSA(2048, 3)})
	return ca, srv, cli
}
