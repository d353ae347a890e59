package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/client/options/manual"
)

// bashCompletion is one function for all names. It needs nothing but bash 4.
func bashCompletion(t *completionTable) string {
	var b strings.Builder
	b.WriteString(bashHead)
	b.WriteString(`
# _culex_options COMMAND sets options to those of the command, and files where it
# takes files besides.
_culex_options() {
	files=''
	case $1 in
`)
	for _, c := range t.commands {
		var names []string
		for _, o := range c.all() {
			names = append(names, o.Names()...)
		}
		fmt.Fprintf(&b, "\t%s)\n\t\toptions='%s'\n", c.key(), fill(names, "\t\t\t", ""))
		if c.takesFiles() {
			b.WriteString("\t\tfiles=yes\n")
		}
		b.WriteString("\t\t;;\n")
	}
	b.WriteString("\t*) options='' ;;\n\tesac\n}\n")
	b.WriteString(`
# _culex_value OPTION sets kind, and words, to what stands after it.
_culex_value() {
	words=''
	case $1 in
`)
	for _, v := range t.values {
		if kind := bashKinds()[v.kind]; kind != "" {
			pattern := strings.Split(strings.Join(v.options, " |\n"), "\n")
			fmt.Fprintf(&b, "\t%s)\n\t\tkind='%s'\n", fill(pattern, "\t\t", ` \`), kind)
			if v.words != "" {
				fmt.Fprintf(&b, "\t\twords='%s'\n", v.words)
			}
			b.WriteString("\t\t;;\n")
		}
	}
	b.WriteString("\t*) kind='' ;;\n\tesac\n}\n")
	fmt.Fprintf(&b, `
# _culex_property N sets words to what can be the Nth word after -D; $2 is the first.
_culex_property() {
	words=''
	case $1,$2 in
	1,*) words='%s' ;;
`, t.packetWords())
	for _, p := range t.packets {
		fmt.Fprintf(&b, "\t2,%s)\n\t\twords='%s'\n\t\t;;\n", p.Word, fill(p.Properties, "\t\t\t", ""))
	}
	b.WriteString("\tesac\n}\n")
	b.WriteString("\n# _culex_group WORD sets words to the commands that begin with the word and have one more.\n" +
		"_culex_group() {\n\tcase $1 in\n")
	grouped := groups(t.commands)
	for _, name := range slices.Sorted(maps.Keys(grouped)) {
		fmt.Fprintf(&b, "\t%s) words='%s' ;;\n", name, strings.Join(seconds(grouped[name]), " "))
	}
	b.WriteString("\t*) words='' ;;\n\tesac\n}\n")
	fmt.Fprintf(&b, bashBody, strings.Join(t.names(), " "))
	fmt.Fprintf(&b, "complete -F _culex culex %s\n", strings.Join(t.references(), " "))
	return b.String()
}

// bashKinds names the kinds of values in the script.
func bashKinds() map[manual.ValueKind]string {
	return map[manual.ValueKind]string{
		manual.AnyText:       "any",
		manual.OneOfWords:    "words",
		manual.FileName:      "file",
		manual.DirectoryName: "directory",
		manual.HostName:      "host",
		manual.PropertyWords: "property",
	}
}

const bashHead = `# shellcheck shell=bash
# Completion of culex, mosquitto_pub, mosquitto_sub and mosquitto_rr for bash.
# Made by scripts/docs; do not edit.
#
# Source it from ~/.bashrc. Or put it into the directory completions of
# bash-completion, mostly /usr/share/bash-completion/completions, under the
# name culex, with links of the other names to it.
`

const bashBody = `
# The word after an option is its value, whatever it looks like: so the options
# are counted off from the left.
_culex() {
	local command=${1##*/} current=${COMP_WORDS[COMP_CWORD]} files i=1 kind='' options='' values words=''
	COMPREPLY=()
	case $command in
	mosquitto_*) command=${command#mosquitto_} ;;
	*)
		if ((COMP_CWORD == 1)); then
			words='%s'
			[[ $current = -* ]] && words='--help --version'
			mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
			return
		fi
		command=${COMP_WORDS[1]} i=2
		_culex_group "$command"
		if [ -n "$words" ]; then
			if ((COMP_CWORD == 2)); then
				[[ $current = -* ]] && words='--help'
				mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
				return
			fi
			command+=-${COMP_WORDS[2]} i=3
		fi
		;;
	esac
	_culex_options "$command"
	while ((i < COMP_CWORD)); do
		_culex_value "${COMP_WORDS[i]}"
		values=1
		case $kind in
		'') values=0 ;;
		property)
			values=3
			[ "${COMP_WORDS[i + 2]-}" = user-property ] && values=4
			;;
		esac
		if ((COMP_CWORD <= i + values)); then
			_culex_offer $((COMP_CWORD - i))
			return
		fi
		i=$((i + values + 1))
	done
	if [[ -n $files && $current != -* ]]; then
		compopt -o default
	else
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
	fi
}

# _culex_offer N offers what can be the Nth word after the option at i. bash itself
# completes file names, since it knows how they are quoted.
_culex_offer() {
	case $kind in
	file) compopt -o default ;;
	directory) compopt -o dirnames ;;
	host) mapfile -t COMPREPLY < <(compgen -A hostname -- "$current") ;;
	property)
		_culex_property "$1" "${COMP_WORDS[i + 1]}"
		mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
		;;
	words) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
	esac
}

`
