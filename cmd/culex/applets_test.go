package main

import (
	"slices"
	"testing"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/cmd/culex/doc"
)

// TestApplets holds the table against the commands that there are, and against the help that the binary carries.
func TestApplets(t *testing.T) {
	var commands []options.Command
	for _, r := range applets() {
		commands = append(commands, r.command)
		if doc.Help(options.AsCulex.Program(r.command)) == "" {
			t.Errorf("there is no help of %v", r.command)
		}
	}
	if !slices.Equal(commands, options.Commands()) {
		t.Errorf("the applets are %v, the commands %v", commands, options.Commands())
	}
}
