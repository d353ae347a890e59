package output

import (
	"bytes"
	"encoding/base64"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// appendJSON appends %j or, with parse, %J: one object that describes the message.
func (f *Format) appendJSON(dst []byte, m *Message, at time.Time, parse bool) ([]byte, error) {
	e := encoder{dst: dst, pretty: f.style.Pretty, safe: f.style.JSONSafe}
	e.open()
	e.key("tst", true)
	e.timestamp(at)
	e.key("topic", false)
	e.text(m.Topic)
	e.key("qos", false)
	e.uint(uint64(m.QoS))
	e.key("retain", false)
	e.dst = strconv.AppendBool(e.dst, m.Retain)
	e.key("payloadlen", false)
	e.uint(uint64(len(m.Payload)))
	if m.QoS > 0 {
		e.key("mid", false)
		e.uint(uint64(m.PacketID))
	}
	if len(m.Properties) > 0 {
		e.key("properties", false)
		e.properties(m.Properties)
	}
	if !e.payload(m.Payload, parse) {
		return e.dst[:len(dst)], &PayloadError{Kind: NotJSON, Topic: string(m.Topic)}
	}
	e.close()
	return e.dst, nil
}

// encoder appends JSON in the layout of cJSON: nothing between the tokens, or with pretty one member per line, a tab
// after the colon and arrays on one line.
type encoder struct {
	dst    []byte
	pretty bool
	safe   bool // Style.JSONSafe
	depth  int
}

func (e *encoder) indent() {
	e.dst = appendRepeat(e.dst, '\t', e.depth)
}

// open begins an object.
func (e *encoder) open() {
	e.dst = append(e.dst, '{')
	e.depth++
	if e.pretty {
		e.dst = append(e.dst, '\n')
	}
}

// close ends an object that has members.
func (e *encoder) close() {
	if e.pretty {
		e.dst = append(e.dst, '\n')
	}
	e.closeEmpty()
}

// closeEmpty ends an object without members: in the pretty form its brace still has a line of its own.
func (e *encoder) closeEmpty() {
	e.depth--
	if e.pretty {
		e.indent()
	}
	e.dst = append(e.dst, '}')
}

// beginKey appends what stands before a key, endKey what stands between the key and its value.
func (e *encoder) beginKey(first bool) {
	if !first {
		e.dst = append(e.dst, ',')
		if e.pretty {
			e.dst = append(e.dst, '\n')
		}
	}
	if e.pretty {
		e.indent()
	}
}

func (e *encoder) endKey() {
	e.dst = append(e.dst, ':')
	if e.pretty {
		e.dst = append(e.dst, '\t')
	}
}

// key appends a key that needs no escapes.
func (e *encoder) key(name string, first bool) {
	e.beginKey(first)
	e.dst = append(e.dst, '"')
	e.dst = append(e.dst, name...)
	e.dst = append(e.dst, '"')
	e.endKey()
}

// comma appends what stands between the elements of an array.
func (e *encoder) comma() {
	e.dst = append(e.dst, ',')
	if e.pretty {
		e.dst = append(e.dst, ' ')
	}
}

func (e *encoder) uint(v uint64) {
	e.dst = strconv.AppendUint(e.dst, v, 10)
}

// timestamp appends local time with microseconds and the offset from UTC.
func (e *encoder) timestamp(at time.Time) {
	e.dst = at.AppendFormat(e.dst, `"2006-01-02T15:04:05.000000-0700"`)
}

// text appends bytes as a JSON string. They are copied as they are but for control characters, quotes and backslashes,
// so the result is valid JSON only if they are UTF-8; in the safe form other bytes become U+FFFD.
func (e *encoder) text(s []byte) {
	e.dst = append(e.dst, '"')
	if e.safe && !utf8.Valid(s) {
		for len(s) > 0 {
			r, n := utf8.DecodeRune(s)
			if r == utf8.RuneError {
				e.dst = append(e.dst, "\uFFFD"...)
			} else {
				e.chars(s[:n])
			}
			s = s[n:]
		}
	} else {
		e.chars(s)
	}
	e.dst = append(e.dst, '"')
}

// chars appends the inside of a string.
func (e *encoder) chars(s []byte) {
	start := 0
	for i, c := range s {
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		e.dst = append(e.dst, s[start:i]...)
		e.char(c)
		start = i + 1
	}
	e.dst = append(e.dst, s[start:]...)
}

// char appends one byte of a string, escaped if it has to be.
func (e *encoder) char(c byte) {
	const short = "btn.fr" // for 0x08 to 0x0d; 0x0b has no short form
	switch {
	case c == '"' || c == '\\':
		e.dst = append(e.dst, '\\', c)
	case c >= ' ':
		e.dst = append(e.dst, c)
	case '\b' <= c && c <= '\r' && c != '\v':
		e.dst = append(e.dst, '\\', short[c-'\b'])
	default:
		const digits = "0123456789abcdef"
		e.dst = append(e.dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
	}
}

// payload appends the member for the payload and reports whether it could: with parse the payload has to be JSON. In
// the safe form it always can: what does not fit in "payload" goes to "payload_b64".
func (e *encoder) payload(p []byte, parse bool) bool {
	start := len(e.dst)
	e.key("payload", false)
	switch {
	case len(p) == 0:
		e.dst = append(e.dst, "null"...)
		return true
	case e.safe && !isText(p):
	case parse:
		t := transcoder{in: p, out: *e}
		ok := t.document()
		e.dst = t.out.dst
		if ok {
			return true
		}
	case e.safe:
		e.text(p)
		return true
	default:
		e.text(cutAtNUL(p))
		return true
	}
	if e.safe {
		e.dst = e.dst[:start]
		e.base64("payload_b64", false, p)
	}
	return e.safe
}

// isText reports whether p is UTF-8 without NUL, which JSON could hold and many of its readers could not.
func isText(p []byte) bool {
	return utf8.Valid(p) && bytes.IndexByte(p, 0) < 0
}

// cutAtNUL returns what C sees of p when it takes it for a string.
func cutAtNUL(p []byte) []byte {
	if i := bytes.IndexByte(p, 0); i >= 0 {
		return p[:i]
	}
	return p
}

// base64 appends a member for bytes that are no text.
func (e *encoder) base64(name string, first bool, p []byte) {
	e.key(name, first)
	e.dst = append(e.dst, '"')
	e.dst = base64.StdEncoding.AppendEncode(e.dst, p)
	e.dst = append(e.dst, '"')
}

// properties appends the 5.0 properties as an object, in the order of the packet. All user properties stand in one
// array at the place of the first.
func (e *encoder) properties(list mqtt.Properties) {
	e.open()
	first, user := true, false
	for p := range list.All() {
		switch p.ID {
		case mqtt.UserProperty:
			if user {
				continue
			}
			user = true
			e.key("user-properties", first)
			e.userProperties(list)
		case mqtt.CorrelationData:
			e.correlationData(p.Data, first)
		case mqtt.ContentType, mqtt.ResponseTopic:
			e.key(p.ID.Name(), first)
			e.text(p.Data)
		default:
			e.key(p.ID.Name(), first)
			e.uint(uint64(p.Value))
		}
		first = false
	}
	e.close()
}

// correlationData appends the one binary property, as a string where that is what it is.
func (e *encoder) correlationData(data []byte, first bool) {
	if e.safe && !isText(data) {
		e.base64("correlation-data_b64", first, data)
		return
	}
	e.key("correlation-data", first)
	e.text(cutAtNUL(data))
}

// userProperties appends the array of objects with one member each.
func (e *encoder) userProperties(list mqtt.Properties) {
	e.dst = append(e.dst, '[')
	e.depth++
	first := true
	for p := range list.All() {
		if p.ID != mqtt.UserProperty {
			continue
		}
		if !first {
			e.comma()
		}
		first = false
		e.open()
		e.beginKey(true)
		e.text(p.Key)
		e.endKey()
		e.text(p.Data)
		e.close()
	}
	e.depth--
	e.dst = append(e.dst, ']')
}
