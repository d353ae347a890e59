package certs

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// Description is a certificate in words, for reports.
type Description struct {
	Subject     string // as NameText
	Issuer      string
	Serial      string // hexadecimal
	Version     int    // 1 or 3
	NotBefore   time.Time
	NotAfter    time.Time
	Key         string   // "RSA 2048", "ECDSA P-256", "Ed25519"
	Signature   string   // "SHA256-RSA"
	SHA256      string   // of the whole certificate, hexadecimal
	Names       []string // dNSNames and iPAddresses, in order
	CommonNames []string
	IsCA        bool // basicConstraints say so
}

// Describe returns the certificate in words.
func Describe(c *x509.Certificate) Description {
	return Description{
		Subject: NameText(c.RawSubject), Issuer: NameText(c.RawIssuer), Serial: fmt.Sprintf("%x", c.SerialNumber), Version: c.Version,
		NotBefore: c.NotBefore.UTC(), NotAfter: c.NotAfter.UTC(), Key: KeyText(c), Signature: signatureText(c),
		SHA256: fmt.Sprintf("%x", sha256.Sum256(c.Raw)), Names: Names(c), CommonNames: CommonNames(c), IsCA: c.BasicConstraintsValid && c.IsCA,
	}
}

// Names returns the names by which a host can be dialled: the dNSNames and iPAddresses, in order.
func Names(c *x509.Certificate) []string {
	var names []string
	for _, name := range generalNames(c) {
		if name.tag == contextTag(generalDNS) || name.tag == contextTag(generalIP) {
			names = append(names, nameText(name))
		}
	}
	return names
}

// CommonNames returns all common names of the subject, in order.
func CommonNames(c *x509.Certificate) []string {
	var names []string
	for _, value := range texts(c.RawSubject, oidCommonName) {
		names = append(names, valueText(value))
	}
	return names
}

// SelfIssued reports whether subject and issuer are the same name.
func SelfIssued(c *x509.Certificate) bool { return SameName(c.RawSubject, c.RawIssuer) }

// LooksSelfSigned reports whether OpenSSL takes the certificate for self-signed: subject and issuer are the same, and the
// authority key identifier does not say otherwise. The signature is not looked at.
func LooksSelfSigned(c *x509.Certificate) bool { return newFacts(c).selfSigned }

// MayIssue reports whether OpenSSL takes issuer for the issuer of c, before any signature is checked.
func MayIssue(issuer, c *x509.Certificate) bool { return mayIssue(newFacts(issuer), newFacts(c)) }

// KeyIDFits reports whether the authority key identifier of c, key and serial number, can mean issuer.
func KeyIDFits(issuer, c *x509.Certificate) bool {
	return newFacts(c).authority.fits(newFacts(issuer))
}

// KeyText returns kind and size of the certificate's public key.
func KeyText(c *x509.Certificate) string {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return "RSA " + strconv.Itoa(key.N.BitLen())
	case *ecdsa.PublicKey:
		return "ECDSA " + key.Params().Name
	case ed25519.PublicKey:
		return "Ed25519"
	}
	return algorithmText(keyOID(c))
}

func signatureText(c *x509.Certificate) string {
	if c.SignatureAlgorithm != x509.UnknownSignatureAlgorithm {
		return c.SignatureAlgorithm.String()
	}
	if a := signatureOf(c); a.digest != 0 {
		return fmt.Sprintf("%s-%s", strings.ReplaceAll(a.digest.String(), "-", ""), a.key)
	}
	return algorithmText(signatureOID(c))
}

// algorithmText names an algorithm that cannot be used here, from the contents of its identifier.
func algorithmText(oid []byte) string {
	id := element{tag: tagOID, full: appendElement(nil, tagOID, oid)}.oid()
	switch id.String() {
	case "1.3.101.113":
		return "Ed448"
	case "1.2.840.113549.1.1.10":
		return "RSA-PSS"
	case "1.2.840.10040.4.1":
		return "DSA"
	case "1.2.840.10045.2.1":
		return "ECDSA"
	}
	return id.String()
}

// NameText returns a DER encoded name for people: `CN=ca, O=Plant`, in the order in which it is encoded.
func NameText(der []byte) string {
	var parts []string
	outer, _, _ := readElement(der)
	for rdns := outer.inside(); rdns.more(); {
		for attributes := rdns.expect(tagSet).inside(); attributes.more(); {
			fields := attributes.expect(tagSequence).inside()
			id, value := fields.expect(tagOID), fields.next()
			if fields.err == nil {
				parts = append(parts, attributeText(id.oid())+"="+valueText(value))
			}
		}
	}
	if len(parts) == 0 {
		return "(empty name)"
	}
	return strings.Join(parts, ", ")
}

func attributeText(id asn1.ObjectIdentifier) string {
	text := id.String()
	names := map[string]string{"2.5.4.3": "CN", "2.5.4.5": "serialNumber", "2.5.4.6": "C", "2.5.4.7": "L", "2.5.4.8": "ST",
		"2.5.4.10": "O", "2.5.4.11": "OU", "1.2.840.113549.1.9.1": "emailAddress", "0.9.2342.19200300.100.1.25": "DC",
		"0.9.2342.19200300.100.1.1": "UID"}
	if name, ok := names[text]; ok {
		return name
	}
	return text
}

func valueText(value element) string {
	if isText(value.tag) {
		if text, ok := toUTF8(value); ok {
			return printable(text)
		}
	}
	return printable(value.contents)
}

// printable returns text with everything that a terminal might act upon escaped.
func printable(text []byte) string {
	quoted := strconv.Quote(string(text))
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

// networkText returns an address and its mask, as a prefix where the mask is one.
func networkText(address, mask []byte) string {
	ip, _ := netip.AddrFromSlice(address)
	ones, ended := 0, false
	for _, m := range mask {
		n := bits.LeadingZeros8(^m)
		if ended && m != 0 || m<<n != 0 {
			m, _ := netip.AddrFromSlice(mask)
			return ip.String() + "/" + m.String()
		}
		ones += n
		ended = ended || n < 8
	}
	return ip.String() + "/" + strconv.Itoa(ones)
}
