package certs

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
)

// facts is what OpenSSL keeps about a certificate when it builds and checks a chain.
type facts struct {
	cert       *x509.Certificate
	subject    string // in canonical form
	issuer     string
	selfIssued bool // subject and issuer are the same name
	selfSigned bool // and the authority key identifier does not say that another key signed it
	authority  authorityKeyID
	extensions extensionFacts
	anchor     *entry // nil for what the peer sent
}

// extensionFacts is what is read from the extensions themselves, beyond what crypto/x509 hands out.
type extensionFacts struct {
	malformed       bool // an extension that cannot be decoded: the certificate is not used for anything
	proxy           bool // a proxy certificate (RFC 3820)
	keyUsage        bool // the extension is there
	extKeyUsage     bool
	netscapeType    bool
	netscapeBits    byte
	nameConstraints []byte                // the extension's DER
	unknownCritical asn1.ObjectIdentifier // the first critical extension that OpenSSL does not know
}

// authorityKeyID is the contents of the extension of that name (RFC 5280 4.2.1.1).
type authorityKeyID struct {
	keyID     []byte
	hasKeyID  bool
	issuer    string // canonical
	hasIssuer bool
	serial    []byte // contents of the INTEGER
	hasSerial bool
}

func newFacts(c *x509.Certificate) *facts {
	f := &facts{cert: c}
	subject, ok1 := CanonicalName(c.RawSubject)
	f.subject = string(subject)
	f.issuer = f.subject
	ok2 := true
	if !bytes.Equal(c.RawIssuer, c.RawSubject) {
		var issuer []byte
		issuer, ok2 = CanonicalName(c.RawIssuer)
		f.issuer = string(issuer)
	}
	f.readExtensions()
	if !ok1 || !ok2 {
		f.extensions.malformed = true
	}
	f.selfIssued = f.subject == f.issuer
	f.selfSigned = f.selfIssued && !f.extensions.malformed && f.authority.fits(f) && signatureFits(c, c)
	return f
}

func (f *facts) readExtensions() {
	x := &f.extensions
	for _, e := range f.cert.Extensions {
		if e.Critical && x.unknownCritical == nil && !isKnownExtension(e.Id) {
			x.unknownCritical = e.Id
		}
		switch {
		case isCE(e.Id, ceKeyUsage):
			x.keyUsage = true
			x.malformed = x.malformed || f.cert.KeyUsage == 0
		case isCE(e.Id, ceExtKeyUsage):
			x.extKeyUsage = true
		case isCE(e.Id, ceAuthorityKeyID):
			x.malformed = !f.authority.read(e.Value) || x.malformed
		case isCE(e.Id, ceNameConstraints):
			x.nameConstraints = e.Value
			x.malformed = !isNameConstraints(e.Value) || x.malformed
		case e.Id.Equal(asn1.ObjectIdentifier{2, 16, 840, 1, 113730, 1, 1}):
			bits, _, ok := readElement(e.Value)
			x.netscapeType = true
			if !ok || bits.tag != tagBitString {
				x.malformed = true
			} else if len(bits.contents) > 1 {
				x.netscapeBits = bits.contents[1]
			}
		case e.Id.Equal(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 14}):
			x.proxy = true
		}
	}
}

// Extensions of the arc id-ce, 2.5.29.
const (
	ceKeyUsage              = 15
	ceSubjectAltName        = 17
	ceBasicConstraints      = 19
	ceNameConstraints       = 30
	ceCRLDistributionPoints = 31
	ceCertificatePolicies   = 32
	cePolicyMappings        = 33
	ceAuthorityKeyID        = 35
	cePolicyConstraints     = 36
	ceExtKeyUsage           = 37
	ceInhibitAnyPolicy      = 54
)

func isCE(id asn1.ObjectIdentifier, last int) bool {
	return len(id) == 4 && id[0] == 2 && id[1] == 5 && id[2] == 29 && id[3] == last
}

// isKnownExtension reports whether OpenSSL knows what a critical extension demands.
func isKnownExtension(id asn1.ObjectIdentifier) bool {
	for _, known := range [...]int{ceKeyUsage, ceSubjectAltName, ceBasicConstraints, ceNameConstraints, ceCRLDistributionPoints,
		ceCertificatePolicies, cePolicyMappings, cePolicyConstraints, ceExtKeyUsage, ceInhibitAnyPolicy} {
		if isCE(id, known) {
			return true
		}
	}
	for _, known := range [...]asn1.ObjectIdentifier{
		{2, 16, 840, 1, 113730, 1, 1},   // Netscape certificate type
		{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}, // OCSP no check
		{1, 3, 6, 1, 5, 5, 7, 1, 14},    // proxy certificate information
	} {
		if id.Equal(known) {
			return true
		}
	}
	return false
}

// read decodes the extension; it reports whether it is well formed.
func (a *authorityKeyID) read(der []byte) bool {
	outer := elements{rest: der}
	fields := outer.expect(tagSequence).inside()
	var e element
	if e, a.hasKeyID = fields.optional(contextTag(0)); a.hasKeyID {
		a.keyID = e.contents
	}
	if e, ok := fields.optional(constructedTag(1)); ok {
		// Of several names OpenSSL takes the first directory name.
		for names := e.inside(); names.more() && !a.hasIssuer; {
			if name := names.next(); name.tag == constructedTag(4) {
				canonical, ok := CanonicalName(name.contents)
				if !ok {
					return false
				}
				a.issuer, a.hasIssuer = string(canonical), true
			}
		}
	}
	if e, a.hasSerial = fields.optional(contextTag(2)); a.hasSerial {
		a.serial = e.contents
	}
	return outer.err == nil && fields.err == nil && !fields.more()
}

// fits reports whether an authority key identifier can mean this issuer: everything that both sides name must agree.
func (a *authorityKeyID) fits(issuer *facts) bool {
	skid := issuer.cert.SubjectKeyId
	switch {
	case a.hasKeyID && skid != nil && !bytes.Equal(a.keyID, skid):
		return false
	case a.hasSerial && !bytes.Equal(a.serial, serialContents(issuer.cert)):
		return false
	case a.hasIssuer && a.issuer != issuer.issuer:
		return false
	}
	return true
}

// serialContents returns the contents of the INTEGER that is the serial number.
func serialContents(c *x509.Certificate) []byte {
	outer := elements{rest: c.RawTBSCertificate}
	tbs := outer.expect(tagSequence).inside()
	tbs.optional(constructedTag(0))
	return tbs.expect(tagInteger).contents
}

// mayIssue reports whether OpenSSL takes issuer for the issuer of subject, before any signature is checked: the names,
// the authority key identifier, and the kind of the key.
func mayIssue(issuer, subject *facts) bool {
	return issuer.subject == subject.issuer && !issuer.extensions.malformed && !subject.extensions.malformed &&
		subject.authority.fits(issuer) && signatureFits(subject.cert, issuer.cert)
}
