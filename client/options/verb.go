package options

import (
	"reflect"
	"strings"

	"github.com/culex-mqtt/culex/client/nearest"
)

// The commands that only culex has, in the order in which people see them listed.
const (
	CommandCheck       Command = CommandRR + 1 + iota // culex check
	CommandProbe                                      // culex tlsdiag probe
	CommandFiles                                      // culex tlsdiag files
	CommandExplain                                    // culex tlsdiag explain
	CommandPcap                                       // culex tlsdiag pcap
	CommandConf                                       // culex tlsdiag conf
	CommandAlert                                      // culex tlsdiag alert
	CommandReplay                                     // culex tlsdiag replay
	CommandSpoolStatus                                // culex spool status
	CommandSpoolFlush                                 // culex spool flush
	CommandSpoolDrop                                  // culex spool drop
	CommandLink                                       // culex link
	CommandUnlink                                     // culex unlink

	endOfCommands
)

// aboutVerb is About for the commands that only culex has. Each is described beside its options.
func aboutVerb(c Command) Description {
	switch c {
	case CommandCheck:
		return aboutCheck()
	case CommandProbe:
		return aboutProbe()
	case CommandFiles:
		return aboutFiles()
	case CommandExplain:
		return aboutExplain()
	case CommandAlert:
		return aboutAlert()
	case CommandReplay:
		return aboutReplay()
	case CommandPcap:
		return aboutPcap()
	case CommandConf:
		return aboutConf()
	case CommandSpoolStatus:
		return aboutSpoolStatus()
	case CommandSpoolFlush:
		return aboutSpoolFlush()
	case CommandSpoolDrop:
		return aboutSpoolDrop()
	case CommandLink:
		return aboutLink()
	case CommandUnlink:
		return aboutUnlink()
	}
	panic("options: no such command")
}

// Own tells whether only culex has the command.
func (c Command) Own() bool { return c >= CommandCheck }

// OptionsOf is the program of mosquitto whose option file the command reads, if it makes connections.
func (c Command) OptionsOf() Command {
	if c.Own() {
		return CommandPub
	}
	return c
}

// Form says how a command of culex's own prints what it has found.
type Form struct {
	// Format is DiagText for people, DiagJSON for programs.
	Format FormFormat `name:"format" noun:"format" placeholder:"FORMAT" words:"text json" since:"culex" help:"How to print what was found: text or json (text)."`
}

// FormFormat is the form of what a command prints on standard output.
type FormFormat byte

// The values of FormFormat.
const (
	FormText FormFormat = iota
	FormJSON
)

func (v *FormFormat) read(p *pass) error { return readChoice(p, v, "--format", "text", "json") }

// Aid is the option of commands that do not have those of a connection.
type Aid struct {
	ShowHelp Help `name:"help" since:"culex" help:"Print this help."`
}

// Arguments of a command stand in fields with the tag arg: a []string takes as many words as come, a *string takes one.
// Without the tag optional there must be at least one. Such a field has these tags, too:
//
//	placeholder   what the word is called in the help
//	help          one line, for people
func isArgument(field reflect.StructField) bool {
	_, ok := field.Tag.Lookup("arg")
	return ok
}

// Argument is a word, or several, that a command takes besides options.
type Argument struct {
	// Placeholder is what it is called in the synopsis.
	Placeholder string
	// Help is one sentence.
	Help string
}

// Arguments lists what the command takes besides options.
func (c Command) Arguments() []Argument {
	var list []Argument
	for _, a := range argumentsOf(About(c).Options) {
		list = append(list, Argument{a.tag.Get("placeholder"), a.tag.Get("help")})
	}
	return list
}

// argumentsOf lists the arguments that a command takes, given a pointer to its struct.
func argumentsOf(command any) []option { return appendArguments(nil, reflect.ValueOf(command).Elem()) }

func appendArguments(list []option, group reflect.Value) []option {
	t := group.Type()
	for i := range t.NumField() {
		switch field := t.Field(i); {
		case field.Anonymous:
			list = appendArguments(list, group.Field(i))
		case isArgument(field):
			list = append(list, option{group: group, index: i, tag: field.Tag})
		}
	}
	return list
}

