package certs

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"time"
)

// CRL is a certificate revocation list (RFC 5280 5), of version 1 or 2. crypto/x509 has no version 1, and OpenSSL still
// writes it.
type CRL struct {
	Path       string
	Block      int       // which PEM block of the file, from 1; 0 in DER
	Line       int       // the line of its BEGIN, from 1; 0 in DER
	Issuer     []byte    // DER
	ThisUpdate time.Time // when it was made
	NextUpdate time.Time // when the next one was due; zero if the list does not say

	signed     *x509.Certificate // the signature, in the form that checkSignature takes
	revoked    []byte            // the entries, one after the other
	canonical  string            // Issuer's
	extensions crlExtensions
}

// crlExtensions is what the extensions of a list say.
type crlExtensions struct {
	authority authorityKeyID
	delta     bool // only what changed since another list
	critical  bool // something that must be understood, and is not: in the list or in an entry
	point     issuingPoint
}

// Revocation is an entry of a list.
type Revocation struct {
	Time   time.Time
	Reason int // CRLReason (RFC 5280 5.3.1); 0 where none is given
}

// Extensions of lists and of their entries, of the arc id-ce.
const (
	ceReasonCode          = 21
	ceDeltaCRLIndicator   = 27
	ceIssuingDistribution = 28
	ceCertificateIssuer   = 29
)

// AddCRLFile reads certificate revocation lists, in PEM or one in DER. With any list in the store, Verify looks for the
// end-entity certificate on that of its issuer. The error is a *FileError.
func (s *Store) AddCRLFile(path string) error {
	data, err := readFile(optionCRL, path)
	if err != nil {
		return err
	}
	lists, err := parseCRLs(path, data)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.crls = append(s.crls, lists...)
	return nil
}

// CRLs returns the revocation lists of the store.
func (s *Store) CRLs() []*CRL {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.crls[:len(s.crls):len(s.crls)]
}

const labelCRL = "X509 CRL"

// parseCRLs reads the lists in the contents of a file. The error is a *FileError.
func parseCRLs(path string, data []byte) ([]*CRL, error) {
	var lists []*CRL
	var labels []string
	for blocks := newPEMScanner(data); ; {
		b, ok := blocks.next()
		if !ok {
			break
		}
		labels = append(labels, b.label)
		if b.label != labelCRL {
			continue
		}
		l := parseCRL(b.der)
		if l == nil {
			e := damaged(optionCRL, path, &b)
			if e.Detail == "" {
				e.Detail = errCRL.Error()
			}
			return nil, e
		}
		l.Path, l.Block, l.Line = path, b.number, b.line
		lists = append(lists, l)
	}
	if len(labels) == 0 && describeDER(data) == foundCRL {
		l := parseCRL(data)
		if l == nil {
			return nil, &FileError{Option: optionCRL, Path: path, Problem: Damaged, Found: foundCRL, Detail: errCRL.Error()}
		}
		l.Path = path
		return []*CRL{l}, nil
	}
	if len(lists) == 0 {
		return nil, without(NoCRL, optionCRL, path, data, labels)
	}
	return lists, nil
}

const errCRL = fault("its contents do not decode as a certificate revocation list")

// parseCRL decodes a CertificateList (RFC 5280 5.1); nil if it is none.
func parseCRL(der []byte) *CRL {
	outer := elements{rest: der}
	list := outer.expect(tagSequence)
	top := list.inside()
	body := top.expect(tagSequence)
	top.expect(tagSequence)
	signature := top.expect(tagBitString)
	if outer.err != nil || outer.more() || top.err != nil || top.more() || len(signature.contents) < 2 || signature.contents[0] != 0 {
		return nil
	}
	l := &CRL{signed: &x509.Certificate{Raw: list.full, RawTBSCertificate: body.full, Signature: signature.contents[1:]}}
	l.signed.SignatureAlgorithm = algorithmOf(l.signed)
	fields := body.inside()
	fields.optional(tagInteger)
	fields.expect(tagSequence)
	l.Issuer = fields.expect(tagSequence).full
	canonical, ok := CanonicalName(l.Issuer)
	l.canonical = string(canonical)
	if !ok || !readTime(fields, &l.ThisUpdate) {
		return nil
	}
	if fields.more() && isTime(fields.rest[0]) && !readTime(fields, &l.NextUpdate) {
		return nil
	}
	if entries, ok := fields.optional(tagSequence); ok {
		l.revoked = entries.contents
	}
	extensions, _ := fields.optional(constructedTag(0))
	if fields.err != nil || fields.more() || !l.readExtensions(extensions) || !l.checkEntries() {
		return nil
	}
	return l
}

