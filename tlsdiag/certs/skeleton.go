package certs

// skeleton is where the parts of a certificate are, found without decoding any of them. A file of 150 roots is read
// in a millisecond this way, and the few certificates that matter are parsed when they are wanted.
type skeleton struct {
	full       []byte // the Certificate
	serial     []byte // the number's contents
	subject    []byte
	issuer     []byte
	spki       []byte // SubjectPublicKeyInfo
	extensions []byte // one after the other
	rest       []byte // what follows the Certificate: the trust settings of a TRUSTED CERTIFICATE
}

// parseSkeleton checks the structure of a certificate (RFC 5280 4.1) as far as OpenSSL does when it loads one: names
// must be names, extensions must be a list of extensions; what is in them is looked at later.
func parseSkeleton(der []byte) (s skeleton, err error) {
	outer := elements{rest: der}
	certificate := outer.expect(tagSequence)
	s.full, s.rest = certificate.full, outer.rest

	top := certificate.inside()
	tbs := top.expect(tagSequence).inside()
	top.expect(tagSequence)
	top.expect(tagBitString)

	tbs.optional(constructedTag(0)) // version
	s.serial = tbs.expect(tagInteger).contents
	tbs.expect(tagSequence) // signature algorithm
	s.issuer = tbs.expect(tagSequence).full
	validity := tbs.expect(tagSequence).inside()
	validity.next()
	validity.next()
	s.subject = tbs.expect(tagSequence).full
	s.spki = tbs.expect(tagSequence).full
	tbs.optional(contextTag(1)) // unique identifiers
	tbs.optional(contextTag(2))
	list, _ := tbs.optional(constructedTag(3))
	extensions := list.inside()
	if extensions.more() {
		extensions = extensions.expect(tagSequence).inside()
	}
	s.extensions = extensions.rest
	for extensions.more() {
		e := extensions.expect(tagSequence).inside()
		e.expect(tagOID)
		e.optional(tagBoolean)
		e.expect(tagOctetString)
		if e.err != nil || e.more() {
			return s, errDER
		}
	}
	for _, r := range []*elements{&outer, top, tbs, validity, extensions} {
		if r.err != nil || r != &outer && r.more() {
			return s, errDER
		}
	}
	if !isName(s.issuer) || !isName(s.subject) {
		return s, errDER
	}
	return s, nil
}

// isName reports whether der has the structure of a Name.
func isName(der []byte) bool {
	outer, _, _ := readElement(der)
	rdns := outer.inside()
	for rdns.more() {
		attributes := rdns.expect(tagSet).inside()
		for attributes.more() {
			fields := attributes.expect(tagSequence).inside()
			fields.expect(tagOID)
			fields.next()
			if fields.err != nil || fields.more() {
				return false
			}
		}
		if attributes.err != nil {
			return false
		}
	}
	return rdns.err == nil
}
