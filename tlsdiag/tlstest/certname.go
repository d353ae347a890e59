package tlstest

import (
	"encoding/asn1"
	"fmt"
	"strings"
)

// Attribute types of a distinguished name (RFC 5280 appendix A.1).
const (
	CommonName   = "CN"
	Organization = "O"
	Country      = "C"
	Email        = "emailAddress"
)

// Attribute is one attribute of a name, alone in its relative distinguished name.
type Attribute struct {
	Type  string // one of the constants above
	Value string // the bytes as they are written, in the encoding that Tag asks for
	Tag   int    // an ASN.1 string tag; 0 means UTF8String
}

// Name is a distinguished name (RFC 5280 4.1.2.4), in encoding order. The zero value is the empty name.
type Name []Attribute

// CN returns a name of a single common name, written as a UTF8String.
func CN(value string) Name { return Name{{Type: CommonName, Value: value}} }

// As returns a copy of the name with every attribute written as a string of the given ASN.1 tag.
func (n Name) As(tag int) Name {
	out := make(Name, len(n))
	for i, a := range n {
		out[i] = Attribute{a.Type, a.Value, tag}
	}
	return out
}

// With returns a copy of the name with one more attribute at its end.
func (n Name) With(typ, value string) Name {
	return append(append(Name{}, n...), Attribute{Type: typ, Value: value})
}

// String returns the name as `CN=a, O=b`, in encoding order.
func (n Name) String() string {
	parts := make([]string, len(n))
	for i, a := range n {
		parts[i] = a.Type + "=" + a.Value
	}
	return strings.Join(parts, ", ")
}

// der returns the encoded name.
func (n Name) der() []byte {
	var rdns []byte
	for _, a := range n {
		tag := a.Tag
		if tag == 0 {
			tag = asn1.TagUTF8String
		}
		pair := sequence(marshal(attributeOID(a.Type)), tlv(tag, []byte(a.Value)))
		rdns = append(rdns, tlv(asn1.TagSet|constructed, pair)...)
	}
	return tlv(asn1.TagSequence|constructed, rdns)
}

func attributeOID(typ string) asn1.ObjectIdentifier {
	switch typ {
	case CommonName:
		return asn1.ObjectIdentifier{2, 5, 4, 3}
	case Organization:
		return asn1.ObjectIdentifier{2, 5, 4, 10}
	case Country:
		return asn1.ObjectIdentifier{2, 5, 4, 6}
	case Email:
		return asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}
	}
	panic(fmt.Sprintf("tlstest: unknown attribute type %q", typ))
}

// constructed is the bit of an identifier octet that says that the contents are elements (X.690 8.1.2.5).
const constructed = 0x20

// tlv returns one element: identifier octet, length and contents.
func tlv(tag int, contents ...[]byte) []byte {
	var body []byte
	for _, c := range contents {
		body = append(body, c...)
	}
	out := []byte{byte(tag)}
	switch n := len(body); {
	case n < 0x80:
		out = append(out, byte(n))
	case n < 0x100:
		out = append(out, 0x81, byte(n))
	case n < 0x10000:
		out = append(out, 0x82, byte(n>>8), byte(n))
	default:
		out = append(out, 0x83, byte(n>>16), byte(n>>8), byte(n))
	}
	return append(out, body...)
}

func sequence(elements ...[]byte) []byte { return tlv(asn1.TagSequence|constructed, elements...) }

// marshal encodes a value that is known to be encodable.
func marshal(v any) []byte {
	out, err := asn1.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("tlstest: %v", err))
	}
	return out
}
