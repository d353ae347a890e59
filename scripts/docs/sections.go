package main

import (
	"fmt"
	"io/fs"
	"strings"
)

// markdown is a text in the part of Markdown that this program understands:
// headings, paragraphs, lists with "* ", tables of two columns, blocks between
// fences, and words between backquotes.
type markdown string

func readMarkdown(root fs.FS, name string) (markdown, error) {
	content, err := fs.ReadFile(root, name)
	return markdown(content), err
}

// heading returns the level and the title of a line that is a heading.
func heading(line string) (level int, title string) {
	rest := strings.TrimLeft(line, "#")
	if level = len(line) - len(rest); level == 0 || !strings.HasPrefix(rest, " ") {
		return 0, ""
	}
	return level, strings.TrimSpace(rest)
}

// section returns what stands under a heading, up to the next one of its level
// or above. It is empty if there is no such heading.
func (m markdown) section(title string) markdown {
	var b strings.Builder
	inside, fenced := 0, false // the level of the heading, 0 before it
	for line := range strings.Lines(string(m)) {
		fenced = fenced != strings.HasPrefix(line, "```")
		level, found := 0, ""
		if !fenced {
			level, found = heading(line)
		}
		switch {
		case inside == 0 && level > 0 && found == title:
			inside = level
		case inside > 0 && level > 0 && level <= inside:
			return markdown(strings.TrimSpace(b.String()))
		case inside > 0:
			b.WriteString(line)
		}
	}
	return markdown(strings.TrimSpace(b.String()))
}

// required is section, with an error where there is none.
func (m markdown) required(file, title string) (markdown, error) {
	text := m.section(title)
	if text == "" {
		return "", fmt.Errorf("%s has nothing under the heading %q", file, title)
	}
	return text, nil
}

// titles are the headings of the first level.
func (m markdown) titles() []string {
	var titles []string
	for line := range strings.Lines(string(m)) {
		if level, title := heading(line); level == 1 {
			titles = append(titles, title)
		}
	}
	return titles
}

// row returns the two cells of a line that is a row of a table. Rules and empty
// cells count as none.
func row(line string) (left, right string, ok bool) {
	line, ok = strings.CutPrefix(line, "|")
	if !ok {
		return "", "", false
	}
	left, right, ok = strings.Cut(line, "|")
	right, _ = strings.CutSuffix(strings.TrimSpace(right), "|")
	return strings.TrimSpace(left), strings.TrimSpace(right), ok
}

// rule tells the line between the head of a table and its rows.
func rule(line string) bool { return strings.Trim(line, "|- ") == "" && strings.HasPrefix(line, "|") }
