package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/options/manual"
)

// completionTable is what the three shells are told.
type completionTable struct {
	commands []command
	values   []completionValue
	packets  []options.PropertyPacket
}

// completionValue is what stands after some options.
type completionValue struct {
	kind    manual.ValueKind
	words   string
	options []string // names with dashes
}

// newCompletionTable reports an option that is not followed by the same in all
// commands: the completions read a command line without regard to the command.
func newCompletionTable(commands []command) (*completionTable, error) {
	t := &completionTable{commands: commands, packets: options.PropertyPackets()}
	known := map[string]completionValue{}
	for _, c := range commands {
		for _, o := range c.all() {
			v := completionValue{kind: o.ValueKind(), words: o.Words}
			for _, name := range o.Names() {
				if before, ok := known[name]; ok {
					if before.kind != v.kind || before.words != v.words {
						return nil, fmt.Errorf("%s is followed by something else in %v than in another command", name, c.Command)
					}
					continue
				}
				known[name] = v
				t.add(v, name)
			}
		}
	}
	return t, nil
}

func (t *completionTable) add(v completionValue, name string) {
	for i := range t.values {
		if t.values[i].kind == v.kind && t.values[i].words == v.words {
			t.values[i].options = append(t.values[i].options, name)
			return
		}
	}
	v.options = []string{name}
	t.values = append(t.values, v)
}

// packetWords are the packets of -D.
func (t *completionTable) packetWords() string {
	var words []string
	for _, p := range t.packets {
		words = append(words, p.Word)
	}
	return strings.Join(words, " ")
}

// names are the first words of the commands of culex.
func (t *completionTable) names() []string {
	var names []string
	for _, c := range t.commands {
		first, _, _ := strings.Cut(c.String(), " ")
		names = append(names, first)
	}
	return slices.Compact(names)
}

// seconds are the second words of the commands of a group.
func seconds(group []command) []string {
	var names []string
	for _, c := range group {
		_, second, _ := strings.Cut(c.String(), " ")
		names = append(names, second)
	}
	return names
}

// takesFiles tells whether the command has files among its arguments.
func (c command) takesFiles() bool {
	return slices.ContainsFunc(c.manual.Arguments, func(a options.Argument) bool { return strings.Contains(a.Placeholder, "FILE") })
}

// references are the names that the programs have in mosquitto.
func (t *completionTable) references() []string {
	var names []string
	for _, c := range referenced(t.commands) {
		names = append(names, c.reference())
	}
	return names
}

// having lists the commands that have exactly this option.
func (t *completionTable) having(o manual.Option) []string {
	var names []string
	for _, c := range t.commands {
		if slices.Contains(c.all(), o) {
			names = append(names, c.key())
		}
	}
	return names
}

// fill breaks words into lines of about 100 characters after an indent, each but
// the last with an end.
func fill(words []string, indent, end string) string {
	var b strings.Builder
	column := 0
	for i, word := range words {
		switch {
		case i == 0:
		case column+len(word)+1 > 100:
			b.WriteString(end + "\n" + indent)
			column = 0
		default:
			b.WriteString(" ")
		}
		b.WriteString(word)
		column += len(word) + 1
	}
	return b.String()
}

// quote makes one word of a shell's; bash, zsh and fish agree on it as long as
// there is no quote in the text.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
