package client

import (
	"bytes"
	"errors"
	"io"
	"os"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// ErrNoTerminal is the error of an [Env.Prompt] without a terminal.
var ErrNoTerminal = errors.New("there is no terminal")

// passPrompt is OpenSSL's.
const passPrompt = "Enter PEM pass phrase:"

// interruptedError is a signal that came while the user was asked for a pass phrase.
type interruptedError struct{ signal os.Signal }

func (e *interruptedError) Error() string { return "interrupted by a signal" }

// passPhrase is where the pass phrase of a file comes from: the options, the terminal, and without one the next line of
// stdin, as in the reference.
func (c *connector) passPhrase(string) ([]byte, error) {
	if phrase, ok := c.o.PassPhrase(); ok {
		return []byte(phrase), nil
	}
	if c.env.Prompt == nil {
		return c.env.lineOfStdin()
	}
	phrase, err := c.promptTerminal()
	switch {
	case errors.Is(err, ErrNoTerminal):
		return c.env.lineOfStdin()
	case err == io.EOF:
		return nil, certs.ErrNoPassPhrase
	}
	return phrase, err
}

// promptTerminal asks the user, unless a signal comes first.
func (c *connector) promptTerminal() ([]byte, error) {
	type answer struct {
		line []byte
		err  error
	}
	cancel := make(chan struct{})
	answered := make(chan answer, 1)
	go func() {
		line, err := c.env.Prompt(passPrompt, cancel)
		answered <- answer{line, err}
	}()
	select {
	case a := <-answered:
		return a.line, a.err
	case s := <-c.env.signals():
		close(cancel)
		<-answered // the terminal shows again what is typed
		return nil, &interruptedError{s}
	}
}

// maxPassPhrase is the size in bytes of the longest line that OpenSSL reads a pass phrase from.
const maxPassPhrase = 1024

// lineOfStdin reads a line and not a byte more: what follows may be messages.
func (e *Env) lineOfStdin() ([]byte, error) {
	line := make([]byte, 0, maxPassPhrase)
	next := make([]byte, 1)
	for len(line) < maxPassPhrase {
		n, err := e.Stdin.Read(next)
		switch {
		case n > 0 && next[0] == '\n':
			return bytes.TrimSuffix(line, []byte("\r")), nil
		case n > 0:
			line = append(line, next[0])
		case err != nil && len(line) == 0:
			return nil, certs.ErrNoPassPhrase
		case err != nil:
			return line, nil
		}
	}
	return line, nil
}
