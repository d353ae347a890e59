package main

import (
	"strings"
	"unicode/utf8"
)

const (
	columns = 80 // of a terminal of the usual size
	margin  = 2  // before what a program printed
)

// commandLine writes a command as a shell reads it, in lines of at most columns where that is possible. The first begins
// with prefix; an option and its value stay together.
func commandLine(prefix, program string, words []string) string {
	line := prefix + program
	var lines []string
	for _, option := range optionsOf(words) {
		if width(line)+1+width(option) > columns-len(` \`) {
			lines = append(lines, line+` \`)
			line = strings.Repeat(" ", width(prefix)+3)
		}
		line += " " + option
	}
	return strings.Join(append(lines, line), "\n") + "\n"
}

// optionsOf joins each option with its value, quoted.
func optionsOf(words []string) []string {
	var options []string
	for _, w := range words {
		if len(options) > 0 && !strings.HasPrefix(w, "-") {
			options[len(options)-1] += " " + quote(w)
			continue
		}
		options = append(options, quote(w))
	}
	return options
}

func width(s string) int { return utf8.RuneCountInString(s) }

// quote makes a word safe for a POSIX shell.
func quote(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=@%+,", r)
	}
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool { return !plain(r) }) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// indent puts the margin before each line of text, and ends the last.
func indent(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(strings.Repeat(" ", margin) + strings.TrimSuffix(line, "\n") + "\n")
	}
	return b.String()
}
