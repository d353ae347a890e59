package manual

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/client/options"
)

// Help is what --help of the command prints under the name of culex: its arguments, its options in their groups, and its
// exit codes, one line each.
func Help(c options.Command) (string, error) {
	m, err := Of(c)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Usage: %s %s\n\n%s\n", options.AsCulex.Program(c), m.usage(c), m.Summary)
	width := m.width()
	for i, a := range m.Arguments {
		if i == 0 {
			b.WriteString("\nArguments:\n")
		}
		fmt.Fprintf(&b, "  %-*s  %s\n", width, a.Placeholder, a.Help)
	}
	for _, g := range m.Groups {
		b.WriteString("\n" + g.Title + ":\n")
		for _, o := range g.Options {
			fmt.Fprintf(&b, "  %-*s  %s\n", width, o.left(), o.Help)
		}
	}
	for i, e := range m.Exits {
		if i == 0 {
			b.WriteString("\nExit codes:\n")
		}
		fmt.Fprintf(&b, "  %-*s  %s\n", width, e.Code, e.Meaning)
	}
	if m.Connects() {
		fmt.Fprintf(&b, "\nOptions may also stand in ~/.config/%s, one a line.\n", options.AsReference.Program(c.OptionsOf()))
	}
	return b.String(), nil
}

// usage is the rest of the usage line.
func (m *Manual) usage(c options.Command) string {
	if c.Own() {
		return strings.Join(append(m.Synopsis, "[OPTION]..."), " ")
	}
	return "OPTION..."
}

// width is that of the column of names.
func (m *Manual) width() int {
	width := 0
	for _, g := range m.Groups {
		for _, o := range g.Options {
			width = max(width, len(o.left()))
		}
	}
	for _, e := range m.Exits {
		width = max(width, len(e.Code))
	}
	return width
}

// left is "-h, --host HOST", with room for the short name that some options lack.
func (o *Option) left() string {
	indent := ""
	if o.Short == "" {
		indent = "    "
	}
	return strings.TrimRight(indent+strings.Join(o.Names(), ", ")+" "+o.Placeholder, " ")
}
