package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
)

// serveVerb keeps a lab up.
type serveVerb struct{}

// Run serves until ctx is done.
func (serveVerb) Run(ctx context.Context, out io.Writer) error {
	return withLab(func(l *lab) error {
		if _, err := io.WriteString(out, l.cheatSheet()); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	})
}

// cheatSheet is a text of commands, with comments that a shell takes for comments.
func (l *lab) cheatSheet() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# The broker is up. User %s, password %s. Ctrl-C ends it and removes\n# %s.\n"+
		"# If there is no culex yet: go install ./cmd/culex\n", username, password, l.dir)
	at := func(name string) string { return filepath.Join(l.dir, name) }
	for _, s := range working() {
		fmt.Fprintf(&b, "\n# %s\n", s.title)
		b.WriteString(commandLine("", "culex sub", l.sub(&s, at)))
		b.WriteString(commandLine("", "mosquitto_sub", l.sub(&s, at)))
		l.writePubs(&b, &s, at)
	}
	for _, s := range failing() {
		fmt.Fprintf(&b, "\n# Failure %s\n# culex finds %s\n", s.title, s.cause)
		l.writePubs(&b, &s, at)
	}
	return b.String()
}

func (l *lab) writePubs(b *strings.Builder, s *scenario, at place) {
	b.WriteString(commandLine("", "culex pub", l.pub(s, at, "hello")))
	b.WriteString(commandLine("", "mosquitto_pub", l.pub(s, at, "hello")))
}
