package main

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/client/options"
)

// sources are the texts that the pages are made of.
type sources struct {
	readme markdown // of the whole repository
	common markdown // sections that several pages have
	detail markdown // more about single options
}

const texts = "scripts/docs/text/"

func readSources(root fs.FS) (sources, error) {
	var s sources
	for _, file := range []struct {
		name string
		into *markdown
	}{
		{"README.md", &s.readme},
		{texts + "common.md", &s.common},
		{texts + "options.md", &s.detail},
	} {
		content, err := readMarkdown(root, file.name)
		if err != nil {
			return s, err
		}
		*file.into = content
	}
	return s, nil
}

// manualPages makes the page of culex, and for each command one under either
// name.
func manualPages(root fs.FS, commands []command) (map[string]string, error) {
	s, err := readSources(root)
	if err != nil {
		return nil, err
	}
	if err := s.checkDetails(commands); err != nil {
		return nil, err
	}
	own, err := readMarkdown(root, texts+"culex.md")
	if err != nil {
		return nil, err
	}
	pages := []*page{{sources: s, own: own, name: "culex", program: "culex", commands: commands}}
	for _, c := range referenced(commands) {
		own, err := readMarkdown(root, texts+c.String()+".md")
		if err != nil {
			return nil, err
		}
		for _, inv := range []options.Invocation{options.AsCulex, options.AsReference} {
			program := inv.Program(c.Command)
			name := strings.ReplaceAll(program, " ", "-")
			pages = append(pages, &page{sources: s, own: own, name: name, program: program, as: inv, of: &c, commands: commands})
		}
	}
	files := map[string]string{}
	for _, p := range pages {
		if files["man/"+p.name+".1"], err = p.render(); err != nil {
			return nil, fmt.Errorf("%s(1): %w", p.name, err)
		}
	}
	return files, ownPages(root, s, commands, files)
}

// page is one manual page.
type page struct {
	sources
	own      markdown // the text of this page, or of both pages of a command
	name     string   // culex-pub
	program  string   // culex pub
	as       options.Invocation
	of       *command // nil for culex itself
	commands []command
}

func (p *page) render() (string, error) {
	r := newPage(p.name)
	r.heading("NAME")
	r.line(code(p.name) + ` \- ` + plain(p.summary()))
	r.heading("SYNOPSIS")
	p.synopsis(r)
	for _, section := range []struct {
		title string
		texts []markdown
		table func(*roff)
	}{
		{"DESCRIPTION", []markdown{p.own.section("DESCRIPTION"), p.naming()}, nil},
		{"COMMANDS", nil, p.listCommands},
		{"OPTIONS", []markdown{p.own.section("OPTIONS")}, p.listOptions},
		{"PROPERTIES", p.forCommands("PROPERTIES"), p.listProperties},
		{"OUTPUT FORMAT", p.forOutput("OUTPUT FORMAT"), nil},
		{"CONFIGURATION FILES", []markdown{p.common.section("CONFIGURATION FILES")}, nil},
		{"ENVIRONMENT", []markdown{p.common.section("ENVIRONMENT")}, nil},
		{"EXIT STATUS", []markdown{p.readme.section("Exit codes"), p.own.section("EXIT STATUS"), p.common.section("EXIT STATUS")}, nil},
		{"DIAGNOSIS", []markdown{p.readme.section("The diagnosis"), p.common.section("DIAGNOSIS")}, nil},
		{"EXAMPLES", []markdown{p.own.section("EXAMPLES")}, nil},
		{"DIFFERENCES", []markdown{p.readme.section("What differs")}, nil},
	} {
		body := &roff{fresh: true}
		for _, text := range section.texts {
			if text != "" {
				body.text(p.named(text))
			}
		}
		if section.table != nil {
			section.table(body)
		}
		if body.Len() > 0 {
			r.heading(section.title)
			r.line(strings.TrimSuffix(body.String(), "\n"))
		}
	}
	r.heading(`"SEE ALSO"`)
	p.seeAlso(r)
	return r.String(), p.missing()
}

// missing reports a section that no page should be without.
func (p *page) missing() error {
	for _, title := range []string{"Exit codes", "The diagnosis", "What differs"} {
		if _, err := p.readme.required("README.md", title); err != nil {
			return err
		}
	}
	for _, title := range []string{"DESCRIPTION", "EXAMPLES"} {
		if _, err := p.own.required("its text", title); err != nil {
			return err
		}
	}
	return nil
}

