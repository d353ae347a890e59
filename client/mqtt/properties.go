package mqtt

import (
	"encoding/binary"
	"iter"
)

// Properties is a list of 5.0 properties as it is on the wire, in its order,
// without the length in front of it. What a Parse function returns has been
// checked; a list made with the AppendProperty functions is checked by
// [Properties.Check]. The zero value is the empty list.
type Properties []byte

// Property is one property of a list. Data and Key alias the list.
type Property struct {
	ID    PropertyID
	Value uint32 // of the integer types
	Data  []byte // of binary and string types; of a pair, its second string
	Key   []byte // of a pair, its first string
}

// All yields the properties in order. Of a list that is not well-formed it yields
// those before the fault.
func (p Properties) All() iter.Seq[Property] {
	return func(yield func(Property) bool) {
		for rest := []byte(p); len(rest) > 0; {
			var property Property
			n, f := decodeProperty(rest, &property)
			if f != faultNone || !yield(property) {
				return
			}
			rest = rest[n:]
		}
	}
}

// Uint returns the value of the first property id, which is of an integer type;
// false when there is none.
func (p Properties) Uint(id PropertyID) (uint32, bool) {
	found, ok := p.find(id)
	return found.Value, ok
}

// Data returns the value of the first property id, which is of a string or binary
// type; false when there is none. The bytes alias the list.
func (p Properties) Data(id PropertyID) ([]byte, bool) {
	found, ok := p.find(id)
	return found.Data, ok
}

// String returns a copy of the value of the first property id, which is of a
// string type; false when there is none.
func (p Properties) String(id PropertyID) (string, bool) {
	found, ok := p.find(id)
	return string(found.Data), ok
}

func (p Properties) find(id PropertyID) (Property, bool) {
	for rest := []byte(p); len(rest) > 0; {
		var property Property
		n, f := decodeProperty(rest, &property)
		if f != faultNone {
			break
		}
		if property.ID == id {
			return property, true
		}
		rest = rest[n:]
	}
	return Property{}, false
}

// WithUint32 returns a copy of the list in which the first property id, a Four Byte
// Integer, has another value; an equal copy when there is none.
func (p Properties) WithUint32(id PropertyID, value uint32) Properties {
	changed := append(Properties(nil), p...)
	for rest := []byte(changed); len(rest) > 0; {
		var property Property
		n, f := decodeProperty(rest, &property)
		if f != faultNone {
			break
		}
		if property.ID == id && id.Type() == TypeUint32 {
			binary.BigEndian.PutUint32(rest[1:], value)
			break
		}
		rest = rest[n:]
	}
	return changed
}

// fault is why a property could not be decoded.
type fault byte

const (
	faultNone fault = iota
	faultIdentifier
	faultTruncated
	faultVarint
)

// decodeProperty reads the property at the start of b into p and returns how many
// bytes it takes. Identifiers are Variable Byte Integers, but all are below 128.
func decodeProperty(b []byte, p *Property) (n int, f fault) {
	*p = Property{ID: PropertyID(b[0])}
	info := p.ID.info()
	if info == nil {
		return 0, faultIdentifier
	}
	value := b[1:]
	switch info.typ {
	case TypeByte:
		if len(value) >= 1 {
			p.Value = uint32(value[0])
			return 2, faultNone
		}
	case TypeUint16:
		if len(value) >= 2 {
			p.Value = uint32(binary.BigEndian.Uint16(value))
			return 3, faultNone
		}
	case TypeUint32:
		if len(value) >= 4 {
			p.Value = binary.BigEndian.Uint32(value)
			return 5, faultNone
		}
	case TypeVarint:
		v, size := decodeVarint(value)
		if size > 0 {
			p.Value = uint32(v)
			return 1 + size, faultNone
		}
		if size < 0 {
			return 0, faultVarint
		}
	case TypeBinary, TypeString:
		if data, ok := prefixed(value); ok {
			p.Data = data
			return 3 + len(data), faultNone
		}
	case TypeStringPair:
		if key, ok := prefixed(value); ok {
			if data, ok := prefixed(value[2+len(key):]); ok {
				p.Key, p.Data = key, data
				return 5 + len(key) + len(data), faultNone
			}
		}
	}
	return 0, faultTruncated
}

