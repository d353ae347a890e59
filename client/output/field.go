package output

import (
	"strconv"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// appendRepeat appends n times c, nothing if n is negative.
func appendRepeat(dst []byte, c byte, n int) []byte {
	for ; n > 0; n-- {
		dst = append(dst, c)
	}
	return dst
}

// appendPadded appends v, which is not negative, with at least digits digits.
func appendPadded(dst []byte, v, digits int) []byte {
	var buf [20]byte
	text := strconv.AppendInt(buf[:0], int64(v), 10)
	return append(appendRepeat(dst, '0', digits-len(text)), text...)
}

// pad returns the character that fills a field on the left.
func (o *op) pad() byte {
	if o.zero {
		return '0'
	}
	return ' '
}

// appendBlank appends the field of a property that the message does not have.
func appendBlank(dst []byte, o *op) []byte {
	return appendRepeat(dst, o.pad(), o.width)
}

// appendInt appends v as C's %d does.
func appendInt(dst []byte, v int64, o *op) []byte {
	var buf [20]byte
	return appendNumber(dst, strconv.AppendInt(buf[:0], v, 10), o)
}

// appendNumber pads the text of a number; zeros go between its sign and its digits.
func appendNumber(dst, text []byte, o *op) []byte {
	n := o.width - len(text)
	switch {
	case o.left:
		return appendRepeat(append(dst, text...), ' ', n)
	case o.zero && text[0] == '-':
		return append(appendRepeat(append(dst, '-'), '0', n), text[1:]...)
	default:
		return append(appendRepeat(dst, o.pad(), n), text...)
	}
}

// appendText appends s as C's %s does: the precision cuts, the width pads with blanks, both counted in bytes.
func appendText(dst, s []byte, o *op) []byte {
	if o.precision >= 0 && len(s) > o.precision {
		s = s[:o.precision]
	}
	n := o.width - len(s)
	if o.left {
		return appendRepeat(append(dst, s...), ' ', n)
	}
	return append(appendRepeat(dst, ' ', n), s...)
}

// appendPayload appends %p. The width is the longest length as well as the shortest.
func appendPayload(dst, payload []byte, o *op) []byte {
	if o.width > 0 && len(payload) > o.width {
		payload = payload[:o.width]
	}
	if o.left {
		return appendRepeat(append(dst, payload...), ' ', o.padRight(len(payload), len(payload)))
	}
	return append(appendRepeat(dst, o.pad(), o.width-len(payload)), payload...)
}

// padRight returns how many blanks follow a left-aligned payload that was printed as printed characters. Without a
// width they are as many as the payload has bytes: the reference hands a negative width to printf.
func (o *op) padRight(printed, payload int) int {
	if o.width == 0 {
		return payload
	}
	return o.width - printed
}

// appendHex appends %x or %X: at most width bytes of the payload, with the separator after every precision
// characters. The characters that pad on the left are counted in the groups.
func appendHex(dst, payload []byte, o *op, digits string) []byte {
	if o.width > 0 && len(payload) > o.width {
		payload = payload[:o.width]
	}
	printed := 2 * len(payload)
	h := hexGroups{dst: dst, size: o.precision, separator: o.separator}
	if !o.left {
		for range o.width - printed {
			h.put(o.pad())
		}
	}
	if h.size <= 0 {
		for _, c := range payload {
			h.dst = append(h.dst, digits[c>>4], digits[c&15])
		}
	} else {
		for _, c := range payload {
			h.put(digits[c>>4])
			h.put(digits[c&15])
		}
	}
	if o.left {
		return appendRepeat(h.dst, ' ', o.padRight(printed, len(payload)))
	}
	return h.dst
}

// hexGroups appends characters with a separator between groups of size.
type hexGroups struct {
	dst       []byte
	size      int // 0 or less: no groups
	count     int
	separator byte
}

func (h *hexGroups) put(c byte) {
	if h.size > 0 && h.count > 0 && h.count%h.size == 0 {
		h.dst = append(h.dst, h.separator)
	}
	h.dst = append(h.dst, c)
	h.count++
}

// appendProperty appends the conversions that print a 5.0 property [MQTT-3.3.2.3].
func appendProperty(dst []byte, list mqtt.Properties, o *op) []byte {
	switch o.conv {
	case 'A':
		return appendNumeric(dst, list, mqtt.TopicAlias, o)
	case 'E':
		return appendNumeric(dst, list, mqtt.MessageExpiryInterval, o)
	case 'F':
		return appendNumeric(dst, list, mqtt.PayloadFormatIndicator, o)
	case 'S':
		return appendNumeric(dst, list, mqtt.SubscriptionIdentifier, o)
	case 'C':
		if s, ok := list.Data(mqtt.ContentType); ok {
			return appendText(dst, s, o)
		}
		return appendBlank(dst, o)
	case 'R':
		if s, ok := list.Data(mqtt.ResponseTopic); ok {
			return appendText(dst, s, o)
		}
	case 'D':
		if data, ok := list.Data(mqtt.CorrelationData); ok {
			return append(dst, data...)
		}
	case 'P':
		return appendUserProperties(dst, list)
	}
	return dst
}

// appendNumeric appends a property that is a number, as a signed 32-bit integer.
func appendNumeric(dst []byte, list mqtt.Properties, id mqtt.PropertyID, o *op) []byte {
	if v, ok := list.Uint(id); ok {
		return appendInt(dst, int64(int32(v)), o)
	}
	return appendBlank(dst, o)
}

// appendUserProperties appends all user properties as key:value, in order, with a blank between them.
func appendUserProperties(dst []byte, list mqtt.Properties) []byte {
	first := true
	for p := range list.All() {
		if p.ID != mqtt.UserProperty {
			continue
		}
		if !first {
			dst = append(dst, ' ')
		}
		first = false
		dst = append(dst, p.Key...)
		dst = append(dst, ':')
		dst = append(dst, p.Data...)
	}
	return dst
}
