package main

import (
	"fmt"
	"strings"

	"github.com/culex-mqtt/culex/client/options/manual"
)

// zshCompletion is one file for all names, to be found through fpath.
func zshCompletion(t *completionTable) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#compdef culex %s\n", strings.Join(t.references(), " "))
	b.WriteString(zshHead)
	b.WriteString("\n# What all commands have.\n_culex_shared() {\n\tshared=(\n")
	for _, o := range t.commands[0].all() {
		if len(t.having(o)) == len(t.commands) {
			b.WriteString("\t\t" + zshSpec(t.commands[0], &o) + "\n")
		}
	}
	b.WriteString("\t)\n}\n")
	for _, c := range t.commands {
		fmt.Fprintf(&b, "\n_culex_%s() {\n\tlocal -a shared\n\t_culex_shared\n\t_arguments \\\n", c)
		for _, o := range c.all() {
			if len(t.having(o)) < len(t.commands) {
				b.WriteString("\t\t" + zshSpec(c, &o) + " \\\n")
			}
		}
		b.WriteString("\t\t$shared\n}\n")
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
		fmt.Fprintf(&b, "\t\t%s\n", quote(c.String()+":"+c.manual.Summary))
	}
	b.WriteString("\t)\n\t_describe command commands\n}\n")
	b.WriteString(zshBody)
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
