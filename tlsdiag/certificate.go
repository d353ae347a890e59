package tlsdiag

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// describeCertificate puts a certificate into plain data. What its signature
// tells is added by relate.
func describeCertificate(c *x509.Certificate) evidence.Certificate {
	d := certs.Describe(c)
	return evidence.Certificate{
		DER:     c.Raw,
		SHA256:  d.SHA256,
		Subject: describeName(c.Subject, c.RawSubject),
		Issuer:  describeName(c.Issuer, c.RawIssuer),
		Serial:  d.Serial,
		Version: d.Version,
		Dates:   evidence.Dates{NotBefore: d.NotBefore, NotAfter: d.NotAfter},
		SAN:     describeSAN(c),
		Key:     describeKey(c),
		Signed:  evidence.Signed{Algorithm: d.Signature, Strength: certs.SignatureBits(c)},
		Extends: describeExtensions(c),
	}
}

func fingerprint(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func describeName(n pkix.Name, raw []byte) evidence.Name {
	out := evidence.Name{CommonName: n.CommonName, Hash: certs.SubjectHash(raw)}
	if len(n.Names) > 0 {
		out.Text = certs.NameText(raw)
	}
	if len(n.Organization) > 0 {
		out.Organization = n.Organization[0]
	}
	return out
}

// rawName describes a DER encoded name.
func rawName(der []byte) evidence.Name {
	var sequence pkix.RDNSequence
	if _, err := asn1.Unmarshal(der, &sequence); err != nil {
		return evidence.Name{Hash: certs.SubjectHash(der)}
	}
	var n pkix.Name
	n.FillFromRDNSequence(&sequence)
	return describeName(n, der)
}

func describeSAN(c *x509.Certificate) evidence.SAN {
	s := evidence.SAN{DNS: c.DNSNames, Email: c.EmailAddresses}
	for _, ip := range c.IPAddresses {
		s.Addresses = append(s.Addresses, ip.String())
	}
	for _, u := range c.URIs {
		s.URIs = append(s.URIs, u.String())
	}
	return s
}

func describeKey(c *x509.Certificate) evidence.PublicKey {
	k := evidence.PublicKey{
		Bits:     certs.KeyBits(c.PublicKey),
		Strength: certs.SecurityBits(c.PublicKey),
		SHA256:   fingerprint(c.RawSubjectPublicKeyInfo),
		Usable:   evidence.Of(c.PublicKey != nil),
	}
	k.Type, k.Curve, _ = strings.Cut(certs.KeyText(c), " ")
	if c.PublicKeyAlgorithm == x509.RSA {
		k.Curve = ""
	}
	return k
}

func describeExtensions(c *x509.Certificate) evidence.Extends {
	x := evidence.Extends{
		PathLength:     -1,
		KeyUsage:       keyUsage(c.KeyUsage),
		Purposes:       purposes(c),
		SubjectKeyID:   hex.EncodeToString(c.SubjectKeyId),
		AuthorityKeyID: hex.EncodeToString(c.AuthorityKeyId),
		Permitted:      append([]string{}, c.PermittedDNSDomains...),
		Excluded:       append([]string{}, c.ExcludedDNSDomains...),
		IssuerURLs:     c.IssuingCertificateURL,
	}
	if c.BasicConstraintsValid {
		x.CA = evidence.Of(c.IsCA)
		if c.MaxPathLen > 0 || c.MaxPathLenZero {
			x.PathLength = c.MaxPathLen
		}
	}
	for _, oid := range c.UnhandledCriticalExtensions {
		x.Critical = append(x.Critical, oid.String())
	}
	for _, n := range c.PermittedIPRanges {
		x.Permitted = append(x.Permitted, n.String())
	}
	for _, n := range c.ExcludedIPRanges {
		x.Excluded = append(x.Excluded, n.String())
	}
	x.AuthoritySerial = authoritySerial(c)
	return x
}

// authoritySerial returns the serial number in authorityKeyIdentifier (RFC
// 5280 section 4.2.1.1), which crypto/x509 leaves out.
func authoritySerial(c *x509.Certificate) string {
	for _, e := range c.Extensions {
		if !e.Id.Equal(asn1.ObjectIdentifier{2, 5, 29, 35}) {
			continue
		}
		var id struct {
			KeyID  asn1.RawValue `asn1:"optional,tag:0"`
			Issuer asn1.RawValue `asn1:"optional,tag:1"`
			Serial asn1.RawValue `asn1:"optional,tag:2"`
		}
		if _, err := asn1.Unmarshal(e.Value, &id); err != nil {
			return ""
		}
		return strings.TrimLeft(hex.EncodeToString(id.Serial.Bytes), "0")
	}
	return ""
}

func keyUsage(u x509.KeyUsage) []string {
	names := [...]string{
		"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign",
		"cRLSign", "encipherOnly", "decipherOnly",
	}
	var out []string
	for i, n := range names {
		if u&(1<<i) != 0 {
			out = append(out, n)
		}
	}
	return out
}

func purposes(c *x509.Certificate) []string {
	names := map[x509.ExtKeyUsage]string{
		x509.ExtKeyUsageAny: "anyExtendedKeyUsage", x509.ExtKeyUsageServerAuth: "serverAuth",
		x509.ExtKeyUsageClientAuth: "clientAuth", x509.ExtKeyUsageCodeSigning: "codeSigning",
		x509.ExtKeyUsageEmailProtection: "emailProtection", x509.ExtKeyUsageTimeStamping: "timeStamping",
		x509.ExtKeyUsageOCSPSigning: "OCSPSigning",
	}
	var out []string
	for _, u := range c.ExtKeyUsage {
		n := names[u]
		if n == "" {
			n = "another purpose"
		}
		out = append(out, n)
	}
	for _, oid := range c.UnknownExtKeyUsage {
		out = append(out, oid.String())
	}
	return out
}
