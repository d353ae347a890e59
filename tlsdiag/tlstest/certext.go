package tlstest

import (
	"crypto/sha1"
	"crypto/x509"
	"encoding/asn1"
	"math/bits"
	"net/netip"
)

// Extension is one extension of a version 3 certificate; the functions below make them. They are written in the order
// given, and twice if given twice.
type Extension func(extensionContext) builtExtension

// extensionContext is what an extension may depend on: the certificate's own key and who issues it (nil: itself).
type extensionContext struct {
	publicKey []byte
	issuer    *Identity
}

type builtExtension struct {
	id       asn1.ObjectIdentifier
	critical bool
	value    []byte
}

func (e builtExtension) der() []byte {
	var critical []byte
	if e.critical {
		critical = []byte{asn1.TagBoolean, 1, 0xff}
	}
	return sequence(marshal(e.id), critical, tlv(asn1.TagOctetString, e.value))
}

// ce returns an identifier of the arc of certificate extensions, id-ce.
func ce(last ...int) asn1.ObjectIdentifier { return append(asn1.ObjectIdentifier{2, 5, 29}, last...) }

// Raw returns any extension: its identifier, whether it is critical, and the DER that it carries.
func Raw(id asn1.ObjectIdentifier, critical bool, value []byte) Extension {
	return func(extensionContext) builtExtension { return builtExtension{id, critical, value} }
}

// Critical returns the extension marked critical.
func Critical(e Extension) Extension {
	return func(c extensionContext) builtExtension {
		built := e(c)
		built.critical = true
		return built
	}
}

// NoPathLen is the path length of a BasicConstraints extension that has none.
const NoPathLen = -1

// BasicConstraints is the extension of that name, critical when it marks a CA (RFC 5280 4.2.1.9).
func BasicConstraints(ca bool, pathLen int) Extension {
	var body []byte
	if ca {
		body = []byte{asn1.TagBoolean, 1, 0xff}
	}
	if pathLen != NoPathLen {
		body = append(body, marshal(pathLen)...)
	}
	return Raw(ce(19), ca, sequence(body))
}

// KeyUsage is the extension of that name, critical (RFC 5280 4.2.1.3).
func KeyUsage(usage x509.KeyUsage) Extension {
	// Bit 0 is the most significant bit of the first byte; trailing zero bits are not written (X.690 11.2.2).
	reversed := bits.Reverse16(uint16(usage))
	bytes := []byte{byte(reversed >> 8), byte(reversed)}
	length := bits.Len16(uint16(usage))
	return Raw(ce(15), true, marshal(asn1.BitString{Bytes: bytes[:(length+7)/8], BitLength: length}))
}

// Purpose is one purpose of the extended key usage extension (RFC 5280 4.2.1.12).
type Purpose int

// The purposes.
const (
	AnyPurpose Purpose = iota
	ServerAuth
	ClientAuth
	CodeSigning
	ServerGatedCrypto // Netscape's old one, which OpenSSL takes for ServerAuth
)

func (p Purpose) oid() asn1.ObjectIdentifier {
	switch p {
	case AnyPurpose:
		return ce(37, 0)
	case ServerGatedCrypto:
		return asn1.ObjectIdentifier{2, 16, 840, 1, 113730, 4, 1}
	}
	return asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, int(p)}
}

// ExtKeyUsage is the extended key usage extension, not critical.
func ExtKeyUsage(purposes ...Purpose) Extension {
	var body []byte
	for _, p := range purposes {
		body = append(body, marshal(p.oid())...)
	}
	return Raw(ce(37), false, sequence(body))
}

// SubjectKeyID is the subject key identifier: the given one, or with none given the SHA-1 of the certificate's own key
// (RFC 5280 4.2.1.2 method 1).
func SubjectKeyID(id ...byte) Extension {
	return func(c extensionContext) builtExtension {
		own := id
		if len(own) == 0 {
			own = keyID(c.publicKey)
		}
		return builtExtension{ce(14), false, tlv(asn1.TagOctetString, own)}
	}
}

