package certs

import "bytes"

// issuingPoint is the issuingDistributionPoint of a list (RFC 5280 5.2.5).
type issuingPoint struct {
	present    bool
	name       element // DistributionPointName; without a tag if it is not there
	onlyUsers  bool
	onlyCAs    bool
	onlyOthers bool // attribute certificates
	partial    bool // only some reasons, or the certificates of other issuers, or a contradiction: OpenSSL leaves the list alone
}

// read decodes the extension; it reports whether it is well formed.
func (p *issuingPoint) read(der []byte) bool {
	outer := elements{rest: der}
	fields := outer.expect(tagSequence).inside()
	p.present = true
	if e, ok := fields.optional(constructedTag(0)); ok {
		p.name = e.inside().next()
	}
	flag := func(n byte) bool {
		e, ok := fields.optional(contextTag(n))
		return ok && len(e.contents) == 1 && e.contents[0] != 0
	}
	p.onlyUsers, p.onlyCAs = flag(1), flag(2)
	_, someReasons := fields.optional(contextTag(3))
	indirect := flag(4)
	p.onlyOthers = flag(5)
	kinds := 0
	for _, only := range []bool{p.onlyUsers, p.onlyCAs, p.onlyOthers} {
		if only {
			kinds++
		}
	}
	p.partial = someReasons || indirect || kinds > 1
	return outer.err == nil && fields.err == nil && !fields.more()
}

// covers reports whether a certificate would be on a list with this point (RFC 5280 6.3.3 (b)), and whether for every reason.
func (p *issuingPoint) covers(f *facts) (covered, allReasons bool) {
	isCA := f.cert.BasicConstraintsValid && f.cert.IsCA
	if p.onlyOthers || isCA && p.onlyUsers || !isCA && p.onlyCAs {
		return false, false
	}
	points := &elements{}
	for _, e := range f.cert.Extensions {
		if isCE(e.Id, ceCRLDistributionPoints) {
			outer := elements{rest: e.Value}
			points = outer.expect(tagSequence).inside()
		}
	}
	for points.more() {
		fields := points.expect(tagSequence).inside()
		wrapped, _ := fields.optional(constructedTag(0))
		_, someReasons := fields.optional(contextTag(1))
		_, otherIssuer := fields.optional(constructedTag(2))
		if fields.err == nil && !otherIssuer && (!p.present || sharesName(wrapped.inside().next(), p.name)) {
			return true, !someReasons
		}
	}
	return p.name.tag == 0, true
}

// sharesName reports whether two DistributionPointNames have a name in common; one that is left out agrees with any.
func sharesName(a, b element) bool {
	if a.tag == 0 || b.tag == 0 {
		return true
	}
	if a.tag != b.tag || a.tag != constructedTag(0) {
		return bytes.Equal(a.full, b.full)
	}
	for names := a.inside(); names.more(); {
		mine := names.next()
		for others := b.inside(); others.more(); {
			if bytes.Equal(mine.full, others.next().full) {
				return true
			}
		}
	}
	return false
}
