// Interop runs one suite of checks of culex against several brokers and prints what each of them does.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// The exit codes.
const (
	exitOK     = 0
	exitFailed = 1 // a broker that has to pass did not
	exitUsage  = 2
)

// target is a broker.
type target struct {
	name   string
	port   int
	strict bool // it does all of it, so that anything else is a failure
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("interop", flag.ContinueOnError)
	flags.SetOutput(stderr)
	culex := flags.String("culex", "", "the culex `program`")
	var targets []target
	err := flags.Parse(args)
	if err != nil {
		return exitUsage
	}
	for _, word := range flags.Args() {
		t, bad := parse(word)
		err = errors.Join(err, bad)
		targets = append(targets, t)
	}
	if *culex == "" {
		err = errors.Join(err, errors.New("-culex is needed"))
	}
	if err != nil {
		fmt.Fprintf(stderr, "interop: %v\n", err)
		return exitUsage
	}
	b, err := startMochi()
	if err != nil {
		fmt.Fprintf(stderr, "interop: %v\n", err)
		return exitFailed
	}
	defer b.server.Close()
	targets = append([]target{{"mochi", b.port, false}}, targets...)
	results := make([][]result, len(targets))
	for i, t := range targets {
		results[i] = suite(ctx, *culex, t.port)
	}
	return print(stdout, targets, results)
}

// parse reads NAME=PORT. Mosquitto is held to all of the suite.
func parse(word string) (target, error) {
	name, number, _ := strings.Cut(word, "=")
	port, err := strconv.ParseUint(number, 10, 16)
	if err != nil || name == "" || port == 0 {
		return target{}, fmt.Errorf("'%s' is no broker: it must be NAME=PORT", word)
	}
	return target{name, int(port), name == "mosquitto"}, nil
}

// result is how one check went in one version.
type result struct {
	name string
	err  error
}

// side is how many checks of a broker run side by side: most of them wait.
const side = 4

func suite(ctx context.Context, culex string, port int) []result {
	var results []result
	var jobs []func(context.Context) error
	for _, v := range versions() {
		for _, c := range checks() {
			if c.versions != "" && c.versions != v.name {
				continue
			}
			p := &pair{culex, port, v, len(results) + 1}
			results = append(results, result{name: c.name + ", " + v.name})
			jobs = append(jobs, func(ctx context.Context) error { return c.run(ctx, p) })
		}
	}
	var wg sync.WaitGroup
	places := make(chan struct{}, side)
	for i, job := range jobs {
		places <- struct{}{}
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
			defer cancel()
			results[i].err = job(ctx)
			<-places
		})
	}
	wg.Wait()
	return results
}

// print writes a table with a line for each check and a column for each broker, then why anything was not done.
func print(out io.Writer, targets []target, results [][]result) (code int) {
	fmt.Fprintf(out, "%-32s", "")
	for _, t := range targets {
		fmt.Fprintf(out, " %-10s", t.name)
	}
	for row := range results[0] {
		fmt.Fprintf(out, "\n%-32s", results[0][row].name)
		for column, t := range targets {
			word := "yes"
			if results[column][row].err != nil {
				word = "no"
				if t.strict {
					code = exitFailed
				}
			}
			fmt.Fprintf(out, " %-10s", word)
		}
	}
	fmt.Fprint(out, "\n\n")
	for i, t := range targets {
		printReasons(out, t.name, results[i])
	}
	return code
}

// printReasons names each reason once, with the checks that it stopped.
func printReasons(out io.Writer, broker string, results []result) {
	var order []string
	stopped := map[string][]string{}
	for _, r := range results {
		if r.err == nil {
			continue
		}
		reason := r.err.Error()
		if stopped[reason] == nil {
			order = append(order, reason)
		}
		stopped[reason] = append(stopped[reason], r.name)
	}
	for _, reason := range order {
		fmt.Fprintf(out, "%s: %s\n    %s\n", broker, reason, strings.Join(stopped[reason], "; "))
	}
}
