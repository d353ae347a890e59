package certs

import (
	"bytes"
	"crypto/sha1"
	"encoding/asn1"
	"encoding/binary"
	"fmt"
	"slices"
	"unicode/utf16"
	"unicode/utf8"
)

// CanonicalName returns the form in which OpenSSL compares distinguished names, from a DER encoded Name: every text as
// UTF-8, ASCII letters small, runs of white space one space, none at the ends. Two names are the same when their
// canonical forms are equal. ok is false when der is not a name.
func CanonicalName(der []byte) (canonical []byte, ok bool) {
	outer, rest, ok := readElement(der)
	if !ok || outer.tag != tagSequence || len(rest) != 0 {
		return nil, false
	}
	canonical = make([]byte, 0, len(outer.contents))
	for rdns := outer.inside(); rdns.more(); {
		set := rdns.expect(tagSet)
		var entries [][]byte
		attributes := set.inside()
		for attributes.more() {
			entry, ok := canonicalAttribute(attributes.expect(tagSequence))
			if !ok {
				return nil, false
			}
			entries = append(entries, entry)
		}
		if rdns.err != nil || attributes.err != nil || len(entries) == 0 {
			return nil, false
		}
		// DER orders the elements of a SET OF by their encoding; text of another type may change that order.
		slices.SortFunc(entries, bytes.Compare)
		canonical = appendElement(canonical, tagSet, entries...)
	}
	return canonical, true
}

func canonicalAttribute(pair element) (der []byte, ok bool) {
	fields := pair.inside()
	typ := fields.expect(tagOID)
	value := fields.next()
	if fields.err != nil || fields.more() {
		return nil, false
	}
	encoded := value.full
	if isText(value.tag) {
		text, ok := toUTF8(value)
		if !ok {
			return nil, false
		}
		encoded = appendElement(nil, asn1.TagUTF8String, canonicalText(text))
	}
	return appendElement(nil, tagSequence, typ.full, encoded), true
}

// isText reports the string types that OpenSSL brings into one form; others it compares as they are.
func isText(tag byte) bool {
	switch tag {
	case asn1.TagUTF8String, asn1.TagPrintableString, asn1.TagT61String, asn1.TagIA5String, tagVisibleString,
		asn1.TagBMPString, tagUniversalString:
		return true
	}
	return false
}

const (
	tagVisibleString   = 26
	tagUniversalString = 28
)

// toUTF8 returns the text of a string. As in OpenSSL, T61String is read as ISO 8859-1, as everyone wrote it.
func toUTF8(e element) (text []byte, ok bool) {
	b := e.contents
	switch e.tag {
	case asn1.TagUTF8String:
		return b, utf8.Valid(b)
	case asn1.TagBMPString:
		if len(b)%2 != 0 {
			return nil, false
		}
		for i := 0; i < len(b); i += 2 {
			r := rune(b[i])<<8 | rune(b[i+1])
			if utf16.IsSurrogate(r) {
				return nil, false
			}
			text = utf8.AppendRune(text, r)
		}
		return text, true
	case tagUniversalString:
		if len(b)%4 != 0 {
			return nil, false
		}
		for i := 0; i < len(b); i += 4 {
			r := rune(b[i])<<24 | rune(b[i+1])<<16 | rune(b[i+2])<<8 | rune(b[i+3])
			if !utf8.ValidRune(r) {
				return nil, false
			}
			text = utf8.AppendRune(text, r)
		}
		return text, true
	}
	for _, c := range b {
		text = utf8.AppendRune(text, rune(c))
	}
	return text, true
}

func canonicalText(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for _, c := range text {
		switch {
		case isSpace(c):
			if len(out) > 0 && out[len(out)-1] != ' ' {
				out = append(out, ' ')
			}
		case 'A' <= c && c <= 'Z':
			out = append(out, c+'a'-'A')
		default:
			out = append(out, c)
		}
	}
	return bytes.TrimSuffix(out, []byte(" "))
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// appendElement appends a DER element with these contents.
func appendElement(b []byte, tag byte, contents ...[]byte) []byte {
	n := 0
	for _, c := range contents {
		n += len(c)
	}
	b = append(b, tag)
	switch {
	case n < 0x80:
		b = append(b, byte(n))
	case n < 0x100:
		b = append(b, 0x81, byte(n))
	case n < 0x10000:
		b = append(b, 0x82, byte(n>>8), byte(n))
	default:
		b = append(b, 0x84, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	for _, c := range contents {
		b = append(b, c...)
	}
	return b
}

// SameName reports whether two DER encoded names are the same for OpenSSL, as the RawSubject of an issuer and the
// RawIssuer of what it issued must be.
func SameName(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	x, ok1 := CanonicalName(a)
	y, ok2 := CanonicalName(b)
	return ok1 && ok2 && bytes.Equal(x, y)
}

// SubjectHash returns the eight hexadecimal digits under which a CA directory holds certificates of that DER encoded
// subject: files are looked up as the hash, a dot, and a number from 0 on. It is empty when der is not a name.
func SubjectHash(der []byte) string {
	canonical, ok := CanonicalName(der)
	if !ok {
		return ""
	}
	return hashOf(canonical)
}

func hashOf(canonical []byte) string {
	sum := sha1.Sum(canonical)
	return fmt.Sprintf("%08x", binary.LittleEndian.Uint32(sum[:]))
}

// texts returns the values of an attribute type in a DER encoded name, in order.
func texts(name []byte, typ string) []element {
	var found []element
	outer, _, _ := readElement(name)
	for rdns := outer.inside(); rdns.more(); {
		set := rdns.expect(tagSet)
		for attributes := set.inside(); attributes.more(); {
			fields := attributes.expect(tagSequence).inside()
			id, value := fields.expect(tagOID), fields.next()
			if fields.err == nil && string(id.contents) == typ {
				found = append(found, value)
			}
		}
	}
	return found
}

// Attribute types, as the contents of their OBJECT IDENTIFIER.
const (
	oidCommonName = "\x55\x04\x03"
	oidEmail      = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"
)
