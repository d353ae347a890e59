package options

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Spool keeps on disk what cannot be delivered now.
type Spool struct {
	// SpoolDir is the directory, nil for none.
	SpoolDir *string `name:"spool" noun:"directory" placeholder:"DIR" since:"culex" help:"Keep here what cannot be delivered now, for later; needs -q 1 or 2."`
	// SpoolMax bounds what the messages take there.
	SpoolMax Size `name:"spool-max" noun:"size" placeholder:"SIZE" since:"culex" help:"Refuse what would make them take more bytes on disk than this (16M)."`
	// SpoolAge is the age from which on they are dropped; 0 for none.
	SpoolAge Span `name:"spool-age" noun:"time" placeholder:"TIME" since:"culex" help:"Drop those that are older: 90, 90s, 15m, 12h or 7d (never)."`
}

// check reports what makes no sense with or without a spool.
func (o *Pub) check() error {
	if err := o.Client.check(); err != nil {
		return err
	}
	switch {
	case o.SpoolDir == nil && (o.SpoolMax != 0 || o.SpoolAge != 0):
		return o.call.lineError("--spool-max and --spool-age need --spool.")
	case o.SpoolDir != nil && *o.SpoolDir == "":
		return o.call.lineError("--spool needs the name of a directory.")
	case o.SpoolDir != nil && o.QoS == 0:
		return o.call.lineError("--spool needs -q 1 or -q 2: nobody acknowledges a message of QoS 0, so nothing would tell whether to keep it.")
	}
	return nil
}

// Size is a number of bytes.
type Size int64

func (v *Size) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	n, ok := scaled(word, map[string]float64{"": 1, "k": 1 << 10, "M": 1 << 20, "G": 1 << 30})
	if !ok || n < 1<<10 || n > math.MaxInt64/2 {
		return p.client.call.optionError("Invalid %s \"%s\", it must be a number of bytes of at least 1k: 500k, 16M or 1G.", p.opt.called(), word)
	}
	*v = Size(n)
	return nil
}

// Span is a time with a unit.
type Span time.Duration

func (v *Span) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	seconds, ok := scaled(word, map[string]float64{"": 1, "s": 1, "m": 60, "h": 60 * 60, "d": 24 * 60 * 60})
	if !ok || !(seconds > 0 && seconds <= maxSeconds) {
		return p.client.call.optionError("Invalid %s \"%s\", it must be a time greater than 0: 90, 90s, 15m, 12h or 7d.", p.opt.called(), word)
	}
	*v = Span(max(seconds*float64(time.Second), 1))
	return nil
}

// scaled reads a number with a unit.
func scaled(word string, units map[string]float64) (float64, bool) {
	digits := strings.TrimRight(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	unit, known := units[word[len(digits):]]
	n, err := strconv.ParseFloat(digits, 64)
	return n * unit, known && err == nil && n >= 0
}
