package main

import (
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/options/manual"
)

// command is one of the commands with its manual.
type command struct {
	options.Command
	manual *manual.Manual
}

func allCommands() ([]command, error) {
	var commands []command
	for _, c := range options.Commands() {
		manual, err := manual.Of(c)
		if err != nil {
			return nil, err
		}
		commands = append(commands, command{c, manual})
	}
	return commands, nil
}

// reference is the name of the command in mosquitto.
func (c command) reference() string { return options.AsReference.Program(c.Command) }

// group is the first of the two words of the command's name, empty if it is one.
func (c command) group() string {
	first, _, ok := strings.Cut(c.String(), " ")
	if !ok {
		return ""
	}
	return first
}

// key is the command's name as one word.
func (c command) key() string { return strings.ReplaceAll(c.String(), " ", "-") }

// page is the name of the manual page that has the command.
func (c command) page() string {
	if c.group() != "" {
		return "culex-" + c.group()
	}
	return "culex-" + c.key()
}

// referenced are the commands that mosquitto has, too.
func referenced(commands []command) []command {
	return slices.DeleteFunc(slices.Clone(commands), func(c command) bool { return c.Own() })
}

// groups are the commands whose names are two words, by the first of them.
func groups(commands []command) map[string][]command {
	found := map[string][]command{}
	for _, c := range commands {
		if c.group() != "" {
			found[c.group()] = append(found[c.group()], c)
		}
	}
	return found
}

// summary is the manual's, as half a sentence.
func (c command) summary() string {
	s := strings.TrimSuffix(c.manual.Summary, ".")
	return strings.ToLower(s[:1]) + s[1:]
}

// all are the options of the command, group by group.
func (c command) all() []manual.Option {
	var all []manual.Option
	for _, g := range c.manual.Groups {
		all = append(all, g.Options...)
	}
	return all
}
