package options

import (
	"errors"
	"strings"
)

// Conf is the command line of culex tlsdiag conf.
type Conf struct {
	Configuration `group:"Configuration"`
	Form          `group:"Configuration"`
	Aid           `group:"Configuration"`
}

// Configuration is a broker's, and who wants to connect to it.
type Configuration struct {
	File    *string `arg:"" placeholder:"FILE" help:"The broker's mosquitto.conf."`
	Against *string `name:"against" noun:"command" placeholder:"COMMAND" since:"culex" help:"Say whether these options can connect: \"pub -h HOST --cafile FILE\", in quotes."`
	AsUser  *string `name:"as-user" noun:"user" placeholder:"USER" since:"culex" help:"Judge permissions for this user (the one of the option user, or mosquitto)."`
}

// ParseConf reads the command line of culex tlsdiag conf.
func ParseConf(args []string, env Environment) (*Conf, error) {
	o := &Conf{}
	return o, parseVerb(CommandConf, o, args, env)
}

func aboutConf() Description {
	return Description{
		Name:     "tlsdiag conf",
		Brief:    "what a broker's configuration will break",
		Summary:  "Read a broker's configuration and its files, and say per listener what will break, and for whom.",
		Synopsis: []string{"FILE [--against \"pub -h HOST --cafile FILE\"] [--as-user USER] [--format text|json]"},
		Options:  new(Conf),
		Exits:    Stages(),
	}
}

// ParseConnection reads the options of a connection out of a whole command line of pub, sub or rr, in one text as a shell
// has it: "mosquitto_pub -h broker.lan --cafile ca.crt -t a -m b". What it says of messages is left alone.
func ParseConnection(line string, env Environment) (*Client, error) {
	words, err := SplitWords(line)
	if err != nil {
		return nil, err
	}
	if len(words) > 0 && words[0] == "culex" {
		words = words[1:]
	}
	if len(words) == 0 {
		return nil, errors.New("the command is empty: it begins with pub, sub or rr")
	}
	switch strings.TrimPrefix(words[0], "mosquitto_") {
	case "pub":
		o := &Pub{Client: newClient(CommandPub, AsCulex, env)}
		return &o.Client, parseConnecting(o, &o.Client, words[1:], env)
	case "sub":
		o := &Sub{Client: newClient(CommandSub, AsCulex, env)}
		return &o.Client, parseConnecting(o, &o.Client, words[1:], env)
	case "rr":
		o := &RR{Client: newClient(CommandRR, AsCulex, env)}
		return &o.Client, parseConnecting(o, &o.Client, words[1:], env)
	}
	return nil, errors.New("the command begins with '" + words[0] + "', and not with pub, sub or rr")
}

// SplitWords splits a line as a POSIX shell does: at blanks, with single and double quotes and with backslashes. Nothing is
// expanded.
func SplitWords(line string) ([]string, error) {
	var words []string
	var word strings.Builder
	begun, quote := false, byte(0)
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote == 0 && strings.IndexByte(" \t\n", c) >= 0:
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
			continue
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && quote != '\'' && i+1 < len(line) && (quote == 0 || strings.IndexByte("\\\"$`", line[i+1]) >= 0):
			i++
			word.WriteByte(line[i])
		default:
			word.WriteByte(c)
		}
		begun = true
	}
	if quote != 0 {
		return nil, errors.New("a quote (" + string(quote) + ") is not closed")
	}
	if begun {
		words = append(words, word.String())
	}
	return words, nil
}
