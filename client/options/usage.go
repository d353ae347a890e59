package options

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// referenceVersion is the version of mosquitto whose behaviour this is.
const referenceVersion = "2.1.2"

// VersionText is what --version prints. Scripts read the version of the behaviour from its third word.
func VersionText(c Command, culexVersion string) string {
	return AsReference.Program(c) + " version " + referenceVersion + " running on culex " + culexVersion + ".\n"
}

// Usage prints what --help prints under the name of the reference, in the reference's shape, which scripts know.
func Usage(w io.Writer, c Command, culexVersion string) error {
	var b strings.Builder
	b.WriteString(About(c).Reference)
	b.WriteString("\n" + VersionText(c, culexVersion) + "\n")
	writeSynopsis(&b, c)
	rows := tableOf(About(c).Options)
	slices.SortStableFunc(rows, byName)
	for _, o := range rows {
		fmt.Fprintf(&b, " %s : %s\n", joinNames(o.short, o.name, o.tag.Get("placeholder")), o.tag.Get("help"))
	}
	b.WriteString("\nSee https://github.com/culex-mqtt/culex for more information.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// Description is what the help says about a command.
type Description struct {
	// Reference says what the program does, under the name of the reference.
	Reference string
	// Summary says the same under the name of culex, in one sentence.
	Summary string
	// Synopsis is the start of the usage line; its options are left out of the rest.
	Synopsis []string
	// Options points to an empty struct of the command's options, the table in package options.
	Options any
	// Brief says what the command does in a few words, for a list of commands.
	Brief string
	// Name and Exits are of commands that only culex has: the words after culex, and the exit codes.
	Name  string
	Exits []ExitStatus
}

// About describes a command.
func About(c Command) Description {
	switch c {
	case CommandSub:
		return Description{
			Reference: "mosquitto_sub subscribes to topics at an MQTT broker and prints the messages that arrive.",
			Summary:   "Subscribe to topics at an MQTT broker and print the messages that arrive.",
			Synopsis:  []string{"{[-h HOST] [-p PORT] [--unix PATH] [-u NAME] [-P PASSWORD] -t FILTER ... | -L URL [-t FILTER ...]}"},
			Options:   new(Sub),
			Brief:     "subscribe to topics",
		}
	case CommandRR:
		return Description{
			Reference: "mosquitto_rr sends a request to a topic at an MQTT broker and prints the first response.\n" +
				"             It uses the request and response properties of MQTT 5; with -V 311 it does without them, and the\n" +
				"             responder has to know where to respond.",
			Summary:  "Send a request to a topic at an MQTT broker and print the first response.",
			Synopsis: []string{"{[-h HOST] [-p PORT] [--unix PATH] [-u NAME] [-P PASSWORD] -t TOPIC | -L URL} -e TOPIC", "{-m TEXT | -f FILE | -s | -n}"},
			Options:  new(RR),
			Brief:    "send a request and print the response",
		}
	case CommandPub:
		return Description{
			Reference: "mosquitto_pub sends a message, or one for each line of its input, to a topic at an MQTT broker.",
			Summary:   "Send a message, or one for each line of the input, to a topic at an MQTT broker.",
			Synopsis:  []string{"{[-h HOST] [-p PORT] [--unix PATH] [-u NAME] [-P PASSWORD] -t TOPIC | -L URL}", "{-m TEXT | -f FILE | -l | -s | -n}"},
			Options:   new(Pub),
			Brief:     "publish messages",
		}
	default:
		return aboutVerb(c)
	}
}

// writeSynopsis writes the usage lines: what a command needs, then every other option.
func writeSynopsis(b *strings.Builder, c Command) {
	d := About(c)
	start := "Usage: " + AsReference.Program(c) + " "
	indent := strings.Repeat(" ", len(start))
	b.WriteString(start + strings.Join(d.Synopsis, "\n"+indent))
	shown := strings.FieldsFunc(strings.Join(d.Synopsis, " "), func(r rune) bool { return strings.ContainsRune(" []{}|", r) })
	shown = append(shown, "--help")
	column := synopsisWidth
	for _, o := range tableOf(d.Options) {
		if slices.Contains(shown, o.called()) {
			continue
		}
		word := "[" + strings.TrimSpace(o.called()+" "+o.tag.Get("placeholder")) + "]"
		if column+1+len(word) > synopsisWidth {
			b.WriteString("\n" + indent + word)
			column = len(indent) + len(word)
		} else {
			b.WriteString(" " + word)
			column += 1 + len(word)
		}
	}
	fmt.Fprintf(b, "\n       %s --help\n\n", AsReference.Program(c))
}

// synopsisWidth is the length of a usage line in characters.
const synopsisWidth = 100

// joinNames is an option's names and its placeholder: "-h, --host HOST".
func joinNames(short, name, placeholder string) string {
	var b strings.Builder
	if short != "" {
		b.WriteString("-" + short)
	}
	if short != "" && name != "" {
		b.WriteString(", ")
	}
	if name != "" {
		b.WriteString("--" + name)
	}
	if placeholder != "" {
		b.WriteString(" " + placeholder)
	}
	return b.String()
}

// byName sorts options as the reference does: letters first, and small ones before their capital.
func byName(a, b option) int {
	if (a.short == "") != (b.short == "") {
		return strings.Compare(b.short, a.short)
	}
	an, bn := a.short+a.name, b.short+b.name
	if a.short != "" {
		an, bn = a.short, b.short
	}
	if n := strings.Compare(strings.ToLower(an), strings.ToLower(bn)); n != 0 {
		return n
	}
	return strings.Compare(bn, an)
}
