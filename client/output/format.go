package output

import (
	"errors"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// Message is a received PUBLISH packet [MQTT-3.3]. Its slices alias the read buffer: nothing in this package keeps them.
// The Packet Identifier is 0 with QoS 0, the properties are empty before MQTT 5.0.
type Message = mqtt.Publish

// Style holds what other options than -F say about the output.
type Style struct {
	NoNewline bool // -N: nothing after a message
	Pretty    bool // --pretty: %j and %J on several lines
	JSONSafe  bool // --json-safe: %j and %J are valid JSON whatever the message holds
}

// Format is a compiled output format. It does not change after Compile or Default, so goroutines may share it.
type Format struct {
	ops   []op
	empty []op // plain: the steps for an empty payload
	plain bool // made by Default
	style Style
	timed bool // see UsesTime
}

// op is one step of a format: literal text or one conversion.
type op struct {
	conv      byte   // the character after '%'; convLiteral, convClock or convNanoseconds
	separator byte   // %x, %X: what stands between groups of digits
	clock     byte   // convClock: the strftime conversion
	left      bool   // '-': pad on the right
	zero      bool   // '0': pad with zeros
	width     int    // 0: none
	precision int    // -1: none
	literal   []byte // convLiteral: the text
}

const (
	convLiteral     = 0
	convClock       = '@'
	convNanoseconds = 'N'
)

// Default returns the format used without -F: the payload and a newline, or with verbose (-v) the topic, a blank, the
// payload and a newline. Without verbose an empty payload prints nothing at all.
func Default(verbose bool, style Style) *Format {
	f := &Format{plain: true, style: style}
	if verbose {
		f.ops = append(f.ops, op{conv: 't', precision: -1}, op{literal: []byte(" ")})
	}
	f.ops = append(f.ops, op{conv: 'p', precision: -1})
	if style.NoNewline {
		return f
	}
	f.ops = append(f.ops, op{literal: []byte("\n")})
	if verbose {
		f.empty = []op{{conv: 't', precision: -1}, {literal: []byte(" (null)\n")}}
	}
	return f
}

// UsesTime reports whether the output depends on the time given to Append.
func (f *Format) UsesTime() bool { return f.timed }

// Append appends the output for m, received at at, to dst and returns it. The time zone printed is that of at.
//
// The error says what the payload was not, as a *PayloadError or several joined; the rest of the line, its newline
// included, is in the returned slice all the same.
func (f *Format) Append(dst []byte, m *Message, at time.Time) ([]byte, error) {
	var errs error
	ops := f.steps(m)
	for i := range ops {
		var err error
		if dst, err = f.appendOp(dst, &ops[i], m, at); err != nil {
			errs = join(errs, err)
		}
	}
	return dst, errs
}

// steps returns what is to be run for m.
func (f *Format) steps(m *Message) []op {
	if f.plain && len(m.Payload) == 0 {
		return f.empty
	}
	return f.ops
}

// join keeps a single error as it is, so that it costs no more than needed.
func join(errs, err error) error {
	if errs == nil {
		return err
	}
	return errors.Join(errs, err)
}

// appendOp runs one step.
func (f *Format) appendOp(dst []byte, o *op, m *Message, at time.Time) ([]byte, error) {
	switch o.conv {
	case convLiteral:
		return append(dst, o.literal...), nil
	case convClock:
		return appendClock(dst, o.clock, at), nil
	case convNanoseconds:
		return appendPadded(dst, at.Nanosecond(), 9), nil
	case 'p':
		return appendPayload(dst, m.Payload, o), nil
	case 't':
		return appendText(dst, m.Topic, o), nil
	case 'x':
		return appendHex(dst, m.Payload, o, "0123456789abcdef"), nil
	case 'X':
		return appendHex(dst, m.Payload, o, "0123456789ABCDEF"), nil
	case 'l':
		return appendInt(dst, int64(len(m.Payload)), o), nil
	case 'm':
		return appendInt(dst, int64(m.PacketID), o), nil
	case 'q':
		return append(dst, '0'+m.QoS), nil
	case 'r':
		if m.Retain {
			return append(dst, '1'), nil
		}
		return append(dst, '0'), nil
	case 'I':
		return appendDateTime(dst, o, at), nil
	case 'U':
		return appendUnixTime(dst, at), nil
	case 'j':
		return f.appendJSON(dst, m, at, false)
	case 'J':
		return f.appendJSON(dst, m, at, true)
	case 'f', 'd':
		return appendFloat(dst, m.Payload, o)
	default:
		return appendProperty(dst, m.Properties, o), nil
	}
}
