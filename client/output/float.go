package output

import (
	"encoding/binary"
	"math"
	"strconv"
)

// PayloadErrorKind is what a payload should have been.
type PayloadErrorKind int

// What a conversion can ask of a payload.
const (
	NotJSON   PayloadErrorKind = iota // %J
	NotFloat                          // %f: 4 bytes
	NotDouble                         // %d: 8 bytes
)

// PayloadError is a payload that a conversion cannot print. It concerns one message only.
type PayloadError struct {
	Kind  PayloadErrorKind
	Topic string // NotJSON: the message's topic
}

// Error is the reference's whole stderr line, without a newline.
func (e *PayloadError) Error() string {
	switch e.Kind {
	case NotJSON:
		return "Error: Message payload is not valid JSON on topic " + e.Topic + "."
	case NotFloat:
		return "requested float printing, but non-float data received"
	default:
		return "requested double printing, but non-double data received"
	}
}

// appendFloat appends %f or %d: the payload is an IEEE 754 number in this machine's byte order, printed as C's %f.
func appendFloat(dst, payload []byte, o *op) ([]byte, error) {
	var v float64
	switch {
	case o.conv == 'f' && len(payload) == 4:
		v = float64(math.Float32frombits(binary.NativeEndian.Uint32(payload)))
	case o.conv == 'd' && len(payload) == 8:
		v = math.Float64frombits(binary.NativeEndian.Uint64(payload))
	case o.conv == 'f':
		return dst, &PayloadError{Kind: NotFloat}
	default:
		return dst, &PayloadError{Kind: NotDouble}
	}
	precision := o.precision
	if precision < 0 {
		precision = 6
	}
	var buf [64]byte
	text := buf[:0]
	switch {
	case math.IsNaN(v) && math.Signbit(v):
		text = append(text, "-nan"...)
	case math.IsNaN(v):
		text = append(text, "nan"...)
	case math.IsInf(v, 1):
		text = append(text, "inf"...)
	case math.IsInf(v, -1):
		text = append(text, "-inf"...)
	default:
		return appendNumber(dst, strconv.AppendFloat(text, v, 'f', precision, 64), o), nil
	}
	field := *o
	field.zero = false // not for what has no digits
	return appendNumber(dst, text, &field), nil
}
