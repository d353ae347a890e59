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

// Usage prints what --help prints: under the name of the reference in the reference's shape, which scripts know, and
// under culex's own name as groups of options.
func Usage(w io.Writer, c Command, inv Invocation, culexVersion string) error {
	if inv == AsCulex {
		return culexUsage(w, c)
	}
	var b strings.Builder
	b.WriteString(about(c).reference)
	b.WriteString("\n" + VersionText(c, culexVersion) + "\n")
	writeSynopsis(&b, c)
	rows := tableOf(about(c).options)
	slices.SortStableFunc(rows, byName)
	for _, o := range rows {
		fmt.Fprintf(&b, " %s : %s\n", joinNames(o.short, o.name, o.tag.Get("placeholder")), o.tag.Get("help"))
	}
	b.WriteString("\nSee https://github.com/culex-mqtt/culex for more information.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// description is what the help says about a command.
type description struct {
	reference string   // what the program does, under the name of the reference
	culex     string   // the same under the name of culex
	synopsis  []string // the start of the usage line; its options are left out of the rest
	options   any      // a pointer to an empty struct of its options
}

func about(c Command) description {
	switch c {
	case CommandSub:
		return description{
			reference: "mosquitto_sub subscribes to topics at an MQTT broker and prints the messages that arrive.",
			culex:     "Subscribe to topics at an MQTT broker and print the messages that arrive.",
			synopsis:  []string{"{[-h HOST] [-p PORT] [--unix PATH] [-u NAME] [-P PASSWORD] -t FILTER ... | -L URL [-t FILTER ...]}"},
			options:   new(Sub),
		}
	case CommandRR:
		return description{
			reference: "mosquitto_rr sends a request to a topic at an MQTT broker and prints the first response.\n" +
				"             It uses the request and response properties of MQTT 5; with -V 311 it does without them, and the\n" +
				"             responder has to know where to respond.",
			culex:    "Send a request to a topic at an MQTT broker and print the first response.",
			synopsis: []string{"{[-h HOST] [-p PORT] [--unix PATH] [-u NAME] [-P PASSWORD] -t TOPIC | -L URL} -e TOPIC", "{-m TEXT | -f FILE | -s | -n}"},
			options:  new(RR),
		}
	default:
		return description{
			reference: "mosquitto_pub sends a message, or one for each line of its input, to a topic at an MQTT broker.",
			culex:     "Send a message, or one for each line of the input, to a topic at an MQTT broker.",
			synopsis:  []string{"{[-h HOST] [-p PORT] [--unix PATH] [-u NAME] [-P PASSWORD] -t TOPIC | -L URL}", "{-m TEXT | -f FILE | -l | -s | -n}"},
			options:   new(Pub),
		}
	}
}

// writeSynopsis writes the usage lines: what a command needs, then every other option.
func writeSynopsis(b *strings.Builder, c Command) {
	d := about(c)
	start := "Usage: " + AsReference.Program(c) + " "
	indent := strings.Repeat(" ", len(start))
	b.WriteString(start + strings.Join(d.synopsis, "\n"+indent))
	shown := strings.FieldsFunc(strings.Join(d.synopsis, " "), func(r rune) bool { return strings.ContainsRune(" []{}|", r) })
	shown = append(shown, "--help")
	column := synopsisWidth
	for _, o := range tableOf(d.options) {
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
