package output

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// maxNesting is how deep arrays and objects may stand in each other.
const maxNesting = 1000

// transcoder reads JSON as laxly as cJSON does and prints it again as cJSON does, in one pass.
type transcoder struct {
	in      []byte
	pos     int
	nesting int
	out     encoder
}

// document transcodes the whole input and reports whether it is one JSON value and nothing else.
func (t *transcoder) document() bool {
	if len(t.in) > 3 && string(t.in[:3]) == "\xef\xbb\xbf" {
		t.pos = 3
	}
	t.space()
	if !t.value() {
		return false
	}
	t.space()
	return t.pos == len(t.in)
}

// space steps over white space, which is every byte up to the blank; a NUL ends a document.
func (t *transcoder) space() {
	for t.pos < len(t.in) && 0 < t.in[t.pos] && t.in[t.pos] <= ' ' {
		t.pos++
	}
}

// at reports whether c is next, accept steps over it as well.
func (t *transcoder) at(c byte) bool {
	return t.pos < len(t.in) && t.in[t.pos] == c
}

func (t *transcoder) accept(c byte) bool {
	if t.at(c) {
		t.pos++
		return true
	}
	return false
}

func (t *transcoder) value() bool {
	if t.pos >= len(t.in) {
		return false
	}
	switch c := t.in[t.pos]; {
	case c == '"':
		return t.text()
	case c == '-' || '0' <= c && c <= '9':
		return t.number()
	case c == '[':
		return t.array()
	case c == '{':
		return t.object()
	default:
		return t.word("null") || t.word("true") || t.word("false")
	}
}

func (t *transcoder) word(w string) bool {
	if len(t.in)-t.pos < len(w) || string(t.in[t.pos:t.pos+len(w)]) != w {
		return false
	}
	t.pos += len(w)
	t.out.dst = append(t.out.dst, w...)
	return true
}

func (t *transcoder) array() bool {
	if t.nesting++; t.nesting > maxNesting {
		return false
	}
	t.pos++
	t.out.dst = append(t.out.dst, '[')
	t.out.depth++
	t.space()
	for first := true; !first || !t.at(']'); first = false {
		if !first {
			t.out.comma()
			t.space()
		}
		if !t.value() {
			return false
		}
		t.space()
		if !t.accept(',') {
			break
		}
	}
	if !t.accept(']') {
		return false
	}
	t.out.depth--
	t.out.dst = append(t.out.dst, ']')
	t.nesting--
	return true
}

func (t *transcoder) object() bool {
	if t.nesting++; t.nesting > maxNesting {
		return false
	}
	t.pos++
	t.out.open()
	t.space()
	if t.accept('}') {
		t.out.closeEmpty()
		t.nesting--
		return true
	}
	for first := true; ; first = false {
		t.space()
		t.out.beginKey(first)
		if !t.text() {
			return false
		}
		t.space()
		if !t.accept(':') {
			return false
		}
		t.out.endKey()
		t.space()
		if !t.value() {
			return false
		}
		t.space()
		if !t.accept(',') {
			break
		}
	}
	if !t.accept('}') {
		return false
	}
	t.out.close()
	t.nesting--
	return true
}

// number reads what C's strtod reads of the characters that a number may have.
func (t *transcoder) number() bool {
	n := 0
	digits := func() bool {
		start := n
		for t.pos+n < len(t.in) && '0' <= t.in[t.pos+n] && t.in[t.pos+n] <= '9' {
			n++
		}
		return n > start
	}
	is := func(a, b byte) bool {
		return t.pos+n < len(t.in) && (t.in[t.pos+n] == a || t.in[t.pos+n] == b)
	}
	if is('-', '-') {
		n++
	}
	whole := digits()
	fraction := false
	if is('.', '.') {
		n++
		fraction = digits()
	}
	if !whole && !fraction {
		return false
	}
	if is('e', 'E') {
		mantissa := n
		n++
		if is('+', '-') {
			n++
		}
		if !digits() {
			n = mantissa
		}
	}
	// Out of range is infinity, which is printed as null.
	v, _ := strconv.ParseFloat(string(t.in[t.pos:t.pos+n]), 64)
	t.pos += n
	t.out.dst = appendJSONNumber(t.out.dst, v)
	return true
}

// appendJSONNumber appends v with 15 significant digits, or with 17 where 15 do not read back as the same number.
func appendJSONNumber(dst []byte, v float64) []byte {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return append(dst, "null"...)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, v, 'g', 15, 64)
	back, _ := strconv.ParseFloat(string(dst[start:]), 64)
	// The same means within one epsilon, relative to the larger.
	const epsilon = 0x1p-52
	if math.Abs(back-v) <= max(math.Abs(back), math.Abs(v))*epsilon {
		return dst
	}
	return strconv.AppendFloat(dst[:start], v, 'g', 17, 64)
}

// text transcodes a string, a key included. An escape that stands for NUL ends the string, but what follows still has
// to be well formed; in the safe form NUL is printed.
func (t *transcoder) text() bool {
	if !t.accept('"') {
		return false
	}
	end, ok := t.closingQuote()
	if !ok {
		return false
	}
	t.out.dst = append(t.out.dst, '"')
	open := true // false once NUL has ended the string
	for t.pos < end {
		plain := t.pos
		for t.pos < end && t.in[t.pos] != '\\' {
			t.pos++
		}
		if open {
			t.out.chars(t.in[plain:t.pos])
		}
		if t.pos == end {
			break
		}
		r, size := t.escape(end)
		if size == 0 {
			return false
		}
		t.pos += size
		if r == 0 && !t.out.safe {
			open = false
		}
		if open {
			t.rune(r)
		}
	}
	t.pos = end + 1
	t.out.dst = append(t.out.dst, '"')
	return true
}

// rune appends a character that was written as an escape.
func (t *transcoder) rune(r rune) {
	if r < utf8.RuneSelf {
		t.out.char(byte(r))
		return
	}
	t.out.dst = utf8.AppendRune(t.out.dst, r)
}

// closingQuote finds the end of the string that begins at pos.
func (t *transcoder) closingQuote() (int, bool) {
	for i := t.pos; i < len(t.in); i++ {
		switch t.in[i] {
		case '"':
			return i, true
		case '\\':
			i++
		case 0:
			return 0, false
		}
	}
	return 0, false
}

// escape returns the character that the escape at pos stands for and the length of the escape, 0 if there is none.
func (t *transcoder) escape(end int) (rune, int) {
	switch c := t.in[t.pos+1]; c {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case '"', '\\', '/':
		return rune(c), 2
	case 'u':
		return t.unicode(end)
	default:
		return 0, 0
	}
}

// unicode reads \uXXXX, or two of them that are a surrogate pair.
func (t *transcoder) unicode(end int) (rune, int) {
	high, ok := t.hex4(t.pos, end)
	if !ok || 0xdc00 <= high && high <= 0xdfff {
		return 0, 0
	}
	if high < 0xd800 || high > 0xdbff {
		return high, 6
	}
	low, ok := t.hex4(t.pos+6, end)
	if !ok || low < 0xdc00 || low > 0xdfff {
		return 0, 0
	}
	return 0x10000 + (high-0xd800)<<10 + (low - 0xdc00), 12
}

// hex4 reads \uXXXX at i. Digits that are none make it 0, as in cJSON, but not in the safe form.
func (t *transcoder) hex4(i, end int) (rune, bool) {
	if end-i < 6 || t.in[i] != '\\' || t.in[i+1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range t.in[i+2 : i+6] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, !t.out.safe
		}
	}
	return r, true
}