// prefixed cuts the string or binary data with its Two Byte Integer length from
// the start of b; false when b ends before it.
func prefixed(b []byte) ([]byte, bool) {
	if len(b) < 2 {
		return nil, false
	}
	end := 2 + int(binary.BigEndian.Uint16(b))
	if len(b) < end {
		return nil, false
	}
	return b[2:end:end], true
}

// AppendPropertyUint appends a property of one of the integer types. It returns a
// *PropertyValueError when the property is not of such a type or the value is
// larger than the type can hold.
func AppendPropertyUint(p Properties, id PropertyID, value uint32) (Properties, error) {
	switch id.Type() {
	case TypeByte:
		if value <= 0xff {
			return append(p, byte(id), byte(value)), nil
		}
	case TypeUint16:
		if value <= 0xffff {
			return binary.BigEndian.AppendUint16(append(p, byte(id)), uint16(value)), nil
		}
	case TypeUint32:
		return binary.BigEndian.AppendUint32(append(p, byte(id)), value), nil
	case TypeVarint:
		if value <= maxVarint {
			return appendVarint(append(p, byte(id)), int(value)), nil
		}
	default:
		return p, &PropertyValueError{id, "is not an integer"}
	}
	return p, &PropertyValueError{id, "does not hold so large an integer"}
}

// AppendPropertyString appends a property of type string. It returns a
// *PropertyValueError when the property is not of that type, or the value is not
// [ValidUTF8] or longer than 65,535 bytes.
func AppendPropertyString(p Properties, id PropertyID, value string) (Properties, error) {
	if id.Type() != TypeString {
		return p, &PropertyValueError{id, "is not a string"}
	}
	if err := checkPropertyString(id, value); err != nil {
		return p, err
	}
	return appendString(append(p, byte(id)), value), nil
}

// AppendPropertyBinary appends a property of type binary. It returns a
// *PropertyValueError when the property is not of that type or the value is longer
// than 65,535 bytes.
func AppendPropertyBinary(p Properties, id PropertyID, value []byte) (Properties, error) {
	if id.Type() != TypeBinary {
		return p, &PropertyValueError{id, "is not binary data"}
	}
	if len(value) > maxString {
		return p, &PropertyValueError{id, "is longer than 65535 bytes"}
	}
	return appendString(append(p, byte(id)), value), nil
}

// AppendPropertyPair appends a property of type string pair. It returns a
// *PropertyValueError when the property is not of that type, or one of the strings
// is not [ValidUTF8] or longer than 65,535 bytes.
func AppendPropertyPair(p Properties, id PropertyID, key, value string) (Properties, error) {
	if id.Type() != TypeStringPair {
		return p, &PropertyValueError{id, "is not a string pair"}
	}
	if err := checkPropertyString(id, key); err != nil {
		return p, err
	}
	if err := checkPropertyString(id, value); err != nil {
		return p, err
	}
	return appendString(appendString(append(p, byte(id)), key), value), nil
}

func checkPropertyString(id PropertyID, s string) error {
	if len(s) > maxString {
		return &PropertyValueError{id, "is longer than 65535 bytes"}
	}
	if !ValidUTF8(s) {
		return &PropertyValueError{id, "is not valid UTF-8"}
	}
	return nil
}

// PropertyValueError says why a value cannot be that of a property.
type PropertyValueError struct {
	ID   PropertyID
	What string
}

// Error returns one line: the property's name and what is wrong.
func (e *PropertyValueError) Error() string { return e.ID.String() + " " + e.What }
