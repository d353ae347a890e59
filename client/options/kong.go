package options

import (
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// culexUsage prints the options in their groups, one line each.
func culexUsage(w io.Writer, c Command) error {
	d := about(c)
	app, err := model(d)
	if err != nil {
		return err
	}
	program := AsCulex.Program(c)
	_, err = io.WriteString(w, "Usage: "+program+" OPTION...\n\n"+d.culex+"\n"+groupedFlags(app.Model.Flags)+
		"\nOptions may also stand in ~/.config/"+AsReference.Program(c)+", one a line.\n")
	return err
}

// model builds kong's model of a command. It is made for help, completion and manual pages; kong does not parse for this
// package, so it need not know how to read the types of the options.
func model(d description) (*kong.Kong, error) {
	unread := kong.MapperFunc(func(*kong.DecodeContext, reflect.Value) error { return nil })
	return kong.New(d.options, kong.NoDefaultHelp(), kong.KindMapper(reflect.Struct, unread))
}

// groupedFlags lists flags under the titles of their groups, in the order in which the groups first appear.
func groupedFlags(flags []*kong.Flag) string {
	var titles []string
	rows := map[string][][2]string{}
	width := 0
	for _, f := range flags {
		title := f.Group.Title
		if rows[title] == nil {
			titles = append(titles, title)
		}
		left := flagNames(f)
		width = max(width, len(left))
		rows[title] = append(rows[title], [2]string{left, f.Help})
	}
	var b strings.Builder
	for _, title := range titles {
		b.WriteString("\n" + title + ":\n")
		for _, row := range rows[title] {
			fmt.Fprintf(&b, "  %-*s  %s\n", width, row[0], row[1])
		}
	}
	return b.String()
}

// realNames are the names that an option really has: kong makes a long one up where there is none.
func realNames(f *kong.Flag) (short, name string) {
	if f.Short != 0 {
		short = string(f.Short)
	}
	if f.Tag.Has("name") {
		name = f.Name
	}
	return short, name
}

// flagNames are the names and the placeholder, with room for the short name that some options lack.
func flagNames(f *kong.Flag) string {
	short, name := realNames(f)
	if short == "" {
		return "    " + joinNames(short, name, f.PlaceHolder)
	}
	return joinNames(short, name, f.PlaceHolder)
}
