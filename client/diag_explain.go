package client

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/offline/brokerlog"
)

// Explain is culex tlsdiag explain: it says what other programs' messages about TLS mean.
func Explain(env *Env, inv options.Invocation, args []string) Exit {
	o, err := options.ParseExplain(args, env.options())
	if err != nil {
		return env.usage(options.CommandExplain, inv, err)
	}
	input, err := env.explained(o.Words)
	if err != nil {
		fmt.Fprintf(env.Stderr, "Error: %s\n", err)
		return Exit{Code: int(options.NotRun)}
	}
	defer input.Close()
	x := &explainer{env: env, log: brokerlog.NewLog(sideOf(o.By)), live: input.live}
	x.asJSON = o.Format == options.FormJSON
	return x.run(input)
}

func sideOf(by options.Printer) evidence.Side {
	switch by {
	case options.PrinterBroker:
		return evidence.SideServer
	case options.PrinterClient:
		return evidence.SideClient
	}
	return ""
}

// source is what is to be explained.
type source struct {
	io.ReadCloser
	// live says that somebody may wait for each line's answer, also for one that comes again.
	live bool
	// text says that the words of the command line are it.
	text bool
}

// explained opens what the words name: a file, standard input, or the text that they are.
func (e *Env) explained(words []string) (*source, error) {
	if len(words) == 0 || len(words) == 1 && words[0] == "-" {
		return &source{ReadCloser: io.NopCloser(e.Stdin), live: true}, nil
	}
	if len(words) > 1 {
		return &source{ReadCloser: io.NopCloser(strings.NewReader(strings.Join(words, " "))), text: true}, nil
	}
	word := words[0]
	info, err := os.Stat(word)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("%s is a directory, and not a file with messages", printable(word))
	case err == nil:
		f, err := os.Open(word)
		return &source{ReadCloser: f, live: err == nil && !info.Mode().IsRegular()}, err
	case !errors.Is(err, os.ErrNotExist) && !strings.ContainsAny(word, " :"):
		return nil, err
	}
	return &source{ReadCloser: io.NopCloser(strings.NewReader(word)), text: true}, nil
}

// explainer is one run of culex tlsdiag explain.
type explainer struct {
	env    *Env
	log    *brokerlog.Log
	live   bool
	asJSON bool
	stage  options.Stage // of the first failure
	any    bool
}

// run answers line by line until the input ends or a signal comes.
func (x *explainer) run(input *source) Exit {
	done := make(chan struct{})
	defer close(done)
	err := x.log.Read(pump(input, x.env.Signals, done), x.answer)
	var output *outputError
	switch {
	case errors.As(err, &output):
		return x.env.unwritten(output.err)
	case err != nil:
		fmt.Fprintf(x.env.Stderr, "Error: the input cannot be read: %s\n", errnoText(err))
		return Exit{Code: int(options.NotRun)}
	case !x.any && input.text:
		fmt.Fprintln(x.env.Stderr, "Error: this is no message about TLS that culex knows, nor the name of a file")
		return Exit{Code: int(options.NotRun)}
	}
	if err := x.summarize(); err != nil {
		return x.env.unwritten(err)
	}
	return Exit{Code: int(x.stage)}
}

// outputError is that of writing an answer, as opposed to that of reading.
type outputError struct{ err error }

func (e *outputError) Error() string { return e.err.Error() }

// unwritten ends a command whose standard output failed. A reader that went away, as head does, is no failure.
func (e *Env) unwritten(err error) Exit {
	if errors.Is(err, syscall.EPIPE) {
		return Exit{Code: codeSuccess}
	}
	fmt.Fprintf(e.Stderr, "Error: Unable to write to stdout: %s\n", errnoText(err))
	return Exit{Code: codeFailure}
}

func (x *explainer) answer(e brokerlog.Entry) error {
	if !x.any {
		x.any, x.stage = true, stageOfCause(e.Reading.Finding.ID)
	}
	if e.Again() && !x.live {
		return nil // the summary counts it
	}
	write := x.writeText
	if x.asJSON {
		write = x.writeJSON
	}
	if err := write(e); err != nil {
		return &outputError{err}
	}
	return nil
}

// stageOfCause is the stage of a connection at which a cause makes it fail.
func stageOfCause(id string) options.Stage {
	switch id {
	case "connection-refused":
		return options.StageNetwork
	case "closed-after-connect", "no-connack", "peer-not-mqtt", "client-certificate-no-common-name":
		return options.StageMQTT
	}
	switch cause.GroupOf(id) {
	case cause.GroupFiles:
		return options.StageFiles
	case cause.GroupServer:
		return options.StageBroker
	case cause.GroupClient:
		return options.StageIdentity
	case cause.GroupLookup:
		return options.StageName
	case cause.GroupProxy:
		return options.StageNetwork
	case cause.GroupWebSocket:
		return options.StageMQTT
	}
	return options.StageTLS
}
