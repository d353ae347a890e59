package certs

import (
	"crypto/x509"
	"fmt"
	"strings"
)

// Malformed is what can be told of a certificate that crypto/x509 cannot parse.
type Malformed struct {
	Subject        string // as NameText; empty when not even the structure is a certificate's
	Issuer         string
	UnsupportedKey string // the kind of its key, when that is the reason
	Defect         string // what is wrong with it
	Err            error  // the parser's
}

// Inspect says what is wrong with a certificate that crypto/x509 cannot parse. It returns nil for one that it can.
func Inspect(der []byte) *Malformed {
	_, err := x509.ParseCertificate(der)
	if err == nil {
		return nil
	}
	m := &Malformed{Defect: strings.TrimPrefix(err.Error(), "x509: "), Err: err}
	s, structureErr := parseSkeleton(der)
	if structureErr != nil {
		m.Defect = whyNotCertificate(der)
		return m
	}
	m.Subject, m.Issuer = NameText(s.subject), NameText(s.issuer)
	m.UnsupportedKey = unsupportedKeyInfo(der)
	switch extension := duplicateExtension(s.extensions); {
	case m.UnsupportedKey != "":
		m.Defect = "a key of a kind that is not supported: " + m.UnsupportedKey
	case len(s.serial) > 0 && s.serial[0]&0x80 != 0:
		m.Defect = "a negative serial number"
	case extension != "":
		m.Defect = fmt.Sprintf("the extension %s twice", extension)
	}
	return m
}

// duplicateExtension returns the identifier of the first extension that is there twice.
func duplicateExtension(list []byte) string {
	seen := map[string]bool{}
	for r := (&elements{rest: list}); r.more(); {
		id := r.expect(tagSequence).inside().expect(tagOID)
		if seen[string(id.contents)] {
			return id.oid().String()
		}
		seen[string(id.contents)] = true
	}
	return ""
}
