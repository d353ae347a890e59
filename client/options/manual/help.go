package manual

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/client/options"
)

// Help is what --help of the command prints under the name of culex: its options in their groups, one line each.
func Help(c options.Command) (string, error) {
	m, err := Of(c)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Usage: %s OPTION...\n\n%s\n", options.AsCulex.Program(c), m.Summary)
	width := m.width()
	for _, g := range m.Groups {
		b.WriteString("\n" + g.Title + ":\n")
		for _, o := range g.Options {
			fmt.Fprintf(&b, "  %-*s  %s\n", width, o.left(), o.Help)
		}
	}
	fmt.Fprintf(&b, "\nOptions may also stand in ~/.config/%s, one a line.\n", options.AsReference.Program(c))
	return b.String(), nil
}

// width is that of the column of names.
func (m *Manual) width() int {
	width := 0
	for _, g := range m.Groups {
		for _, o := range g.Options {
			width = max(width, len(o.left()))
		}
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