// argument takes a word that is no option's name. The word - is an argument, and so is whatever follows the word --.
func (p *pass) argument(word string) error {
	switch {
	case !p.client.call.command.Own() || p.fromFile:
		return p.unknownOption(word)
	case word == "--":
		for len(p.words) > 0 {
			word, p.words = p.words[0], p.words[1:]
			if err := p.storeArgument(word); err != nil {
				return err
			}
		}
		return nil
	case strings.HasPrefix(word, "-") && word != "-":
		return p.unknownOption(word)
	}
	return p.storeArgument(word)
}

func (p *pass) storeArgument(word string) error {
	for _, a := range p.takes {
		field := a.group.Field(a.index)
		switch {
		case field.Kind() == reflect.Slice:
			field.Set(reflect.Append(field, reflect.ValueOf(word)))
			return nil
		case field.IsNil():
			field.Set(reflect.ValueOf(&word))
			return nil
		}
	}
	if len(p.takes) == 0 {
		return p.client.call.lineError("Unexpected word '%s': %s takes options only.", word, p.client.call.program())
	}
	return p.client.call.lineError("Unexpected word '%s': one %s is enough.", word, p.takes[0].tag.Get("placeholder"))
}

// missingArgument is the error about an argument that was not given, nil if all were.
func (p *pass) missingArgument() error {
	for _, a := range p.takes {
		if _, optional := a.tag.Lookup("optional"); !optional && a.group.Field(a.index).IsNil() {
			return p.client.call.lineError("%s is missing.", a.tag.Get("placeholder"))
		}
	}
	return nil
}

// unknownOption is the error about a word that is nobody's name. Under culex's own name it says what the word probably
// stands for; the reference's text is fixed.
func (p *pass) unknownOption(word string) error {
	text := "Unknown option '" + word + "'."
	if p.client.call.inv == AsCulex {
		text += p.meant(word)
	}
	return p.client.call.lineError("%s", text)
}

// meant is a line with the option that a word probably stands for, empty if none is near. The reference, and so culex,
// takes a value in a word of its own only.
func (p *pass) meant(word string) string {
	name, _, joined := strings.Cut(word, "=")
	var names []string
	for _, o := range p.table {
		if o.name != "" {
			names = append(names, "--"+o.name)
		}
	}
	if near := nearest.Of(name, names); near != "" && len(name) > 2 {
		if joined {
			return "\nDid you mean '" + near + "', with its value in a word of its own?"
		}
		return "\nDid you mean '" + near + "'?"
	}
	if len(word) > 2 && word[0] == '-' && word[1] != '-' && p.find(word[:2]) != nil {
		return "\nDid you mean '" + word[:2] + "', with what follows it in a word of its own?"
	}
	return ""
}

// parseVerb reads the command line of a command that has no connection, into o.
func parseVerb(c Command, o any, args []string, env Environment) error {
	client := newClient(c, AsCulex, env)
	p := pass{table: tableOf(o), takes: argumentsOf(o), client: &client, env: env}
	if err := p.read(args); err != nil {
		return err
	}
	return p.missingArgument()
}

// parseConnecting reads the command line of a command that makes connections, into o with its client in it. The option
// file is that of mosquitto_pub: what it says of anything but the connection is read and left alone.
func parseConnecting(o any, client *Client, args []string, env Environment) error {
	p := pass{table: tableOf(o), takes: argumentsOf(o), client: client, env: env}
	p.topic = func(*pass, string) error { return nil } // -L may have one
	file, ok, err := p.optionFile(args)
	if err != nil {
		return err
	}
	if ok {
		pub := &Pub{Client: *client}
		filed := pass{table: tableOf(pub), client: &pub.Client, env: env, topic: p.topic}
		if err := filed.readFile(file); err != nil {
			return err
		}
		*client = pub.Client
	}
	if err := p.read(args); err != nil {
		return err
	}
	if err := p.missingArgument(); err != nil {
		return err
	}
	if err := client.check(); err != nil {
		return err
	}
	return client.finish(env)
}
