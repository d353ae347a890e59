package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/client/options/manual"
)

// zshCompletion is one file for all names, to be found through fpath.
func zshCompletion(t *completionTable) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#compdef culex %s\n", strings.Join(t.references(), " "))
	b.WriteString(zshHead)
	shared := t.connecting()
	b.WriteString("\n# What all commands have that make connections.\n_culex_shared() {\n\tshared=(\n")
	for _, o := range shared {
		b.WriteString("\t\t" + zshSpec(t.commands[0], &o) + "\n")
	}
	b.WriteString("\t)\n}\n")
	for _, c := range t.commands {
		b.WriteString(zshCommand(c, shared))
	}
	grouped := groups(t.commands)
	for _, name := range slices.Sorted(maps.Keys(grouped)) {
		b.WriteString(zshGroup(name, grouped[name]))
	}
	fmt.Fprintf(&b, "\n# The packet comes before the property.\n_culex_packets() {\n\tlocal -a packets=(%s)\n"+
		"\t_describe packet packets\n}\n", t.packetWords())
	b.WriteString("\n_culex_properties() {\n\tlocal -a properties\n\tcase $words[CURRENT-1] in\n")
	for _, p := range t.packets {
		fmt.Fprintf(&b, "\t(%s)\n\t\tproperties=(%s)\n\t\t;;\n", p.Word, fill(p.Properties, "\t\t\t", ""))
	}
	b.WriteString("\tesac\n\t_describe property properties\n}\n")
	b.WriteString("\n_culex_commands() {\n\tlocal -a commands=(\n")
	for _, c := range t.commands {
		if c.group() == "" {
			fmt.Fprintf(&b, "\t\t%s\n", quote(c.String()+":"+c.manual.Summary))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(grouped)) {
		fmt.Fprintf(&b, "\t\t'%s:A group of commands.'\n", name)
	}
	b.WriteString("\t)\n\t_describe command commands\n}\n")
	b.WriteString(zshBody)
	return b.String()
}

// connecting are the options that all commands with a connection have.
func (t *completionTable) connecting() []manual.Option {
	all := t.commands
	for _, o := range t.commands[0].all() {
		if o.Name == "host" {
			all = slices.DeleteFunc(slices.Clone(all), func(c command) bool { return !slices.Contains(c.all(), o) })
		}
	}
	return slices.DeleteFunc(all[0].all(), func(o manual.Option) bool {
		return slices.ContainsFunc(all, func(c command) bool { return !slices.Contains(c.all(), o) })
	})
}

// zshCommand is the function of one command.
func zshCommand(c command, shared []manual.Option) string {
	var specs []string
	rest := ""
	if slices.Contains(c.all(), shared[0]) {
		rest = "$shared"
	}
	for _, o := range c.all() {
		if rest == "" || !slices.Contains(shared, o) {
			specs = append(specs, zshSpec(c, &o))
		}
	}
	if c.takesFiles() {
		specs = append(specs, "'*:file:_files'")
	}
	head := fmt.Sprintf("\n_culex_%s() {\n", c.key())
	if rest != "" {
		specs = append(specs, rest)
		head += "\tlocal -a shared\n\t_culex_shared\n"
	}
	return head + "\t_arguments \\\n\t\t" + strings.Join(specs, " \\\n\t\t") + "\n}\n"
}

// zshGroup is the function of the commands whose names begin with the same word.
func zshGroup(name string, group []command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n_culex_%s_commands() {\n\tlocal -a commands=(\n", name)
	for i, second := range seconds(group) {
		fmt.Fprintf(&b, "\t\t%s\n", quote(second+":"+group[i].manual.Summary))
	}
	fmt.Fprintf(&b, "\t)\n\t_describe command commands\n}\n\n_culex_%[1]s() {\n\t_arguments -C \\\n"+
		"\t\t'(- *)--help[List the commands.]' \\\n\t\t'1:command:_culex_%[1]s_commands' \\\n"+
		"\t\t'*::option:->option' && return\n"+
		"\tif [[ $state = option ]] && (( $+functions[_culex_%[1]s-$words[1]] )); then\n"+
		"\t\t_culex_%[1]s-$words[1]\n\tfi\n}\n", name)
	return b.String()
}

// zshSpec is an option as _arguments wants it: names with the options that it
// excludes, its help and its value. Where there are two names, they are outside
// of the quotes for the shell to expand.
func zshSpec(c command, o *manual.Option) string {
	spec := "'"
	names, excluded := o.Names(), rivals(c, o)
	switch {
	case o.Repeats:
		spec += "*"
	case len(excluded) > 1:
		spec += "(" + strings.Join(excluded, " ") + ")"
	}
	if len(names) == 1 {
		spec += names[0]
	} else {
		spec += "'{" + strings.Join(names, ",") + "}'"
	}
	help := strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, "'", `'\''`).Replace(o.Help)
	return spec + "[" + help + "]" + zshValue(o) + "'"
}

// rivals are the options that are not offered any more after this one.
func rivals(c command, o *manual.Option) []string {
	if o.Rivals == "" {
		return o.Names()
	}
	var names []string
	for _, other := range c.all() {
		if other.Rivals == o.Rivals {
			names = append(names, other.Names()...)
		}
	}
	return names
}

// zshValue is what stands after the option: a name for people and what to offer.
func zshValue(o *manual.Option) string {
	switch o.ValueKind() {
	case manual.NoValue:
		return ""
	case manual.OneOfWords:
		return ":" + o.Placeholder + ":(" + o.Words + ")"
	case manual.FileName:
		return ":" + o.Placeholder + ":_files"
	case manual.DirectoryName:
		return ":" + o.Placeholder + ":_files -/"
	case manual.HostName:
		return ":" + o.Placeholder + ":_hosts"
	case manual.PropertyWords:
		return ":packet:_culex_packets:property:_culex_properties:value: "
	default:
		return ":" + o.Placeholder + ": "
	}
}

const zshHead = `# Completion of culex, mosquitto_pub, mosquitto_sub and mosquitto_rr for zsh.
# Made by scripts/docs; do not edit.
#
# Put it under this name, _culex, into a directory of fpath, such as
# /usr/local/share/zsh/site-functions.
`

const zshBody = `
_culex() {
	local curcontext=$curcontext state line
	case $service in
	(mosquitto_*)
		_culex_${service#mosquitto_}
		return
		;;
	esac
	_arguments -C \
		'(- *)--help[Say what culex is.]' \
		'(- *)--version[Print the version.]' \
		'1:command:_culex_commands' \
		'*::option:->option' && return
	if [[ $state = option ]] && (( $+functions[_culex_$words[1]] )); then
		_culex_$words[1]
	fi
}

_culex "$@"
`
