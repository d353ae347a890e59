package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// patience is how long a subscriber waits, in seconds.
const patience = "4"

// version is a protocol version and its name on the command line.
type version struct{ name, option string }

func versions() []version {
	return []version{{"3.1", "mqttv31"}, {"3.1.1", "mqttv311"}, {"5.0", "mqttv5"}}
}

// pair is culex and a broker, in one check.
type pair struct {
	culex   string
	port    int
	version version
	number  int // of the check, different for each
}

// topic has two levels: with only one, brokers that map topics to names of their own are not put to the test.
func (p *pair) topic() string { return "interop/" + p.id() }

// id differs from that of an earlier run, of which a broker may still keep something.
func (p *pair) id() string { return "i" + strconv.Itoa(os.Getpid()) + "-" + strconv.Itoa(p.number) }

func (p *pair) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, p.culex, append([]string{program, "-h", "127.0.0.1", "-p", strconv.Itoa(p.port),
		"-V", p.version.option, "--connect-timeout", patience}, args...)...)
}

// run waits for a program. Its error holds what the program said.
func (p *pair) run(ctx context.Context, program string, args ...string) (stdout string, err error) {
	var out, errs bytes.Buffer
	c := p.command(ctx, program, args...)
	c.Stdout, c.Stderr = &out, &errs
	err = failure(program, c.Run(), &errs, &out)
	return out.String(), err
}

func failure(program string, err error, stderr, stdout *bytes.Buffer) error {
	if err == nil && bytes.Contains(stderr.Bytes(), []byte("Warning")) {
		err = errors.New("warned")
	}
	if err == nil {
		return nil
	}
	said := strings.TrimSpace(stderr.String())
	if said == "" {
		said = strings.TrimSpace(stdout.String())
	}
	first, rest, _ := strings.Cut(said, "\n")
	if second, _, _ := strings.Cut(rest, "\n"); second != "" {
		first += " / " + second // the reference's line, and ours
	}
	return fmt.Errorf("%s: %w: %s", program, err, first)
}

func (p *pair) publish(ctx context.Context, args ...string) error {
	return p.publishTo(ctx, p.topic(), args...)
}

func (p *pair) publishTo(ctx context.Context, topic string, args ...string) error {
	_, err := p.run(ctx, "pub", append([]string{"-t", topic}, args...)...)
	return err
}

// once runs a subscriber that ends by itself.
func (p *pair) once(ctx context.Context, args ...string) error {
	_, err := p.run(ctx, "sub", append([]string{"-t", p.topic()}, args...)...)
	return err
}

// subscriber is a running sub that has subscribed.
type subscriber struct {
	err   error // why it could not
	lines *bufio.Scanner
	early string // a message that came before SUBACK, as a session's may
	wait  func() error
}

func (p *pair) subscribe(ctx context.Context, args ...string) *subscriber {
	return p.subscribeTo(ctx, p.topic(), args...)
}

// subscribeTo returns when the broker has taken the subscription, which the debug lines show.
func (p *pair) subscribeTo(ctx context.Context, filter string, args ...string) *subscriber {
	var errs bytes.Buffer
	c := p.command(ctx, "sub", append([]string{"-t", filter, "-C", "1", "-W", patience, "-d"}, args...)...)
	c.Stderr = &errs
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return &subscriber{err: err}
	}
	s := &subscriber{lines: bufio.NewScanner(out)}
	s.wait = func() error { return failure("sub", c.Wait(), &errs, &bytes.Buffer{}) }
	for s.lines.Scan() {
		switch line := s.lines.Text(); {
		case strings.HasPrefix(line, "Subscribed ("):
			return s
		case strings.HasPrefix(line, "="):
			s.early = line
			return s
		}
	}
	if s.err = s.wait(); s.err == nil {
		s.err = errors.New("sub ended before it had subscribed")
	}
	return s
}

// after waits for the one message that was published, if that went well, and compares it.
func (s *subscriber) after(want string, published error) error {
	if s.err != nil {
		return s.err
	}
	got := s.early
	for s.lines.Scan() {
		if line := s.lines.Text(); strings.HasPrefix(line, "=") {
			got = line
		}
	}
	err := s.wait()
	switch {
	case published != nil:
		return published
	case got == "" && err != nil:
		return err
	case got != want:
		return fmt.Errorf("got %q, want %q", got, want)
	}
	return err
}

// die kills a client that has left a will.
func (p *pair) die(ctx context.Context, args ...string) error {
	c := p.command(ctx, "sub", append([]string{"-t", p.topic() + "/other", "-d",
		"--will-topic", p.topic(), "--will-payload", "gone"}, args...)...)
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "Subscribed (") {
	}
	err = lines.Err()
	_ = c.Process.Kill()
	_, _ = io.Copy(io.Discard, out)
	_ = c.Wait() // killed
	return err
}
