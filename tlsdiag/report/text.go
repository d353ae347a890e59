// Package report writes a finding for people and for programs.
//
// Rules for the text, which is read on a small screen by somebody who wants to
// go home: one sentence says what is wrong and compares both values; "seen"
// has facts only, each with its place; "fix" says who has to do what, and a
// command stands alone on its line so that it can be pasted. No capital at the
// beginning, no full stop at the end, nothing that was not observed.
package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
)

// Options is how the text is laid out.
type Options struct {
	// Width is the number of columns to wrap at; 0 leaves lines as they are.
	// Commands are never wrapped.
	Width int
	// Colour adds terminal escape sequences.
	Colour bool
}

// minWidth keeps a report readable where a terminal claims to be narrower.
const minWidth = 32

const (
	labelWidth   = 8
	commandWidth = 10
)

// Line is a further line of a text, behind a label of at most five characters.
type Line struct{ Label, Text string }

// Text writes f as lines, the last one ended.
func Text(f cause.Finding, o Options) string { return TextWith(f, nil, o) }

// TextWith is Text with more lines before the identifier. One with the label of the line before it stands under that.
func TextWith(f cause.Finding, more []Line, o Options) string {
	w := writer{options: o}
	w.finding(f.About.String()+": ", f, more...)
	return w.String()
}

// finding writes f behind a label, with more lines before the identifier.
func (w *writer) finding(label string, f cause.Finding, more ...Line) {
	w.item(label, w.options.paint(bold, label), strings.Repeat(" ", len(label)), f.Headline)
	w.list("seen:", f.Seen)
	for i, h := range f.Hints {
		fix := "fix:"
		if i > 0 {
			fix = ""
		}
		w.labelled(fix, string(h.Party)+": "+h.Action)
		w.command(h.Command)
	}
	for _, n := range f.Also {
		w.labelled("also:", n.Headline)
	}
	last := ""
	for _, l := range more {
		label := l.Label
		if label == last {
			label = ""
		}
		w.labelled(label, l.Text)
		last = l.Label
	}
	w.labelled("id:", f.ID+" "+confidence(f))
}

func confidence(f cause.Finding) string {
	if f.Rival == "" {
		return "(" + string(f.Confidence) + ")"
	}
	return "(" + string(f.Confidence) + "; it could also be " + f.Rival + ")"
}

const (
	bold  = "1"
	faint = "2"
	cyan  = "36"
)

func (o Options) paint(code, s string) string {
	if !o.Colour || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

type writer struct {
	strings.Builder
	options Options
}

func (w *writer) list(label string, lines []string) {
	for i, line := range lines {
		if i > 0 {
			label = ""
		}
		w.labelled(label, line)
	}
}

func (w *writer) labelled(label, text string) {
	pad := strings.Repeat(" ", labelWidth-2-len(label))
	plain := "  " + label + pad
	w.item(plain, "  "+w.options.paint(faint, label)+pad, strings.Repeat(" ", labelWidth), text)
}

func (w *writer) command(s string) {
	if s == "" {
		return
	}
	w.WriteString(strings.Repeat(" ", commandWidth) + w.options.paint(cyan, Escape(s)) + "\n")
}

// item writes text behind a first label, wrapped with indent before each
// further line. shown is the label as it is printed, plain as it is counted.
func (w *writer) item(plain, shown, indent, text string) {
	w.WriteString(shown)
	column := len(plain)
	for i, word := range strings.Fields(Escape(text)) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case w.options.Width > 0 && column+1+n > max(w.options.Width, minWidth):
			w.WriteString("\n" + indent)
			column = len(indent)
		default:
			w.WriteByte(' ')
			column++
		}
		w.WriteString(word)
		column += n
	}
	w.WriteByte('\n')
}

// Escape makes s safe to print on a terminal: control characters, characters
// that change the direction of text, and bytes that are not UTF-8 are written
// as \xNN or \u{N}.
func Escape(s string) string {
	if !strings.ContainsFunc(s, needsEscape) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1, r < 0x80 && needsEscape(r):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case needsEscape(r) && r != utf8.RuneError:
			fmt.Fprintf(&b, `\u{%04x}`, r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

func needsEscape(r rune) bool {
	return r == utf8.RuneError || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
}
