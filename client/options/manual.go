package options

import (
	"fmt"
	"reflect"

	"github.com/alecthomas/kong"
)

// Manual is what the manual page and the shell completions of a command show of it. It is made from the table of
// options, for the program that writes those files; the commands themselves do not need it.
type Manual struct {
	// Summary says in one sentence what the command does.
	Summary string
	// Synopsis is what the command needs, in the notation of its help.
	Synopsis []string
	// Groups hold the options as the help of culex shows them.
	Groups []ManualGroup
}

// ManualGroup is one group of options.
type ManualGroup struct {
	Title   string
	Options []ManualOption
}

// ManualOption is one option. Options with the same fields are the same option, whatever command has it.
type ManualOption struct {
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

// Names are the names of the option with their dashes, the short one first.
func (o *ManualOption) Names() []string {
	var names []string
	if o.Short != "" {
		names = append(names, "-"+o.Short)
	}
	if o.Name != "" {
		names = append(names, "--"+o.Name)
	}
	return names
}

// ManualOf returns the manual of a command. An error means that the table of options is not well-formed.
func ManualOf(c Command) (*Manual, error) {
	d := about(c)
	app, err := model(d)
	if err != nil {
		return nil, fmt.Errorf("the options of %v: %w", c, err)
	}
	m := &Manual{Summary: d.culex, Synopsis: d.synopsis}
	for _, f := range app.Model.Flags {
		m.add(f.Group.Title, manualOption(f))
	}
	return m, nil
}

func (m *Manual) add(title string, o ManualOption) {
	for i := range m.Groups {
		if m.Groups[i].Title == title {
			m.Groups[i].Options = append(m.Groups[i].Options, o)
			return
		}
	}
	m.Groups = append(m.Groups, ManualGroup{title, []ManualOption{o}})
}

func manualOption(f *kong.Flag) ManualOption {
	o := ManualOption{
		Placeholder: f.PlaceHolder,
		Words:       f.Tag.Get("words"),
		Help:        f.Help,
		Since:       f.Tag.Get("since"),
		Rivals:      f.Tag.Get("xor") + f.Tag.Get("lastwins"),
	}
	o.Short, o.Name = realNames(f)
	switch f.Target.Type() {
	case reflect.TypeFor[TopicFilters](), reflect.TypeFor[Properties]():
		o.Repeats = true
	}
	return o
}
