package certs

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"sync"
)

// entry is a certificate of a store. It is parsed when it is wanted.
type entry struct {
	der       []byte
	subject   []byte // encoded
	canonical string
	trust     trustSettings
	path      string
	block     int
	line      int

	once  sync.Once
	facts *facts
	err   error
}

// trustSettings is what follows the certificate in a TRUSTED CERTIFICATE.
type trustSettings struct {
	trust    []asn1.ObjectIdentifier
	hasTrust bool
	reject   []asn1.ObjectIdentifier
}

// newEntry checks the structure of a certificate block. The reason is empty if it is sound.
func newEntry(b *pemBlock, path string) (e *entry, why string) {
	if b.encrypted {
		return nil, "it is encrypted"
	}
	s, err := parseSkeleton(b.der)
	if err != nil {
		return nil, whyNotCertificate(b.der)
	}
	canonical, ok := CanonicalName(s.subject)
	if !ok {
		return nil, "its subject is not a valid name"
	}
	e = &entry{der: s.full, subject: s.subject, canonical: string(canonical), path: path, block: b.number, line: b.line}
	if b.label == labelTrusted && len(s.rest) > 0 && !e.trust.read(s.rest) {
		return nil, "its trust settings do not decode"
	}
	return e, ""
}

// load parses the certificate.
func (e *entry) load() (*facts, error) {
	e.once.Do(func() {
		c, err := x509.ParseCertificate(e.der)
		if err != nil {
			e.err = err
			return
		}
		e.facts = newFacts(c)
		e.facts.anchor = e
	})
	return e.facts, e.err
}

// read decodes the trust settings: SEQUENCE { trust SEQUENCE OF OID OPTIONAL, reject [0] SEQUENCE OF OID OPTIONAL, … }.
func (t *trustSettings) read(der []byte) bool {
	outer := elements{rest: der}
	fields := outer.expect(tagSequence).inside()
	list, ok := fields.optional(tagSequence)
	if ok {
		t.hasTrust = true
		for ids := list.inside(); ids.more(); {
			t.trust = append(t.trust, ids.expect(tagOID).oid())
		}
	}
	if list, ok = fields.optional(constructedTag(0)); ok {
		for ids := list.inside(); ids.more(); {
			t.reject = append(t.reject, ids.expect(tagOID).oid())
		}
	}
	return outer.err == nil && fields.err == nil
}

// verdict is what trust settings say about one purpose.
type verdict int

const (
	silent verdict = iota
	trusted
	rejected
)

// about returns what the settings say about verifying a server's, or a client's, certificate.
func (t *trustSettings) about(client bool) verdict {
	purpose := asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 1}
	if client {
		purpose[8] = 2
	}
	covers := func(ids []asn1.ObjectIdentifier) bool {
		for _, id := range ids {
			if id.Equal(purpose) || id.Equal(asn1.ObjectIdentifier{2, 5, 29, 37, 0}) {
				return true
			}
		}
		return false
	}
	switch {
	case covers(t.reject):
		return rejected
	case covers(t.trust):
		return trusted
	case t.hasTrust:
		// What is trusted for certain purposes is trusted for these alone.
		return rejected
	}
	return silent
}

// whyNotCertificate says what is wrong with the bytes of a certificate that does not decode.
func whyNotCertificate(der []byte) string {
	if len(der) > 4 && der[0] == tagSequence && der[1] == 0x82 {
		if want := 4 + (int(der[2])<<8 | int(der[3])); want > len(der) {
			return fmt.Sprintf("it is cut short: %d of %d bytes", len(der), want)
		}
	}
	if found := describeDER(der); found != "" && found != foundCertificate {
		return "it holds a " + found
	}
	return "its contents do not decode as a certificate"
}