// AuthorityKeyID is the authority key identifier: the given one, or with none given that of the issuer's key.
func AuthorityKeyID(id ...byte) Extension {
	return func(c extensionContext) builtExtension {
		issuer := id
		if len(issuer) == 0 {
			issuer = keyID(c.issuerKey())
		}
		return builtExtension{ce(35), false, sequence(tlv(0x80, issuer))}
	}
}

// AuthoritySerial is an authority key identifier that names the issuer's certificate by its issuer and serial number
// instead of by its key (RFC 5280 4.2.1.1).
func AuthoritySerial(issuer Name, serial int64) Extension {
	directoryName := tlv(0xa4, issuer.der())
	number := marshal(serial)
	number[0] = 0x82
	return Raw(ce(35), false, sequence(tlv(0xa1, directoryName), number))
}

func (c extensionContext) issuerKey() []byte {
	if c.issuer != nil {
		return publicKeyInfo(c.issuer.Key.Public())
	}
	return c.publicKey
}

// keyID returns the SHA-1 of the BIT STRING's contents in a SubjectPublicKeyInfo.
func keyID(spki []byte) []byte {
	var info struct {
		Algorithm asn1.RawValue
		PublicKey asn1.BitString
	}
	if _, err := asn1.Unmarshal(spki, &info); err != nil {
		panic("tlstest: " + err.Error())
	}
	sum := sha1.Sum(info.PublicKey.Bytes)
	return sum[:]
}

// GeneralName is one name of a subject alternative name or of a name constraint (RFC 5280 4.2.1.6).
type GeneralName []byte

// DNS is a dNSName; any bytes may be given.
func DNS(name string) GeneralName { return tlv(0x82, []byte(name)) }

// Mail is an rfc822Name.
func Mail(address string) GeneralName { return tlv(0x81, []byte(address)) }

// URI is a uniformResourceIdentifier.
func URI(uri string) GeneralName { return tlv(0x86, []byte(uri)) }

// Directory is a directoryName.
func Directory(n Name) GeneralName { return tlv(0xa4, n.der()) }

// IP is an iPAddress.
func IP(address string) GeneralName { return tlv(0x87, netip.MustParseAddr(address).AsSlice()) }

// Net is an iPAddress of a name constraint: address and mask.
func Net(prefix string) GeneralName {
	p := netip.MustParsePrefix(prefix)
	address := p.Addr().AsSlice()
	mask := make([]byte, len(address))
	for i := range p.Bits() {
		mask[i/8] |= 0x80 >> (i % 8)
	}
	return tlv(0x87, address, mask)
}

// SAN is the subject alternative name extension.
func SAN(names ...GeneralName) Extension {
	var body []byte
	for _, n := range names {
		body = append(body, n...)
	}
	return Raw(ce(17), false, sequence(body))
}

// NameConstraints is the extension of that name, critical (RFC 5280 4.2.1.10).
func NameConstraints(permitted, excluded []GeneralName) Extension {
	return Raw(ce(30), true, sequence(subtrees(0xa0, permitted), subtrees(0xa1, excluded)))
}

func subtrees(tag int, bases []GeneralName) []byte {
	if len(bases) == 0 {
		return nil
	}
	var body []byte
	for _, b := range bases {
		body = append(body, sequence(b)...)
	}
	return tlv(tag, body)
}

// CA returns the extensions of an ordinary certification authority: basic constraints without a path length, keyCertSign
// and cRLSign, both key identifiers.
func CA() []Extension {
	return []Extension{BasicConstraints(true, NoPathLen), KeyUsage(x509.KeyUsageCertSign | x509.KeyUsageCRLSign),
		SubjectKeyID(), AuthorityKeyID()}
}

// Server returns the extensions of an ordinary server certificate for these names.
func Server(names ...GeneralName) []Extension {
	return []Extension{BasicConstraints(false, NoPathLen), KeyUsage(x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment),
		ExtKeyUsage(ServerAuth), SubjectKeyID(), AuthorityKeyID(), SAN(names...)}
}

// Client returns the extensions of an ordinary client certificate.
func Client() []Extension {
	return []Extension{BasicConstraints(false, NoPathLen), KeyUsage(x509.KeyUsageDigitalSignature),
		ExtKeyUsage(ClientAuth), SubjectKeyID(), AuthorityKeyID()}
}
