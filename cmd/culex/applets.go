package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/client"
	"github.com/culex-mqtt/culex/client/nearest"
	"github.com/culex-mqtt/culex/client/options"
)

// applet is one of the programs in this binary.
type applet func(env *client.Env, inv options.Invocation, args []string) client.Exit

// row is a program and what carries it out.
type row struct {
	command options.Command
	run     applet
}

// applets is the table of all programs, in the order in which the help lists them.
func applets() []row {
	return []row{
		{options.CommandPub, client.Pub},
		{options.CommandSub, client.Sub},
		{options.CommandRR, client.RR},
		{options.CommandCheck, client.Check},
		{options.CommandProbe, client.Probe},
		{options.CommandFiles, client.DiagFiles},
		{options.CommandExplain, client.Explain},
		{options.CommandPcap, client.Pcap},
		{options.CommandConf, client.Conf},
		{options.CommandAlert, client.DiagAlert},
		{options.CommandReplay, client.DiagReplay},
		{options.CommandSpoolStatus, client.SpoolStatus},
		{options.CommandSpoolFlush, client.SpoolFlush},
		{options.CommandSpoolDrop, client.SpoolDrop},
		{options.CommandLink, client.Link},
		{options.CommandUnlink, client.Unlink},
	}
}

// find returns the program whose name the words begin with, and the words after it. Its name may be two words.
func find(words []string) (a applet, rest []string) {
	for _, r := range applets() {
		name := strings.Fields(r.command.String())
		if len(words) >= len(name) && slices.Equal(words[:len(name)], name) {
			return r.run, words[len(name):]
		}
	}
	return nil, nil
}

// run chooses the program by the name that the binary was called by, then by the first arguments.
func run(env *client.Env, args []string) client.Exit {
	name := strings.TrimSuffix(filepath.Base(args[0]), ".exe")
	if short, ok := strings.CutPrefix(name, "mosquitto_"); ok {
		for _, r := range applets() {
			if r.command.String() == short && !r.command.Own() {
				return r.run(env, options.AsReference, args[1:])
			}
		}
	}
	if a, rest := find(args[1:]); a != nil {
		return a(env, options.AsCulex, rest)
	}
	return own(env, args[1:])
}

// own is what culex does without a program. Its options stand alone: with more words the name of a program was forgotten.
func own(env *client.Env, words []string) client.Exit {
	if len(words) == 0 {
		writeHelp(env.Stderr)
		return client.Exit{Code: 1}
	}
	first := words[0]
	group := groupOf(first)
	switch {
	case asksHelp(words):
		writeHelp(env.Stdout)
	case len(words) == 1 && (first == "--version" || first == "version"):
		fmt.Fprint(env.Stdout, env.Build.String())
	case len(group) > 0 && asksHelp(words[1:]):
		writeGroup(env.Stdout, first, group)
	case len(group) > 0 && len(words) == 1:
		writeGroup(env.Stderr, first, group)
		return client.Exit{Code: 1}
	case len(group) > 0:
		return unknown(env, first+" ", words[1], group)
	default:
		return unknown(env, "", first, names(applets()))
	}
	return client.Exit{}
}

func asksHelp(words []string) bool {
	return len(words) == 1 && (words[0] == "--help" || words[0] == "-h" || words[0] == "help")
}

// names are the words after culex that choose a program or a group of them.
func names(rows []row) []string {
	var all []string
	for _, r := range rows {
		first, _, _ := strings.Cut(r.command.String(), " ")
		all = append(all, first)
	}
	return slices.Compact(all)
}

// groupOf are the second words of the programs whose first word is name.
func groupOf(name string) []string {
	var all []string
	for _, r := range applets() {
		if first, second, ok := strings.Cut(r.command.String(), " "); ok && first == name {
			all = append(all, second)
		}
	}
	return all
}

// unknown reports a word that should be one of the names.
func unknown(env *client.Env, group, word string, names []string) client.Exit {
	list := "culex " + group + strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
	text := fmt.Sprintf("Unknown command '%s%s': it must be %s.", group, word, list)
	if strings.HasPrefix(word, "-") {
		text = fmt.Sprintf("The command is missing before '%s': it must be %s.", word, list)
	} else if near := nearest.Of(word, names); near != "" {
		text += fmt.Sprintf("\nDid you mean 'culex %s%s'?", group, near)
	}
	fmt.Fprintf(env.Stderr, "Error: %s\n\nUse 'culex %s--help' to see usage.\n", text, group)
	return client.Exit{Code: 1}
}

func writeHelp(w io.Writer) {
	fmt.Fprint(w, "culex publishes and subscribes over MQTT, and says why TLS failed.\n\n")
	writeList(w, applets())
	fmt.Fprint(w, `
pub, sub and rr have the options of the mosquitto programs. Called by one of
their names, through a link, culex takes their place:

  ln -s culex mosquitto_pub

  culex pub --help        the options, one line each
  culex --version         the version of this program
`)
}

// writeGroup lists the programs of a group.
func writeGroup(w io.Writer, name string, group []string) {
	fmt.Fprintf(w, "Usage: culex %s VERB [OPTION]...\n\n", name)
	writeList(w, slices.DeleteFunc(applets(), func(r row) bool { return !strings.HasPrefix(r.command.String(), name+" ") }))
	fmt.Fprintf(w, "\n  culex %s %s --help    its options and exit codes\n", name, group[0])
}

func writeList(w io.Writer, rows []row) {
	width := 0
	for _, r := range rows {
		width = max(width, len(r.command.String()))
	}
	for _, r := range rows {
		fmt.Fprintf(w, "  culex %-*s  %s\n", width, r.command, brief(r.command))
	}
}

// brief says what a program does and by what other name it goes.
func brief(c options.Command) string {
	if c.Own() {
		return options.About(c).Brief
	}
	return fmt.Sprintf("%-38s as %s", options.About(c).Brief, options.AsReference.Program(c))
}
