// Culexlab is a place to try culex in: a broker of its own on loopback, certificates made for it, and one listener for
// each of the usual ways in which TLS fails. It is not part of what is installed on a gateway.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // or `culexlab demo | head` would leave the files behind
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit codes.
const (
	exitOK    = 0
	exitError = 1 // something went wrong, or not as expected
	exitUsage = 2
)

// verbs is the command line.
type verbs struct {
	Demo  demoVerb  `cmd:"" help:"Publish and subscribe over plain MQTT, TLS and mutual TLS, then fail in the five usual ways and see what culex says."`
	Serve serveVerb `cmd:"" help:"Keep the broker up until Ctrl-C and print commands to paste."`
}

const about = `A place to try culex in: a broker on loopback, certificates made for it, and a listener for each of the usual ways in ` +
	`which TLS fails. Nothing has to be installed, and nothing is left behind.`

// run carries out one command line and returns the exit code. A verb ends early, and cleans up, when ctx is done.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	asked := false // for help, which kong prints
	parser, err := kong.New(&verbs{}, kong.Name("culexlab"), kong.Description(about), kong.Writers(stdout, stderr),
		kong.Exit(func(int) { asked = true }), kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(stdout, (*io.Writer)(nil)))
	if err != nil {
		return fail(stderr, err)
	}
	command, err := parser.Parse(args)
	switch {
	case asked:
		return exitOK
	case err != nil:
		fmt.Fprintf(stderr, "culexlab: %v\nThe verbs are demo and serve; see culexlab --help.\n", err)
		return exitUsage
	}
	if err := command.Run(); err != nil {
		return fail(stderr, err)
	}
	return exitOK
}

func fail(stderr io.Writer, err error) int {
	fmt.Fprintf(stderr, "culexlab: %v\n", err)
	return exitError
}
