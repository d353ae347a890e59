package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/client/options/manual"
)

// listOptions writes the options of the page's command, group by group. Those
// that a command of culex's own has in common with pub are on the page of that.
func (p *page) listOptions(r *roff) {
	if p.of == nil {
		return
	}
	left := false
	for _, g := range p.of.manual.Groups {
		list := g.Options
		if p.of.Own() {
			list = slices.DeleteFunc(slices.Clone(list), p.ofPub)
			left = left || len(list) < len(g.Options)
		}
		if len(list) > 0 {
			r.subheading(g.Title)
		}
		for _, o := range list {
			r.term(optionTerm(&o), p.optionText(&o))
		}
	}
	if left {
		r.line(".PP\nThe options of a connection are those of " + reference("culex-pub") + ".")
	}
}

// ofPub tells whether pub has exactly this option.
func (p *page) ofPub(o manual.Option) bool { return slices.Contains(p.commands[0].all(), o) }

// optionTerm is "-h, --host HOST".
func optionTerm(o *manual.Option) string {
	var names []string
	for _, name := range o.Names() {
		names = append(names, bold(name))
	}
	term := strings.Join(names, ", ")
	if o.Placeholder != "" {
		term += " " + italic(o.Placeholder)
	}
	return term
}

// optionText is the line of the help, what the texts add to it, and the version
// that brought the option.
func (p *page) optionText(o *manual.Option) string {
	lines := []string{helpLine(o.Help)}
	for line := range strings.Lines(string(p.named(p.detailOf(o)))) {
		lines = append(lines, guard(inline(strings.TrimSpace(line))))
	}
	switch since := o.Since; {
	case since == "" || p.of.Own():
	case since == "culex":
		lines = append(lines, "Not in mosquitto.")
	default:
		lines = append(lines, "Since mosquitto "+o.Since+".")
	}
	return strings.Join(lines, "\n")
}

// helpLine renders a line of the help, where options stand without backquotes.
func helpLine(help string) string {
	option := regexp.MustCompile(`(^|[ (])(--?[a-zA-Z][a-z0-9-]*)`)
	return guard(inline(option.ReplaceAllString(help, "$1`$2`")))
}

// detailOf is the text about an option: that for this command alone, whose
// heading has the command before the option, or else that for all.
func (p *page) detailOf(o *manual.Option) markdown {
	name := o.Names()[len(o.Names())-1]
	if text := p.detail.section(p.of.String() + " " + name); text != "" {
		return text
	}
	return p.detail.section(name)
}

// checkDetails reports a text about an option that does not exist, and one that
// does not fit into a list of options.
func (s *sources) checkDetails(commands []command) error {
	var known []string
	for _, c := range commands {
		for _, o := range c.all() {
			name := o.Names()[len(o.Names())-1]
			known = append(known, name, c.String()+" "+name)
		}
	}
	for _, title := range s.detail.titles() {
		if !slices.Contains(known, title) {
			return fmt.Errorf("%soptions.md: no option is called %q", texts, title)
		}
		text := string(s.detail.section(title))
		if text == "" || strings.Contains(text, "\n\n") || strings.Contains(text, "```") {
			return fmt.Errorf("%soptions.md: the text about %s is not one paragraph", texts, title)
		}
	}
	return nil
}
