package main

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// roff is a manual page in the macros of man(7).
type roff struct {
	strings.Builder
	fresh bool // nothing stands under the last heading yet
}

// newPage starts a page of section 1. It bears no date: the same texts make the
// same page on every day.
func newPage(name string) *roff {
	r := &roff{}
	r.line(`.\" Made by scripts/docs; do not edit.`)
	r.line(`.TH ` + code(strings.ToUpper(name)) + ` 1 "" "culex" "User Commands"`)
	r.line(".nh\n.ad l") // a name that is broken at the end of a line cannot be found
	return r
}

func (r *roff) line(s string) {
	r.WriteString(s + "\n")
	r.fresh = false
}

func (r *roff) heading(title string) {
	r.line(".SH " + title)
	r.fresh = true
}

func (r *roff) subheading(title string) {
	r.line(`.SS "` + inline(title) + `"`)
	r.fresh = true
}

// paragraph separates what follows from what is there.
func (r *roff) paragraph() {
	if !r.fresh {
		r.line(".PP")
	}
}

// term is an entry of a list of terms; both parts are in roff already.
func (r *roff) term(term, meaning string) {
	r.line(".TP\n" + term + "\n" + meaning)
}

// text appends a Markdown text.
func (r *roff) text(m markdown) {
	lines := strings.Split(string(m), "\n")
	apart := true // a new paragraph begins
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		level, title := heading(line)
		switch {
		case line == "":
			apart = true
			continue
		case level > 0:
			r.subheading(title)
		case strings.HasPrefix(line, "```"):
			i = r.block(lines, i+1)
		case i+1 < len(lines) && rule(lines[i+1]):
			i++ // the head of a table
		case strings.HasPrefix(line, "|"):
			left, right, _ := row(line)
			r.term(guard(inline(left)), guard(inline(right)))
		case strings.HasPrefix(line, "* "):
			r.line(".IP \\(bu 2\n" + guard(inline(line[2:])))
		default:
			if apart {
				r.paragraph()
			}
			r.line(guard(inline(strings.TrimSpace(line))))
		}
		apart = false
	}
}

// block appends the lines up to the closing fence as they are, and returns the
// index of that fence.
func (r *roff) block(lines []string, i int) int {
	r.paragraph()
	r.line(".RS 4\n.EX")
	for ; i < len(lines) && !strings.HasPrefix(lines[i], "```"); i++ {
		r.line(guard(code(lines[i])))
	}
	r.line(".EE\n.nh\n.RE") // .EE of groff 1.22 turns hyphenation on
	return i
}

// inline renders a line of a paragraph. What stands between backquotes is bold.
func inline(s string) string {
	var b strings.Builder
	for i, part := range strings.Split(s, "`") {
		if i%2 == 1 {
			b.WriteString(bold(part))
		} else {
			b.WriteString(plain(part))
		}
	}
	return b.String()
}

func bold(s string) string   { return `\fB` + code(s) + `\fR` }
func italic(s string) string { return `\fI` + code(s) + `\fR` }

// guard keeps a line of text from being taken for a request.
func guard(line string) string {
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		return `\&` + line
	}
	return line
}

// code escapes what people may copy to a command line: roff makes typographic
// quotes, hyphens and accents of some ASCII characters.
func code(s string) string {
	return escape(s, map[rune]string{'-': `\-`, '\'': `\(aq`, '`': `\(ga`, '"': `\(dq`})
}

// plain escapes prose. A hyphen that starts a word belongs to a number or an option.
func plain(s string) string {
	s = escape(s, map[rune]string{'"': `\(dq`})
	if strings.HasPrefix(s, "-") {
		s = `\` + s
	}
	return strings.NewReplacer(" -", ` \-`, "(-", `(\-`).Replace(s)
}

func escape(s string, more map[rune]string) string {
	var b strings.Builder
	for _, c := range s {
		switch special := more[c]; {
		case special != "":
			b.WriteString(special)
		case c == '\\':
			b.WriteString(`\e`)
		case c == '^':
			b.WriteString(`\(ha`)
		case c == '~':
			b.WriteString(`\(ti`)
		case c == '–':
			b.WriteString(`\(en`)
		case c >= utf8.RuneSelf:
			fmt.Fprintf(&b, `\[u%04X]`, c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}
