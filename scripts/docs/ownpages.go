package main

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/client/options"
)

// ownPages adds the pages of the commands that only culex has to files: one for
// each whose name is one word, and one for each group of the others.
func ownPages(root fs.FS, s sources, commands []command, files map[string]string) error {
	pages := groups(commands)
	for _, c := range commands {
		if c.Own() && c.group() == "" {
			pages[c.String()] = []command{c}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		own, err := readMarkdown(root, texts+name+".md")
		if err != nil {
			return err
		}
		p := &page{sources: s, own: own, name: "culex-" + name, program: "culex " + name, as: options.AsCulex, commands: commands}
		if files["man/"+p.name+".1"], err = p.renderOwn(pages[name]); err != nil {
			return fmt.Errorf("%s(1): %w", p.name, err)
		}
	}
	return nil
}

// renderOwn makes the page of some commands that only culex has. The first line
// of its text is what it is about; each command of a group has a section of its
// own in the text, under the second word of its name.
func (p *page) renderOwn(of []command) (string, error) {
	about, err := p.own.required("its text", "NAME")
	if err != nil {
		return "", err
	}
	r := newPage(p.name)
	r.heading("NAME")
	r.line(code(p.name) + ` \- ` + plain(string(about)))
	r.heading("SYNOPSIS")
	for _, c := range of {
		r.line(usage("culex "+c.String()+" "+strings.Join(append(c.manual.Synopsis, "[OPTION]..."), " ")) + "\n.br")
	}
	r.line(bold(p.program + " --help"))
	if err := p.sections(r, "DESCRIPTION"); err != nil {
		return "", err
	}
	for _, c := range of {
		if err := p.describe(r, &c); err != nil {
			return "", err
		}
	}
	if err := p.exits(r, of); err != nil {
		return "", err
	}
	if err := p.sections(r, "EXAMPLES"); err != nil {
		return "", err
	}
	r.heading(`"SEE ALSO"`)
	p.seeAlso(r)
	return r.String(), nil
}

// sections writes sections that the text must have.
func (p *page) sections(r *roff, titles ...string) error {
	for _, title := range titles {
		text, err := p.own.required("its text", title)
		if err != nil {
			return err
		}
		r.heading(`"` + title + `"`)
		r.text(p.named(text))
	}
	return nil
}

// describe writes what a command does if it is one of a group, and then its
// arguments and options.
func (p *page) describe(r *roff, c *command) error {
	p.of = c
	defer func() { p.of = nil }()
	if c.group() == "" {
		r.heading("OPTIONS")
	} else {
		_, second, _ := strings.Cut(c.String(), " ")
		text, err := p.own.required("its text", second)
		if err != nil {
			return err
		}
		r.heading(`"` + strings.ToUpper(second) + `"`)
		r.line(plain(c.manual.Summary))
		r.text(p.named(text))
	}
	for _, a := range c.manual.Arguments {
		r.term(italic(a.Placeholder), helpLine(a.Help))
	}
	p.listOptions(r)
	return nil
}

// exits lists the exit codes of a command, or those that all of a group share.
func (p *page) exits(r *roff, of []command) error {
	list := of[0].manual.Exits
	if of[0].group() != "" {
		list = options.Stages()
	}
	if err := p.sections(r, "EXIT STATUS"); err != nil {
		return err
	}
	for _, e := range list {
		r.term(plain(e.Code), plain(e.Meaning))
	}
	return nil
}
