// Bench compares culex with mosquitto's own clients, one run of each in turn,
// against a stock mosquitto on loopback, and prints the ratios beside their
// budgets. scripts/bench.sh builds and calls it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// config is what the command line says.
type config struct {
	culex     string // the binary to compare; empty with self
	certs     string // directory with ca.crt, server.crt and server.key
	self      bool   // the reference on both sides
	quick     bool
	printOnly bool
	markdown  bool
}

var errUsage = errors.New("wrong usage")

func parse(args []string, stderr io.Writer) (config, error) {
	var c config
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.culex, "culex", "", "the culex `binary`")
	flags.StringVar(&c.certs, "certs", "", "the `directory` with ca.crt, server.crt and server.key for 127.0.0.1")
	flags.BoolVar(&c.self, "self", false, "mosquitto's clients on both sides, to see how exact the measuring is")
	flags.BoolVar(&c.quick, "quick", false, "fewer runs and messages")
	flags.BoolVar(&c.printOnly, "print", false, "do not fail when a budget is crossed")
	flags.BoolVar(&c.markdown, "markdown", false, "print the table of the README")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	switch {
	case flags.NArg() > 0:
		return c, fmt.Errorf("%w: unexpected word %q", errUsage, flags.Arg(0))
	case c.certs == "":
		return c, fmt.Errorf("%w: -certs is needed", errUsage)
	case (c.culex == "") != c.self:
		return c, fmt.Errorf("%w: give either -culex or -self", errUsage)
	}
	return c, nil
}

// run returns 0 within the budgets, 1 outside of them or when a run failed, and
// 2 for a wrong command line.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	c, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(stderr, "bench:", err)
		return 2
	}
	size, limit := full, 10*time.Minute
	if c.quick {
		size, limit = quick, 3*time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	crossed, err := compareAll(ctx, c, size, stdout)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(stderr, "bench: stopped early:", context.Cause(ctx))
		return 1
	case err != nil:
		fmt.Fprintln(stderr, "bench:", err)
		return 1
	case len(crossed) == 0:
		return 0
	}
	fmt.Fprintf(stdout, "\nover budget: %s\n", strings.Join(crossed, "; "))
	if c.printOnly {
		return 0
	}
	return 1
}

// scale says how much is done.
type scale struct {
	pairs     int   // runs of each side, one-shot
	memories  int   // the same for their memory
	bulkPairs int   // runs of each side, with many messages
	lines0    batch // lines of `-l` at QoS 0
	lines1    batch // lines of `-l` at QoS 1
	messages  batch // messages for sub
	large     batch // large ones for both
	flat      int   // messages for the rows about memory; 0 for none
	all       bool  // also what has no budget
}

// full takes four minutes, quick half of one.
var (
	full = scale{pairs: 80, memories: 10, bulkPairs: 3, lines0: batch{500_000, 64}, lines1: batch{30_000, 64},
		messages: batch{1_000_000, 64}, large: batch{2_000, 64_000}, flat: 10_000_000, all: true}
	quick = scale{pairs: 20, memories: 5, bulkPairs: 2, lines0: batch{100_000, 64}, lines1: batch{10_000, 64},
		messages: batch{200_000, 64}}
)

// compareAll prints a block of the table as soon as its workload is done, and
// returns the rows that crossed their budget.
func compareAll(ctx context.Context, c config, size scale, stdout io.Writer) (crossed []string, err error) {
	reference := side{name: "mosquitto", pub: []string{"mosquitto_pub"}, sub: []string{"mosquitto_sub"}}
	subject := side{name: "culex", pub: []string{c.culex, "pub"}, sub: []string{c.culex, "sub"}, resumes: true}
	if c.self {
		subject = reference
		subject.name = "itself"
	}
	dir, err := os.MkdirTemp("", "culex-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	p := &printer{w: stdout, reference: reference.name, subject: subject.name, noisy: c.quick, markdown: c.markdown}
	if err := p.head(ctx); err != nil {
		return nil, err
	}
	files := bench{dir: dir, certs: c.certs}
	for _, w := range workloads(size) {
		samples, err := compare(ctx, w, files, reference, subject)
		if err != nil {
			return crossed, fmt.Errorf("%s: %w", w.name, err)
		}
		crossed = append(crossed, p.block(w, samples)...)
	}
	if size.flat > 0 {
		over, err := flatness(ctx, p, files, subject, size.flat)
		return append(crossed, over...), err
	}
	return crossed, nil
}
