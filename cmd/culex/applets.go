package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/culex-mqtt/culex/client"
	"github.com/culex-mqtt/culex/client/options"
)

// applet is one of the programs in this binary.
type applet func(env *client.Env, inv options.Invocation, args []string) client.Exit

// appletOf returns the program of that name, nil if there is none.
func appletOf(name string) applet {
	switch name {
	case "pub":
		return client.Pub
	case "sub":
		return client.Sub
	case "rr":
		return client.RR
	}
	return nil
}

// run chooses the program by the name that the binary was called by, then by the first argument.
func run(env *client.Env, args []string) client.Exit {
	name := strings.TrimSuffix(filepath.Base(args[0]), ".exe")
	if short, ok := strings.CutPrefix(name, "mosquitto_"); ok {
		if a := appletOf(short); a != nil {
			return a(env, options.AsReference, args[1:])
		}
	}
	if len(args) < 2 {
		fmt.Fprint(env.Stderr, help)
		return client.Exit{Code: 1}
	}
	if a := appletOf(args[1]); a != nil {
		return a(env, options.AsCulex, args[2:])
	}
	return own(env, args[1:])
}

// own is what culex does without a program. Its options stand alone: with more words the name of a program was forgotten.
func own(env *client.Env, words []string) client.Exit {
	switch first := words[0]; {
	case len(words) == 1 && (first == "--help" || first == "-h" || first == "help"):
		fmt.Fprint(env.Stdout, help)
		return client.Exit{}
	case len(words) == 1 && (first == "--version" || first == "version"):
		fmt.Fprint(env.Stdout, env.Build.String())
		return client.Exit{}
	case strings.HasPrefix(first, "-"):
		fmt.Fprintf(env.Stderr, "Error: The command is missing before '%s': culex pub, culex sub or culex rr.\n\nUse 'culex --help' to see usage.\n", first)
	default:
		fmt.Fprintf(env.Stderr, "Error: Unknown command '%s'; culex has pub, sub and rr.\n\nUse 'culex --help' to see usage.\n", first)
	}
	return client.Exit{Code: 1}
}

const help = `culex publishes and subscribes over MQTT, and says why TLS failed.

  culex pub   publish messages          also as mosquitto_pub
  culex sub   subscribe to topics       also as mosquitto_sub
  culex rr    send a request and print the response
                                        also as mosquitto_rr

The options are those of the mosquitto programs. Called by one of their names,
through a link, culex takes their place:

  ln -s culex mosquitto_pub

  culex pub --help        the options, one line each
  culex --version         the version of this program
`