func (p *page) summary() string {
	if p.of == nil {
		return "publish and subscribe over MQTT, and learn why TLS failed"
	}
	return p.of.summary()
}

// named puts in the names that the programs have on this page.
func (p *page) named(m markdown) markdown {
	as := p.as
	if p.of == nil {
		as = options.AsCulex
	}
	words := []string{"{program}", p.program}
	for _, c := range referenced(p.commands) {
		words = append(words, "{"+c.String()+"}", as.Program(c.Command))
	}
	if p.of != nil && !p.of.Own() {
		words = append(words, "{reference}", p.of.reference(), "{culex}", options.AsCulex.Program(p.of.Command))
	}
	return markdown(strings.NewReplacer(words...).Replace(string(m)))
}

// naming says by what other name the program goes.
func (p *page) naming() markdown {
	switch {
	case p.of == nil:
		return ""
	case p.as == options.AsCulex:
		return p.common.section("CALLED AS CULEX")
	default:
		return p.common.section("CALLED AS REFERENCE")
	}
}

func (p *page) forCommands(title string) []markdown {
	if p.of == nil {
		return nil
	}
	return []markdown{p.common.section(title)}
}

// forOutput is for the commands that print messages.
func (p *page) forOutput(title string) []markdown {
	if p.of == nil || p.of.Command == options.CommandPub {
		return nil
	}
	return []markdown{p.common.section(title)}
}

func (p *page) synopsis(r *roff) {
	if p.of == nil {
		for _, c := range p.commands {
			r.line(bold("culex "+c.String()) + " " + italic("OPTION") + "...\n.br")
		}
		for _, c := range referenced(p.commands) {
			r.line(bold(c.reference()) + " " + italic("OPTION") + "...\n.br")
		}
		r.line(bold("culex --help") + " | " + bold("--version"))
		return
	}
	for i, line := range append(p.of.manual.Synopsis, "[OPTION]...") {
		if i == 0 {
			line = p.program + " " + line
		}
		r.line(usage(line))
	}
	r.line(".br\n" + bold(p.program+" --help") + " | " + bold("--version"))
}

// usage renders a line of a synopsis: names are bold, placeholders italic.
func usage(line string) string {
	word := regexp.MustCompile(`--?[a-zA-Z][a-z-]*|[a-z_]{3,}( [a-z]+)?|[A-Z]{2,}`)
	var b strings.Builder
	end := 0
	for _, at := range word.FindAllStringIndex(line, -1) {
		b.WriteString(plain(line[end:at[0]]))
		end = at[1]
		if text := line[at[0]:at[1]]; text == strings.ToUpper(text) && text[0] != '-' {
			b.WriteString(italic(text))
		} else {
			b.WriteString(bold(text))
		}
	}
	return b.String() + plain(line[end:])
}

func (p *page) listCommands(r *roff) {
	if p.of != nil {
		return
	}
	for _, c := range p.commands {
		names := bold("culex " + c.String())
		if !c.Own() {
			names += ", " + bold(c.reference())
		}
		r.term(names, plain(c.manual.Summary)+"\nSee "+reference(c.page())+".")
	}
}

func (p *page) listProperties(r *roff) {
	if p.of == nil {
		return
	}
	for _, packet := range options.PropertyPackets() {
		var names []string
		for _, name := range packet.Properties {
			names = append(names, bold(name))
		}
		r.term(bold(packet.Word), strings.Join(names, ",\n"))
	}
}

// reference names another page.
func reference(page string) string { return bold(page) + "(1)" }

func (p *page) seeAlso(r *roff) {
	names := []string{"culex"}
	for _, c := range p.commands {
		names = append(names, c.page())
		if p.as == options.AsReference && p.of != nil && !c.Own() {
			names = append(names, c.reference())
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for _, name := range names {
		if name != p.name {
			r.line(reference(name) + ",")
		}
	}
	r.line(bold("mosquitto") + "(8),\n" + bold("mqtt") + "(7)")
	r.line(".PP\nhttps://github.com/culex\\-mqtt/culex")
}
