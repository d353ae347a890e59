// Loss counts what arrives of what was fed: many lines, connections that are cut, and brokers and clients that are killed
// in the middle. It runs culex and, where it has the option, mosquitto_pub. scripts/loss.sh builds and calls it.
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const loopback = "127.0.0.1"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run returns 0 when culex lost nothing, 1 when it did or a run could not be made, and 2 for a wrong command line.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	t := trial{cuts: []int{1, 5, 20}}
	flags := flag.NewFlagSet("loss", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&t.culex, "culex", "", "the culex `binary`")
	flags.StringVar(&t.reference, "reference", "", "mosquitto_pub, to be run beside it; empty for not")
	flags.IntVar(&t.lines, "lines", 500_000, "lines in the runs of many `lines`")
	flags.IntVar(&t.shots, "shots", 300, "messages of one-shots, and kills of brokers and clients")
	seed := flags.Uint64("seed", 1, "of the random points")
	file := flags.String("ledger", "", "be the broker that writes into this `file`")
	address := flags.String("address", "", "and listens at this `address`")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if *file != "" {
		return serveLedger(*address, *file, stderr)
	}
	if t.culex == "" || flags.NArg() > 0 {
		fmt.Fprintln(stderr, "loss: -culex is needed, and nothing else than options")
		return 2
	}
	t.random = newDice(*seed)
	t.self = os.Args[0]
	ctx, cancel := context.WithTimeout(ctx, 20*time.Minute)
	defer cancel()
	lost, err := t.all(ctx, stdout)
	if err != nil {
		fmt.Fprintln(stderr, "loss:", err)
		return 1
	}
	if lost > 0 {
		fmt.Fprintf(stderr, "loss: culex has lost %d messages\n", lost)
		return 1
	}
	return 0
}

func serveLedger(address, file string, stderr io.Writer) int {
	l, err := openLedger(address, file)
	if err != nil {
		fmt.Fprintln(stderr, "loss:", err)
		return 1
	}
	l.serve()
	return 0
}

// trial is what is tried, and with what.
type trial struct {
	culex, reference string
	self             string // this program, to be run as the broker
	lines, shots     int
	cuts             []int // how often a connection is cut, a row each
	random           *dice
	dir              string
}

// row is one line of the table.
type row struct {
	what    string
	program string
	fed     int
	arrived int // different messages
	twice   int // messages that came again
	exit    string
}

// lost is how many messages are missing although the program has said that all is well.
func (r *row) lost() int {
	if strings.HasPrefix(r.exit, "0") {
		return r.fed - r.arrived
	}
	return 0
}

func (t *trial) all(ctx context.Context, stdout io.Writer) (lost int, err error) {
	if t.dir, err = os.MkdirTemp("", "culex-loss-"); err != nil {
		return 0, err
	}
	defer os.RemoveAll(t.dir)
	fmt.Fprintf(stdout, "| run | program | fed | delivered | duplicates | exit |\n|---|---|---|---|---|---|\n")
	for _, run := range t.runs() {
		r, err := run(ctx)
		if err != nil {
			return lost, fmt.Errorf("%s, %s: %w", r.what, r.program, err)
		}
		fmt.Fprintf(stdout, "| %s | %s | %d | %d | %d | %s |\n", r.what, r.program, r.fed, r.arrived, r.twice, r.exit)
		if r.program == "culex" {
			lost += r.lost()
		}
	}
	return lost, ctx.Err()
}

// runs are the rows of the table, in order.
func (t *trial) runs() []func(context.Context) (row, error) {
	var all []func(context.Context) (row, error)
	both := func(run func(context.Context, []string, string) (row, error)) {
		if t.reference != "" {
			all = append(all, func(ctx context.Context) (row, error) { return run(ctx, []string{t.reference}, "mosquitto_pub") })
		}
		all = append(all, func(ctx context.Context) (row, error) { return run(ctx, []string{t.culex, "pub"}, "culex") })
	}
	for _, qos := range []string{"1", "2"} {
		both(func(ctx context.Context, program []string, name string) (row, error) {
			return t.feed(ctx, program, name, qos, t.lines, 0)
		})
	}
	for _, cuts := range t.cuts {
		for _, qos := range []string{"1", "2"} {
			both(func(ctx context.Context, program []string, name string) (row, error) {
				return t.feed(ctx, program, name, qos, t.lines/10, cuts)
			})
		}
	}
	for _, qos := range []string{"1", "2"} {
		all = append(all,
			func(ctx context.Context) (row, error) { return t.killBroker(ctx, qos) },
			func(ctx context.Context) (row, error) { return t.killClients(ctx, qos) })
	}
	return append(all, t.killBoth)
}

// fresh is the path of a file that is not there yet.
func (t *trial) fresh(name string) string {
	path := filepath.Join(t.dir, name)
	_ = os.RemoveAll(path)
	return path
}

// count reads what a ledger has.
func (r *row) count(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	seen := make(map[string]bool, r.fed)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "end") {
			continue // the message that follows to have the rest delivered
		}
		if seen[lines.Text()] {
			r.twice++
		}
		seen[lines.Text()] = true
	}
	r.arrived = len(seen)
	return nil
}
