package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/client/options/manual"
)

// fishCompletions is one file for culex, and for each name of mosquitto's, under
// which fish looks for a file, one that refers to it.
func fishCompletions(t *completionTable) map[string]string {
	files := map[string]string{"completion/culex.fish": fishCulex(t)}
	for _, c := range referenced(t.commands) {
		files["completion/"+c.reference()+".fish"] = fmt.Sprintf(
			"# Completion of %[1]s for fish, which is that of culex %[2]s: see culex.fish.\n"+
				"# Made by scripts/docs; do not edit.\n\n"+
				"functions -q __culex_command; or source (status dirname)/culex.fish\n"+
				"complete -c %[1]s -f -w 'culex %[2]s'\n", c.reference(), c)
	}
	return files
}

func fishCulex(t *completionTable) string {
	var b strings.Builder
	b.WriteString(fishHead)
	for _, c := range t.commands {
		if c.group() == "" {
			fmt.Fprintf(&b, "complete -c culex -n __culex_first -a %s -d %s\n", c, fishQuote(c.manual.Summary))
		}
	}
	grouped := groups(t.commands)
	for _, name := range slices.Sorted(maps.Keys(grouped)) {
		fmt.Fprintf(&b, "complete -c culex -n __culex_first -a %s -d 'A group of commands.'\n", name)
		fmt.Fprintf(&b, "complete -c culex -n '__culex_second %s' -l help -d 'List the commands.'\n", name)
		for i, second := range seconds(grouped[name]) {
			fmt.Fprintf(&b, "complete -c culex -n '__culex_second %s' -a %s -d %s\n", name, second, fishQuote(grouped[name][i].manual.Summary))
		}
	}
	b.WriteString("complete -c culex -n __culex_first -l help -d 'Say what culex is.'\n")
	b.WriteString("complete -c culex -n __culex_first -l version -d 'Print the version.'\n\n")
	var done []manual.Option
	for _, c := range t.commands {
		for _, o := range c.all() {
			if !slices.Contains(done, o) {
				done = append(done, o)
				b.WriteString(fishOption(t, &o))
			}
		}
	}
	for _, c := range t.commands {
		if c.takesFiles() {
			fmt.Fprintf(&b, "complete -c culex -n '__culex_command %s' -F\n", c.key())
		}
	}
	b.WriteString("\n# The second of the words after -D depends on the first.\n")
	for _, p := range t.packets {
		fmt.Fprintf(&b, "complete -c culex -n '__culex_packet %s' -a '%s'\n", p.Word, strings.Join(p.Properties, " "))
	}
	return b.String()
}

// fishOption completes an option of some commands. The letters are "old style"
// options for fish: those it does not join, as culex does not.
func fishOption(t *completionTable, o *manual.Option) string {
	line := "complete -c culex -n '__culex_command " + strings.Join(t.having(*o), " ") + "'"
	if o.Short != "" {
		line += " -o " + o.Short
	}
	if o.Name != "" {
		line += " -l " + o.Name
	}
	switch o.ValueKind() {
	case manual.NoValue:
	case manual.OneOfWords:
		line += " -x -a " + fishQuote(o.Words)
	case manual.FileName:
		line += " -r -F"
	case manual.DirectoryName:
		line += " -x -a '(__fish_complete_directories)'"
	case manual.HostName:
		line += " -x -a '(__fish_print_hostnames)'"
	case manual.PropertyWords:
		line += " -x -a " + fishQuote(t.packetWords())
	default:
		line += " -x"
	}
	return line + " -d " + fishQuote(o.Help) + "\n"
}

func fishQuote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}

const fishHead = `# Completion of culex for fish.
# Made by scripts/docs; do not edit.
#
# Put it into a directory of fish_complete_path, such as
# /usr/share/fish/vendor_completions.d, together with the files of the names of
# mosquitto.

# The word to complete is the first.
function __culex_first
    test (count (commandline -opc)) -eq 1
end

# The word to complete is the second of a command whose first is given.
function __culex_second
    set -l words (commandline -opc)
    test (count $words) -eq 2; and test $words[2] = $argv[1]
end

# The command is one of the given ones. A blank in its name is a hyphen here.
function __culex_command
    set -l words (commandline -opc)
    test (count $words) -ge 2; or return
    contains -- $words[2] $argv; and return
    test (count $words) -ge 3; and contains -- $words[2]-$words[3] $argv
end

# The word to complete stands after -D and the given packet.
function __culex_packet
    set -l words (commandline -opc)
    test (count $words) -ge 4; and test "$words[-1]" = $argv[1]; and contains -- $words[-2] -D --property
end

complete -c culex -f
`
