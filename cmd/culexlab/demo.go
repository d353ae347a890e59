package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/culex-mqtt/culex/client"
)

// demoVerb shows what culex does where all is well and where TLS fails.
type demoVerb struct{}

// Run gives the demonstration in a lab made for it.
func (demoVerb) Run(ctx context.Context, out io.Writer) error {
	return withLab(func(l *lab) error {
		return newDemonstration(l, out, findReference(ctx)).run(ctx)
	})
}

// demonstration runs through its scenarios and compares what happens with what was expected.
type demonstration struct {
	lab              *lab
	out              io.Writer
	reference        reference
	working, failing []scenario
	limit            time.Duration // of one scenario
	surprises        int
	unwritten        error // why something could not be printed
}

func newDemonstration(l *lab, out io.Writer, r reference) *demonstration {
	return &demonstration{lab: l, out: out, reference: r, working: working(), failing: failing(), limit: 15 * time.Second}
}

// run works in the lab's directory, so that the commands that it shows are as short as those that people type.
func (d *demonstration) run(ctx context.Context) (err error) {
	before, err := os.Getwd()
	if err != nil {
		return err
	}
	if err := os.Chdir(d.lab.dir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Chdir(before)) }()
	begin := time.Now()
	d.introduce()
	for i := 0; i < len(d.working) && ctx.Err() == nil; i++ {
		d.work(ctx, &d.working[i])
	}
	for i := 0; i < len(d.failing) && ctx.Err() == nil; i++ {
		d.fail(ctx, &d.failing[i])
	}
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	if d.surprises > 0 {
		return fmt.Errorf("not all went as expected (%d), see above", d.surprises)
	}
	d.print("== Summary\n\nAll as expected, in %.1f s: the messages arrived, and each failure was given its\ncause. "+
		"To try by hand: go run ./cmd/culexlab serve\n", time.Since(begin).Seconds())
	return d.unwritten
}

func (d *demonstration) print(format string, args ...any) {
	if _, err := fmt.Fprintf(d.out, format, args...); err != nil && d.unwritten == nil {
		d.unwritten = err
	}
}

// surprise marks something that did not go as expected.
func (d *demonstration) surprise(format string, args ...any) {
	d.surprises++
	d.print("NOT AS EXPECTED: "+format+"\n\n", args...)
}

func (d *demonstration) introduce() {
	d.print(`A broker on this machine, and certificates made a moment ago as most tutorials
make them: RSA 2048, a Common Name, no extensions. It is gone at the end.

culex runs under the names mosquitto_pub and mosquitto_sub.
`)
	if d.reference.path == "" {
		d.print("mosquitto_pub itself is not installed: what version %s said was recorded.\n\n", recordedVersion)
		return
	}
	d.print("mosquitto_pub itself is installed, version %s, and runs beside it.\n\n", d.reference.version)
}

// work subscribes and publishes, and shows the message arriving.
func (d *demonstration) work(ctx context.Context, s *scenario) {
	ctx, cancel := context.WithTimeout(ctx, d.limit)
	defer cancel()
	subArgs, pubArgs := d.lab.sub(s, here), d.lab.pub(s, here, message)
	d.print("== %s\n\n%s%s\n", s.title, commandLine("$ ", "mosquitto_sub", subArgs), commandLine("$ ", "mosquitto_pub", pubArgs))

	ended := make(chan outcome, 1)
	go func() { ended <- call(ctx, client.Sub, d.lab.dir, subArgs) }()
	select {
	case <-d.lab.broker.subscribed:
	case sub := <-ended:
		d.show("culex sub", sub)
		d.surprise("culex sub could not subscribe")
		return
	}
	begin := time.Now()
	pub := call(ctx, client.Pub, d.lab.dir, pubArgs)
	if pub != (outcome{}) {
		cancel() // nothing will arrive
	}
	sub := <-ended
	if pub == (outcome{}) && sub == (outcome{stdout: message + "\n"}) {
		d.print("The message arrived, %.1f ms after culex pub was started:\n%s\n", time.Since(begin).Seconds()*1000, indent(sub.stdout))
		return
	}
	d.show("culex sub", sub)
	d.show("culex pub", pub)
	d.surprise("the message did not arrive")
}

// here is where files are for a program that runs in the lab's directory.
func here(name string) string { return name }

// fail runs into a failure, and shows what the reference and culex say about it.
func (d *demonstration) fail(ctx context.Context, s *scenario) {
	args := d.lab.pub(s, here, "hello")
	d.print("== Failure %s\n\n%s\n", s.title, commandLine("$ ", "mosquitto_pub", args))

	said, source := s.recorded, "mosquitto_pub "+recordedVersion+", recorded"
	if d.reference.path != "" {
		if live, ok := d.reference.run(ctx, d.lab.dir, args); ok {
			said, source = live, "mosquitto_pub "+d.reference.version+", run just now"
		}
	}
	d.show(source, said)
	ctx, cancel := context.WithTimeout(ctx, d.limit)
	defer cancel()
	got := call(ctx, client.Pub, d.lab.dir, args)
	d.show("culex", got)
	switch cause := causeIn(got.stderr); {
	case said.code == exitOK:
		d.surprise("mosquitto_pub did not fail")
	case got.code != codeTLS:
		d.surprise("culex ended with %d instead of %d", got.code, codeTLS)
	case cause != s.cause:
		d.surprise("culex found %q instead of %q", cause, s.cause)
	case got.stdout != "":
		d.surprise("culex printed something to stdout")
	}
}

// codeTLS is the exit code of a publish that TLS stopped.
const codeTLS = 8

// show prints what a program said and its exit code.
func (d *demonstration) show(who string, o outcome) {
	d.print("%s, exit code %d:\n%s\n", who, o.code, indent(o.stdout+o.stderr))
}

// causeIn returns the identifier in the last line of a finding, empty if there is no finding.
func causeIn(stderr string) string {
	for line := range strings.Lines(stderr) {
		if rest, ok := strings.CutPrefix(line, "  id: "); ok {
			id, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
			return id
		}
	}
	return ""
}
