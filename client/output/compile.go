package output

import (
	"bytes"
	"strings"
)

// FormatErrorKind is the way in which a format is wrong.
type FormatErrorKind int

// The four errors that a format can have.
const (
	IncompleteFormat FormatErrorKind = iota // the string ends inside "%..." or after "@"
	InvalidFormat                           // no such conversion, or a width above MaxWidth
	IncompleteEscape                        // the string ends after a backslash
	InvalidEscape                           // no such escape
)

// FormatError is a format that cannot be compiled.
type FormatError struct {
	Kind   FormatErrorKind
	Char   byte // InvalidFormat, InvalidEscape: the byte that is not understood
	Offset int  // where in the format, in bytes
}

// Error is the sentence of the reference without its "Error: " prefix, the final full stop included. The character is
// the raw byte, which may be half a UTF-8 sequence.
func (e *FormatError) Error() string {
	switch e.Kind {
	case IncompleteFormat:
		return "Incomplete format specifier."
	case InvalidFormat:
		return "Invalid format specifier '" + string([]byte{e.Char}) + "'."
	case IncompleteEscape:
		return "Incomplete escape specifier."
	default:
		return "Invalid escape specifier '" + string([]byte{e.Char}) + "'."
	}
}

// MaxWidth is the largest field width, and the largest precision of %f and %d: a typing error in a format must not
// exhaust the memory of a gateway. The reference has no limit.
const MaxWidth = 1 << 20

const (
	conversions = "%ACDEFIJPRSUXdfjlmpqrtx"
	separators  = "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~ "
	timed       = "IUjJ" // the conversions for which UsesTime is true
)

// Compile reads a format of -F. The error is a *FormatError.
func Compile(format string, style Style) (*Format, error) {
	p := compiler{in: format, format: &Format{style: style}}
	for p.pos < len(p.in) {
		var err error
		switch c := p.in[p.pos]; c {
		case '%':
			err = p.percent()
		case '@':
			err = p.at()
		case '\\':
			err = p.escape()
		default:
			p.literal(c)
			p.pos++
		}
		if err != nil {
			return nil, err
		}
	}
	if !style.NoNewline {
		p.literal('\n')
	}
	return p.format, nil
}

// compiler is the state of Compile: the text, how far it has been read, and the steps so far.
type compiler struct {
	in     string
	pos    int
	format *Format
}

// literal adds one byte to the literal text at the end of the steps.
func (p *compiler) literal(c byte) {
	ops := p.format.ops
	if n := len(ops); n > 0 && ops[n-1].conv == convLiteral {
		ops[n-1].literal = append(ops[n-1].literal, c)
		return
	}
	p.format.ops = append(ops, op{literal: []byte{c}})
}

// fail returns the error for the byte at the current position, or for the end of the text.
func (p *compiler) fail(incomplete, invalid FormatErrorKind) error {
	if p.pos >= len(p.in) {
		return &FormatError{Kind: incomplete, Offset: len(p.in)}
	}
	return &FormatError{Kind: invalid, Char: p.in[p.pos], Offset: p.pos}
}

// accept steps over c if it is next.
func (p *compiler) accept(c byte) bool {
	if p.pos < len(p.in) && p.in[p.pos] == c {
		p.pos++
		return true
	}
	return false
}

// number reads digits, none of them meaning 0. It stops growing where it has no effect any more.
func (p *compiler) number() int {
	n := 0
	for p.pos < len(p.in) && '0' <= p.in[p.pos] && p.in[p.pos] <= '9' {
		n = min(n*10+int(p.in[p.pos]-'0'), 1<<27)
		p.pos++
	}
	return n
}

// percent reads %[-][0][width][.[precision]][separator]conversion.
func (p *compiler) percent() error {
	p.pos++
	o := op{precision: -1, separator: ' '}
	o.left = p.accept('-')
	o.zero = p.accept('0')
	if o.width = p.number(); o.width > MaxWidth {
		p.pos--
		return p.fail(IncompleteFormat, InvalidFormat)
	}
	if p.accept('.') {
		o.precision = p.number()
	}
	if p.pos < len(p.in) && strings.IndexByte(separators, p.in[p.pos]) >= 0 {
		o.separator = p.in[p.pos]
		p.pos++
	}
	if p.pos >= len(p.in) || strings.IndexByte(conversions, p.in[p.pos]) < 0 {
		return p.fail(IncompleteFormat, InvalidFormat)
	}
	o.conv = p.in[p.pos]
	if (o.conv == 'f' || o.conv == 'd') && o.precision > MaxWidth {
		return p.fail(IncompleteFormat, InvalidFormat)
	}
	p.pos++
	if o.conv == '%' {
		p.literal('%')
		return nil
	}
	if strings.IndexByte(timed, o.conv) >= 0 {
		p.format.timed = true
	}
	p.format.ops = append(p.format.ops, o)
	return nil
}

// at reads @@, @N and the strftime conversions, which are any one byte.
func (p *compiler) at() error {
	p.pos++
	if p.pos >= len(p.in) {
		return p.fail(IncompleteFormat, InvalidFormat)
	}
	c := p.in[p.pos]
	p.pos++
	switch c {
	case '@':
		p.literal('@')
	case 'N':
		p.format.timed = true
		p.format.ops = append(p.format.ops, op{conv: convNanoseconds})
	default:
		p.format.timed = true
		p.format.ops = append(p.format.ops, op{conv: convClock, clock: c})
	}
	return nil
}

// escape reads a backslash and the character after it.
func (p *compiler) escape() error {
	const names, bytesMeant = `\0aenrtv`, "\\\x00\a\x1b\n\r\t\v"
	p.pos++
	if p.pos >= len(p.in) {
		return p.fail(IncompleteEscape, InvalidEscape)
	}
	i := bytes.IndexByte([]byte(names), p.in[p.pos])
	if i < 0 {
		return p.fail(IncompleteEscape, InvalidEscape)
	}
	p.pos++
	p.literal(bytesMeant[i])
	return nil
}
