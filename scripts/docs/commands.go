package main

import (
	"strings"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/options/manual"
)

// command is one of pub, sub and rr with its manual.
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
