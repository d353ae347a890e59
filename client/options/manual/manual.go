// Package manual tells what the help, the manual pages and the shell completions of culex show of a command. It has kong
// read the table of options in package options; the grammar of the commands reads the same table at run time.
//
// It is for the program that writes those files, and for tests. Kong is 720 kB of a program that links it, so
// culex carries the help that was made when its sources were.
package manual

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/alecthomas/kong"

	"github.com/culex-mqtt/culex/client/options"
)

// Manual is what there is to say about a command.
type Manual struct {
	// Summary says in one sentence what the command does.
	Summary string
	// Synopsis is what the command needs, in the notation of its help.
	Synopsis []string
	// Groups hold the options as the help of culex shows them.
	Groups []Group
	// Arguments are the words that the command takes besides options.
	Arguments []options.Argument
	// Exits are the exit codes of a command that only culex has; for the others they are in one list.
	Exits []options.ExitStatus
}

// Group is one group of options.
type Group struct {
	Title   string
	Options []Option
}

// Option is one option. Options with the same fields are the same option, whatever command has it.
type Option struct {
	// Short and Name are the names without their dashes; one of them may be empty.
	Short, Name string
	// Placeholder names the value, or the values with blanks between them; it is empty if the option takes none.
	Placeholder string
	// Words are the values that there are, with blanks between them; it is empty if they are not few.
	Words string
	// Help is one sentence or two.
	Help string
	// Since is the first version of mosquitto that has the option, "culex" if none has, and empty for old ones.
	Since string
	// Rivals is the same for options that exclude or replace one another, and empty for all others.
	Rivals string
	// Repeats tells that the option adds to itself when it is given again.
	Repeats bool
}

// Connects tells whether the command makes connections, and so reads an option file.
func (m *Manual) Connects() bool {
	return slices.ContainsFunc(m.Groups, func(g Group) bool {
		return slices.ContainsFunc(g.Options, func(o Option) bool { return o.Name == "host" })
	})
}

// Names are the names of the option with their dashes, the short one first.
func (o *Option) Names() []string {
	var names []string
	if o.Short != "" {
		names = append(names, "-"+o.Short)
	}
	if o.Name != "" {
		names = append(names, "--"+o.Name)
	}
	return names
}

// Of returns the manual of a command. An error means that the table of options is not well-formed.
func Of(c options.Command) (*Manual, error) {
	about := options.About(c)
	app, err := model(about.Options)
	if err != nil {
		return nil, fmt.Errorf("the options of %v: %w", c, err)
	}
	m := &Manual{Summary: about.Summary, Synopsis: about.Synopsis, Arguments: c.Arguments(), Exits: about.Exits}
	for _, f := range app.Model.Flags {
		if f.Group == nil {
			return nil, fmt.Errorf("the options of %v: --%s has no group", c, f.Name)
		}
		m.add(f.Group.Title, optionOf(f))
	}
	return m, nil
}

// model builds kong's model of a command from a pointer to its struct. Kong does not parse here, so it need not know
// how to read the types of the options.
func model(command any) (*kong.Kong, error) {
	unread := kong.MapperFunc(func(*kong.DecodeContext, reflect.Value) error { return nil })
	return kong.New(command, kong.NoDefaultHelp(), kong.KindMapper(reflect.Struct, unread))
}

// add puts an option into its group. The groups are in the order in which they first appear.
func (m *Manual) add(title string, o Option) {
	for i := range m.Groups {
		if m.Groups[i].Title == title {
			m.Groups[i].Options = append(m.Groups[i].Options, o)
			return
		}
	}
	m.Groups = append(m.Groups, Group{title, []Option{o}})
}

func optionOf(f *kong.Flag) Option {
	o := Option{
		Placeholder: f.PlaceHolder,
		Words:       f.Tag.Get("words"),
		Help:        f.Help,
		Since:       f.Tag.Get("since"),
		Rivals:      f.Tag.Get("xor") + f.Tag.Get("lastwins"),
	}
	if f.Short != 0 {
		o.Short = string(f.Short)
	}
	if f.Tag.Has("name") { // kong makes one up where there is none
		o.Name = f.Name
	}
	switch f.Target.Type() {
	case reflect.TypeFor[options.TopicFilters](), reflect.TypeFor[options.Properties]():
		o.Repeats = true
	}
	return o
}