// algorithmOf finds the name that crypto/x509 has for a signature algorithm, by having it read a list with nothing in it.
func algorithmOf(c *x509.Certificate) x509.SignatureAlgorithm {
	identifier := bytes.Clone(signatureIdentifier(c).rest)
	identifier = wrap(tagSequence, identifier)
	now := []byte("\x17\x0d700101000000Z")
	body := wrap(tagSequence, []byte{tagInteger, 1, 1}, identifier, []byte{tagSequence, 0}, now, now)
	empty, err := x509.ParseRevocationList(wrap(tagSequence, body, identifier, []byte{tagBitString, 2, 0, 0}))
	if err != nil {
		return x509.UnknownSignatureAlgorithm
	}
	return empty.SignatureAlgorithm
}

// wrap makes one element out of others. They are short.
func wrap(tag byte, parts ...[]byte) []byte {
	contents := bytes.Join(parts, nil)
	header := []byte{tag, byte(len(contents))}
	switch n := len(contents); {
	case n >= 0x100:
		header = []byte{tag, 0x82, byte(n >> 8), byte(n)}
	case n >= 0x80:
		header = []byte{tag, 0x81, byte(n)}
	}
	return append(header, contents...)
}

// isTime reports whether a tag is that of a UTCTime or a GeneralizedTime.
func isTime(tag byte) bool { return tag == 0x17 || tag == 0x18 }

func readTime(r *elements, t *time.Time) bool {
	e := r.next()
	if r.err != nil || !isTime(e.tag) {
		return false
	}
	rest, err := asn1.Unmarshal(e.full, t)
	return err == nil && len(rest) == 0
}

// readExtensions reads the extensions of the list; it reports whether they are well formed.
func (l *CRL) readExtensions(wrapped element) bool {
	outer := wrapped.inside()
	if !outer.more() {
		return wrapped.full == nil
	}
	x := &l.extensions
	fine := eachExtension(outer.expect(tagSequence).inside(), func(id asn1.ObjectIdentifier, critical bool, value []byte) bool {
		switch {
		case isCE(id, ceAuthorityKeyID):
			return x.authority.read(value)
		case isCE(id, ceDeltaCRLIndicator):
			x.delta = true
		case isCE(id, ceIssuingDistribution):
			return x.point.read(value)
		default:
			x.critical = x.critical || critical
		}
		return true
	})
	return fine && outer.err == nil && !outer.more()
}

// eachExtension calls a function for each of Extensions (RFC 5280 4.1), until it returns false. It reports whether all went well.
func eachExtension(list *elements, f func(id asn1.ObjectIdentifier, critical bool, value []byte) bool) bool {
	for list.more() {
		fields := list.expect(tagSequence).inside()
		id := fields.expect(tagOID).oid()
		critical, _ := fields.optional(tagBoolean)
		value := fields.expect(tagOctetString)
		if fields.err != nil || fields.more() || id == nil || !f(id, len(critical.contents) == 1 && critical.contents[0] != 0, value.contents) {
			return false
		}
	}
	return list.err == nil
}

// checkEntries reports whether all entries are well formed.
func (l *CRL) checkEntries() bool {
	for r := (&elements{rest: l.revoked}); r.more(); {
		_, extensions, ok := readEntry(r, new(Revocation))
		fine := ok && eachExtension(extensions, func(id asn1.ObjectIdentifier, critical bool, _ []byte) bool {
			l.extensions.critical = l.extensions.critical || critical && !isCE(id, ceReasonCode) && !isCE(id, ceCertificateIssuer)
			return true
		})
		if !fine {
			return false
		}
	}
	return true
}

// readEntry reads one entry: the contents of its serial number, its date and its extensions.
func readEntry(r *elements, v *Revocation) (serial []byte, extensions *elements, ok bool) {
	entry := r.expect(tagSequence).inside()
	serial = entry.expect(tagInteger).contents
	ok = r.err == nil && entry.err == nil && readTime(entry, &v.Time)
	extensions = &elements{}
	if list, has := entry.optional(tagSequence); has {
		extensions = list.inside()
	}
	return serial, extensions, ok && entry.err == nil && !entry.more()
}

// find returns the entry for a certificate, nil if there is none.
func (l *CRL) find(c *x509.Certificate) *Revocation {
	wanted := serialContents(c)
	for r := (&elements{rest: l.revoked}); r.more(); {
		v := new(Revocation)
		serial, extensions, ok := readEntry(r, v)
		if !ok || !bytes.Equal(serial, wanted) {
			continue
		}
		eachExtension(extensions, func(id asn1.ObjectIdentifier, _ bool, value []byte) bool {
			if isCE(id, ceReasonCode) && len(value) == 3 {
				v.Reason = int(value[2])
			}
			return true
		})
		return v
	}
	return nil
}
