package certs

import "encoding/asn1"

// ASN.1 identifier octets (X.690 8.1.2) as certificates use them.
const (
	tagBoolean     = 0x01
	tagInteger     = 0x02
	tagBitString   = 0x03
	tagOctetString = 0x04
	tagOID         = 0x06
	tagSequence    = 0x30
	tagSet         = 0x31
)

// contextTag returns the identifier octet of a context-specific, primitive element; constructedTag of a constructed one.
func contextTag(n byte) byte     { return 0x80 | n }
func constructedTag(n byte) byte { return 0xa0 | n }

// element is one DER element: what crypto/x509 does not hand out is read through it.
type element struct {
	tag      byte
	contents []byte
	full     []byte // with identifier and length
}

// fault is an error that is nothing but its text, and so can be a constant.
type fault string

func (f fault) Error() string { return string(f) }

const errDER = fault("not DER")

// elements reads DER elements one after the other. After the first error it only returns empty ones; see err.
type elements struct {
	rest []byte
	err  error
}

// more reports whether there is something left to read, and nothing went wrong so far.
func (r *elements) more() bool { return r.err == nil && len(r.rest) > 0 }

// next returns the next element, whatever it is.
func (r *elements) next() element {
	e, rest, ok := readElement(r.rest)
	if r.err != nil || !ok {
		r.err = errDER
		return element{}
	}
	r.rest = rest
	return e
}

// expect returns the next element, which must have that tag.
func (r *elements) expect(tag byte) element {
	e := r.next()
	if r.err == nil && e.tag != tag {
		r.err = errDER
		return element{}
	}
	return e
}

// optional returns the next element if it has that tag.
func (r *elements) optional(tag byte) (element, bool) {
	if !r.more() || r.rest[0] != tag {
		return element{}, false
	}
	e := r.next()
	return e, r.err == nil
}

// inside returns a reader of the element's contents.
func (e element) inside() *elements { return &elements{rest: e.contents} }

// oid returns the element as an object identifier, nil if it is none.
func (e element) oid() asn1.ObjectIdentifier {
	var id asn1.ObjectIdentifier
	if rest, err := asn1.Unmarshal(e.full, &id); err != nil || len(rest) != 0 {
		return nil
	}
	return id
}

// readElement splits the first element off. Lengths of more than four bytes and tags of more than one are not DER that a
// certificate would have.
func readElement(b []byte) (e element, rest []byte, ok bool) {
	if len(b) < 2 || b[0]&0x1f == 0x1f {
		return e, nil, false
	}
	length, header := int(b[1]), 2
	if length >= 0x80 {
		count := length & 0x7f
		if count == 0 || count > 4 || len(b) < 2+count {
			return e, nil, false
		}
		var long uint64
		for _, c := range b[2 : 2+count] {
			long = long<<8 | uint64(c)
		}
		if long < 0x80 || b[2] == 0 || long > uint64(len(b)) {
			return e, nil, false
		}
		length, header = int(long), 2+count
	}
	if length > len(b)-header {
		return e, nil, false
	}
	return element{b[0], b[header : header+length], b[:header+length]}, b[header+length:], true
}
