package keys

import (
	"crypto"
	"crypto/hmac"
	_ "crypto/md5" // for crypto.MD5 and the others in MACs
	"encoding/asn1"
	"errors"
	"hash"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// Content types (RFC 2315 14) and types of bags (RFC 7292 appendix D).
const (
	oidData          = "1.2.840.113549.1.7.1"
	oidEncryptedData = "1.2.840.113549.1.7.6"
	oidKeyBag        = "1.2.840.113549.1.12.10.1.1"
	oidShroudedBag   = "1.2.840.113549.1.12.10.1.2"
	oidCertBag       = "1.2.840.113549.1.12.10.1.3"
	oidBagOfBags     = "1.2.840.113549.1.12.10.1.6"
	oidX509          = "1.2.840.113549.1.9.22.1"
)

type contentInfo struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"tag:0,explicit,optional"`
}

// pfx is the outermost structure (RFC 7292 4).
type pfx struct {
	Version  int
	AuthSafe contentInfo
	MAC      macData `asn1:"optional"`
}

type macData struct {
	Digest struct {
		Algorithm algorithm
		Digest    []byte
	}
	Salt       []byte
	Iterations int `asn1:"optional,default:1"`
}

// OpenBundle opens a PKCS #12 bundle that is protected by a pass phrase, not by public keys. An empty pass phrase is tried
// before anybody is asked.
func (o *Opener) OpenBundle(path string, der []byte) (*certs.Bundle, error) {
	var p pfx
	if err := unmarshal(der, &p); err != nil {
		return nil, err
	}
	if p.Version != 3 || p.AuthSafe.Type.String() != oidData {
		return nil, unsupported("encryption with public keys, content type", p.AuthSafe.Type)
	}
	var safe []byte
	if err := unmarshal(p.AuthSafe.Content.Bytes, &safe); err != nil {
		return nil, err
	}
	if len(p.MAC.Digest.Digest) > 0 {
		for _, empty := range [][]byte{nil, {}} {
			if o.checkMAC(&p.MAC, safe, empty) == nil {
				return o.readSafe(safe, empty)
			}
		}
	}
	phrase, err := o.phrase(path)
	if err != nil {
		return nil, err
	}
	if len(p.MAC.Digest.Digest) > 0 {
		if err := o.checkMAC(&p.MAC, safe, phrase); err != nil {
			return nil, err
		}
	}
	return o.readSafe(safe, phrase)
}

// checkMAC verifies the bundle's integrity: with another pass phrase it never does.
func (o *Opener) checkMAC(m *macData, safe, phrase []byte) error {
	digest, key, err := o.macKey(m, phrase)
	if err != nil {
		return err
	}
	defer clear(key)
	mac := hmac.New(digest, key)
	mac.Write(safe)
	if !hmac.Equal(mac.Sum(nil), m.Digest.Digest) {
		return certs.ErrWrongPassPhrase
	}
	return nil
}

// macKey derives the key of the MAC, as RFC 7292 does or as RFC 9579 with PBKDF2.
func (o *Opener) macKey(m *macData, phrase []byte) (digest func() hash.Hash, key []byte, err error) {
	if m.Digest.Algorithm.ID.Equal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 14}) {
		return o.pbmac1(m.Digest.Algorithm.Parameters.FullBytes, phrase)
	}
	if err := o.checkIterations(m.Iterations); err != nil {
		return nil, nil, err
	}
	h := digestOf(m.Digest.Algorithm.ID)
	if h == 0 {
		return nil, nil, unsupported("encryption with the digest", m.Digest.Algorithm.ID)
	}
	text := bmpString(phrase)
	defer clear(text)
	return h.New, pkcs12Key(h, forMAC, text, m.Salt, m.Iterations, h.Size()), nil
}

// pbmac1 derives the key of a MAC by RFC 9579.
func (o *Opener) pbmac1(der, phrase []byte) (func() hash.Hash, []byte, error) {
	var p struct{ KDF, MAC algorithm }
	var length struct {
		Salt       []byte
		Iterations int
		KeyLength  int
		PRF        algorithm `asn1:"optional"`
	}
	if err := unmarshal(der, &p); err != nil {
		return nil, nil, err
	}
	if err := unmarshal(p.KDF.Parameters.FullBytes, &length); err != nil || length.KeyLength < 1 || length.KeyLength > 1024 {
		return nil, nil, errStructure
	}
	digest := prf(p.MAC.ID)
	if digest == nil {
		return nil, nil, unsupported("encryption with the MAC", p.MAC.ID)
	}
	derive, err := o.kdf(p.KDF, length.KeyLength)
	if err != nil {
		return nil, nil, err
	}
	key, err := derive(phrase)
	return digest, key, err
}

// digestOf returns a hash function by its identifier, 0 if it is not known.
func digestOf(id asn1.ObjectIdentifier) crypto.Hash {
	switch id.String() {
	case "1.2.840.113549.2.5":
		return crypto.MD5
	case "1.3.14.3.2.26":
		return crypto.SHA1
	case "2.16.840.1.101.3.4.2.4":
		return crypto.SHA224
	case "2.16.840.1.101.3.4.2.1":
		return crypto.SHA256
	case "2.16.840.1.101.3.4.2.2":
		return crypto.SHA384
	case "2.16.840.1.101.3.4.2.3":
		return crypto.SHA512
	}
	return 0
}

// readSafe reads the AuthenticatedSafe: contents in the clear or encrypted, each a list of bags.
func (o *Opener) readSafe(der, phrase []byte) (*certs.Bundle, error) {
	var contents []contentInfo
	if err := unmarshal(der, &contents); err != nil {
		return nil, err
	}
	b := &certs.Bundle{}
	for _, c := range contents {
		bags, err := o.contents(c, phrase)
		if err != nil {
			return nil, err
		}
		if err := o.readBags(b, bags, phrase, 0); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// contents returns the bags of one ContentInfo.
func (o *Opener) contents(c contentInfo, phrase []byte) ([]byte, error) {
	switch c.Type.String() {
	case oidData:
		var bags []byte
		err := unmarshal(c.Content.Bytes, &bags)
		return bags, err
	case oidEncryptedData:
		var e struct {
			Version int
			Info    struct {
				Type      asn1.ObjectIdentifier
				Algorithm algorithm
				Data      []byte `asn1:"tag:0,optional"`
			}
		}
		if err := unmarshal(c.Content.Bytes, &e); err != nil {
			return nil, err
		}
		s, err := o.scheme(e.Info.Algorithm)
		if err != nil {
			return nil, err
		}
		return s.open(phrase, e.Info.Data)
	}
	return nil, unsupported("encryption with the content type", c.Type)
}

// maxNesting is how deep bags may be in bags.
const maxNesting = 4

// readBags adds what is in SafeContents to a bundle: of several keys the first.
func (o *Opener) readBags(b *certs.Bundle, der, phrase []byte, depth int) error {
	var bags []struct {
		ID         asn1.ObjectIdentifier
		Value      asn1.RawValue `asn1:"tag:0,explicit"`
		Attributes asn1.RawValue `asn1:"set,optional"`
	}
	if err := unmarshal(der, &bags); err != nil || depth > maxNesting {
		return errors.Join(err, errStructure)
	}
	for _, bag := range bags {
		var err error
		switch bag.ID.String() {
		case oidKeyBag:
			if b.Key == nil {
				b.Key = append([]byte{}, bag.Value.Bytes...)
			}
		case oidShroudedBag:
			if b.Key == nil {
				b.Key, err = o.decryptPKCS8(bag.Value.Bytes, func() ([]byte, error) { return phrase, nil })
			}
		case oidCertBag:
			err = addCertificate(b, bag.Value.Bytes)
		case oidBagOfBags:
			err = o.readBags(b, bag.Value.Bytes, phrase, depth+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// addCertificate adds the certificate in a CertBag; other kinds than X.509's are passed over.
func addCertificate(b *certs.Bundle, der []byte) error {
	var bag struct {
		ID    asn1.ObjectIdentifier
		Value []byte `asn1:"tag:0,explicit"`
	}
	if err := unmarshal(der, &bag); err != nil {
		return err
	}
	if bag.ID.String() == oidX509 {
		b.Certificates = append(b.Certificates, bag.Value)
	}
	return nil
}
