package client

import (
	"errors"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/output"
)

// printer prints messages as the options say.
type printer struct {
	env    *Env
	out    *output.Writer
	format *output.Format
	watch  *output.Watch // nil without --watch
	rate   output.Rate
	zone   *time.Location // for formats that show the time
	quiet  bool
}

func newPrinter(c *connector, o *options.Output) *printer {
	p := &printer{env: c.env, out: c.out, quiet: c.o.Quiet}
	style := output.Style{NoNewline: o.NoNewline, Pretty: o.Pretty, JSONSafe: o.JSONSafe}
	if o.Format == nil {
		p.format = output.Default(o.Verbose, style)
		return p
	}
	p.format, _ = output.Compile(string(*o.Format), style) // the options have compiled it before
	if p.format.UsesTime() {
		p.zone = c.env.zone()
	}
	return p
}

// print writes one message to stdout. Its error is that of stdout; what is wrong with the message goes to stderr.
func (p *printer) print(m *mqtt.Publish) error {
	var at time.Time
	if p.format.UsesTime() {
		at = p.env.Now().In(p.zone)
	}
	if p.env.Terminal.Stdout {
		m = tame(m)
	}
	var err error
	if p.watch != nil {
		err = p.watch.WriteMessage(p.out, p.format, m, at)
	} else {
		err = p.out.WriteMessage(p.format, m, at)
	}
	if err == nil {
		return nil
	}
	var bad *output.PayloadError // behind the return, as it is on the heap
	if !errors.As(err, &bad) {
		return err
	}
	if !p.quiet {
		_, _ = io.WriteString(p.env.Stderr, err.Error()+"\n") // one line for each conversion that failed
	}
	return nil
}

// startWatch clears the terminal for --watch.
func (p *printer) startWatch(host string) error {
	p.watch = output.NewWatch()
	return p.watch.Start(p.out, host)
}

// checkFormat serves the options, which report a bad format among the errors of the command line.
func checkFormat(format string) error {
	_, err := output.Compile(format, output.Style{})
	return err
}

// zone is the time zone of TZ, or the system's.
func (e *Env) zone() *time.Location {
	tz, set := e.LookupEnv("TZ")
	return output.LoadZone(tz, set, os.ReadFile)
}

// outputStatus is the exit code after stdout failed, or code if it did not. A reader that went away, as head does, is no
// failure.
func (c *connector) outputStatus(err error, code int) int {
	switch {
	case err == nil:
		return code
	case errors.Is(err, syscall.EPIPE):
		return codeSuccess
	}
	if !c.o.Quiet {
		_, _ = io.WriteString(c.env.Stderr, "Error: Unable to write to stdout: "+errnoText(err)+"\n")
	}
	return codeFailure
}
