package options

import (
	"reflect"
	"strings"
)

// option is one row of the table: a field of a command's struct.
type option struct {
	group reflect.Value // the struct that holds the field
	index int           // of the field in it
	name  string        // without dashes, empty if there is none
	short string        // one letter, empty if there is none
	tag   reflect.StructTag
}

// maxOptions is more than any command has: the table is made in one allocation.
const maxOptions = 96

// tableOf lists the options of a command, given a pointer to its struct.
func tableOf(command any) []option {
	return appendOptions(make([]option, 0, maxOptions), reflect.ValueOf(command).Elem())
}

func appendOptions(table []option, group reflect.Value) []option {
	t := group.Type()
	for i := range t.NumField() {
		field := t.Field(i)
		switch {
		case field.Anonymous:
			table = appendOptions(table, group.Field(i))
		case isArgument(field):
		case field.IsExported():
			table = append(table, option{group, i, field.Tag.Get("name"), field.Tag.Get("short"), field.Tag})
		}
	}
	return table
}

// called is the option's name in error messages: the short one, even where the long one was typed.
func (o *option) called() string {
	if o.short != "" {
		return "-" + o.short
	}
	return "--" + o.name
}

// is tells whether word is one of the option's names: the exact word, neither abbreviated nor joined with another.
func (o *option) is(word string) bool {
	if len(word) == 2 && word[0] == '-' {
		return o.short == word[1:]
	}
	return o.name != "" && strings.HasPrefix(word, "--") && word[2:] == o.name
}

// reader is implemented by the types of options that take more than storing a word or a yes. It takes its words from
// the pass and returns the error about them.
type reader interface {
	read(*pass) error
}

// pass is one reading of the option file and the arguments into a command's struct.
type pass struct {
	table    []option
	takes    []option // words that are no options; only commands of culex's own take any
	client   *Client
	retained *Retained
	env      Environment
	topic    func(p *pass, topic string) error // stores the topic of -L

	opt      *option  // the option being read
	words    []string // what follows it
	fromFile bool     // the words are one line of an option file
	claims   []claim
}

// claim tells that an option of a group of mutually exclusive ones was given.
type claim struct {
	group string
	by    *option
}

// run reads the option file and then the arguments.
func (p *pass) run(args []string) error {
	file, ok, err := p.optionFile(args)
	if err != nil {
		return err
	}
	if ok {
		if err := p.readFile(file); err != nil {
			return err
		}
	}
	return p.read(args)
}

// read reads options until there are no more words.
func (p *pass) read(words []string) error {
	for p.words = words; len(p.words) > 0; {
		word := p.words[0]
		p.words = p.words[1:]
		p.opt = p.find(word)
		if p.opt == nil {
			if err := p.argument(word); err != nil {
				return err
			}
		} else if err := p.readOption(); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) find(word string) *option {
	for i := range p.table {
		if p.table[i].is(word) {
			return &p.table[i]
		}
	}
	return nil
}

// readOption reads the words of the option whose name was just read.
func (p *pass) readOption() error {
	if err := p.claim(); err != nil {
		return err
	}
	field := p.opt.group.Field(p.opt.index)
	if field.Kind() == reflect.Pointer {
		value := reflect.New(field.Type().Elem())
		if err := p.readInto(value.Interface()); err != nil {
			return err
		}
		field.Set(value)
	} else if err := p.readInto(field.Addr().Interface()); err != nil {
		return err
	}
	p.forgetRivals()
	return nil
}

func (p *pass) readInto(value any) error {
	switch value := value.(type) {
	case reader:
		return value.read(p)
	case *bool:
		*value = true
		return nil
	case *string:
		word, err := p.word()
		*value = word
		return err
	default:
		panic("options: " + p.opt.called() + " has a type that cannot be read")
	}
}

// word takes the next word, whatever it looks like.
func (p *pass) word() (string, error) {
	if len(p.words) == 0 {
		if text := p.opt.tag.Get("missing"); text != "" {
			return "", p.client.call.optionError("%s", text)
		}
		return "", p.client.call.optionError("%s argument given but no %s specified.", p.opt.called(), p.opt.tag.Get("noun"))
	}
	word := p.words[0]
	p.words = p.words[1:]
	return word, nil
}

// claim checks that the option does not exclude one given before. That comes before the check for a missing word.
func (p *pass) claim() error {
	group := p.opt.tag.Get("xor")
	if group == "" {
		return nil
	}
	_, once := p.opt.tag.Lookup("once")
	for _, c := range p.claims {
		if c.group == group && (once || c.by != p.opt) {
			return p.client.call.optionError("%s", p.opt.tag.Get("clash"))
		}
	}
	p.claims = append(p.claims, claim{group, p.opt})
	return nil
}

// forgetRivals clears the other options of a group of which the last one wins. They are in the same struct.
func (p *pass) forgetRivals() {
	group := p.opt.tag.Get("lastwins")
	if group == "" {
		return
	}
	t := p.opt.group.Type()
	for i := range t.NumField() {
		if i != p.opt.index && t.Field(i).Tag.Get("lastwins") == group {
			p.opt.group.Field(i).SetZero()
		}
	}
}
