package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// cost is what one run of a program took. memory is its peak resident set in
// bytes; it and wire are 0 where they were not asked for.
type cost struct {
	wall, cpu time.Duration
	memory    int64
	wire      traffic
}

// command is one run of a program: its words, and what its stdin reads (nothing
// when empty).
type command struct {
	words []string
	stdin string
}

// measure runs the command to its end, which must be exit code 0 and silence.
func (c command) measure(ctx context.Context) (cost, error) {
	cmd := exec.CommandContext(ctx, c.words[0], c.words[1:]...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if c.stdin != "" {
		stdin, err := os.Open(c.stdin)
		if err != nil {
			return cost{}, err
		}
		defer stdin.Close()
		cmd.Stdin = stdin
	}
	begin := time.Now()
	err := cmd.Run()
	wall := time.Since(begin)
	if err != nil || said.Len() > 0 {
		return cost{}, &failedRun{words: c.words, said: said.String(), err: err}
	}
	return cost{wall: wall, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}, nil
}

// failedRun is a run that ended with an exit code other than 0, or said something
// where nothing is to be said.
type failedRun struct {
	words []string
	said  string
	err   error // nil when the exit code was 0
}

func (f *failedRun) Error() string {
	ended := "exit code 0"
	if f.err != nil {
		ended = f.err.Error()
	}
	return fmt.Sprintf("%s: %s, said %q", strings.Join(f.words, " "), ended, f.said)
}

func (f *failedRun) Unwrap() error { return f.err }

// underTime wraps the words in GNU time, which writes the peak resident set into
// a file. It has to be that small program: the kernel counts the memory of the
// process that forks as the child's own, and ours is larger than what is measured.
func underTime(dir string, words []string) (wrapped []string, file string) {
	file = filepath.Join(dir, "memory")
	return append([]string{"/usr/bin/time", "-q", "-f", "%M", "-o", file}, words...), file
}

func readMemory(file string) (int64, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	kib, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("GNU time wrote %q: %w", text, err)
	}
	return kib * 1024, nil
}

// startCost is what starting and ending a program that does nothing takes.
func startCost(ctx context.Context) (cost, error) {
	const runs = 20
	var walls, cpus []float64
	for range runs {
		c, err := command{words: []string{"true"}}.measure(ctx)
		if err != nil {
			return cost{}, err
		}
		walls = append(walls, float64(c.wall))
		cpus = append(cpus, float64(c.cpu))
	}
	return cost{wall: time.Duration(median(walls)), cpu: time.Duration(median(cpus))}, nil
}
