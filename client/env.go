package client

import (
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/transport"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// Env is the process that a program runs in. Nothing below reads the process itself, so that tests can run in parallel.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// LookupEnv is os.LookupEnv.
	LookupEnv func(string) (string, bool)
	// Now is the clock.
	Now func() time.Time
	Pid int
	// Executable is os.Executable.
	Executable func() (string, error)
	// Signals delivers SIGINT, SIGTERM and SIGHUP, once Catch was called if there is one. Catching them takes a thread.
	Signals <-chan os.Signal
	Catch   func()
	Build   Build
	// Help returns what --help prints of a command, called as "culex pub".
	Help func(program string) string
	// Terminal tells what stderr is.
	Terminal Terminal
	// Prompt asks a question on the controlling terminal and returns the line that is typed, unseen: ErrNoTerminal where there
	// is none, io.EOF where the user gives none. It gives up once cancel is closed. Nil: there is no terminal.
	Prompt func(question string, cancel <-chan struct{}) ([]byte, error)
}

// Build says which program this is; the linker sets it.
type Build struct {
	Version, Commit string
	Time            time.Time // zero if unknown
}

// Terminal is what is known about stderr, and whether stdout is one.
type Terminal struct {
	Interactive bool
	Width       int // columns; 0 if unknown
	Color       bool
	Stdout      bool // stdout is a terminal too
}

// Exit is how the process is to end.
type Exit struct {
	Code int
	// Signal is the signal to die of, so that a shell sees it; nil to exit with Code.
	Signal os.Signal
}

// signals has Signals deliver.
func (e *Env) signals() <-chan os.Signal {
	if e.Catch != nil {
		e.Catch()
	}
	return e.Signals
}

// isBundle looks into a file, but not into a pipe: what was read from that would be lost.
func isBundle(name string) bool {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() || info.Size() > certs.MaxFileSize {
		return false
	}
	data, err := os.ReadFile(name)
	return err == nil && certs.IsBundle(data)
}

func (e *Env) getenv(name string) string {
	value, _ := e.LookupEnv(name)
	return value
}

// options is the part of the environment that reading the command line needs.
func (e *Env) options() options.Environment {
	return options.Environment{
		LookupEnv:   e.LookupEnv,
		ReadFile:    os.ReadFile,
		Stat:        func(name string) (fs.FileInfo, error) { return os.Stat(name) },
		Pid:         e.Pid,
		CheckFormat: checkFormat,
		CheckCurves: func(list string) error { _, err := transport.ParseCurves(list); return err },
		IsBundle:    isBundle,
	}
}

// String is what --version of culex itself prints.
func (b Build) String() string {
	s := "culex " + b.Version
	if b.Commit != "" {
		s += " (" + b.Commit + ")"
	}
	if !b.Time.IsZero() {
		s += ", built " + b.Time.UTC().Format(time.RFC3339)
	}
	return s + "\n"
}
