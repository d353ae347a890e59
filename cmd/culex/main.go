// OpenSSL takes certificates with a negative serial number.
//go:debug x509negativeserial=1

// Culex stands in for mosquitto_pub, mosquitto_sub and mosquitto_rr, and says why TLS failed.
package main

import (
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/culex-mqtt/culex/client"
	"github.com/culex-mqtt/culex/client/transport"
	"github.com/culex-mqtt/culex/cmd/culex/doc"
)

// Set by the linker: -X main.version=1.2.3 -X main.commit=… -X main.date=2026-11-24T12:00:00Z.
var version, commit, date string

func main() {
	// Nothing here gains from a second thread: waking it takes longer than most of what it could do.
	runtime.GOMAXPROCS(1)
	transport.GrowStack()
	signal.Ignore(syscall.SIGPIPE) // a closed stdout is an error of a write, not the end
	signals := make(chan os.Signal, 1)
	exit := run(&client.Env{
		Stdin:      os.Stdin,
		Stdout:     os.Stdout,
		Stderr:     os.Stderr,
		LookupEnv:  os.LookupEnv,
		Now:        time.Now,
		Pid:        os.Getpid(),
		Executable: os.Executable,
		Signals:    signals,
		Catch:      func() { catch(signals) },
		Build:      build(),
		Help:       doc.Help,
		Terminal:   terminal(),
		Prompt:     prompt,
	}, os.Args)
	if s, ok := exit.Signal.(syscall.Signal); ok {
		die(s)
	}
	os.Exit(exit.Code)
}

// catch has signals delivered. What nohup has had ignored stays so.
func catch(signals chan<- os.Signal) {
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(signals, syscall.SIGHUP)
	}
}

func build() client.Build {
	b := client.Build{Version: version, Commit: commit}
	if version == "" {
		b.Version = "devel"
	}
	b.Time, _ = time.Parse(time.RFC3339, date)
	return b
}

// terminal describes stderr, and tells whether stdout is a terminal.
func terminal() client.Terminal {
	stdout := windowWidth(os.Stdout.Fd()) > 0
	width := windowWidth(os.Stderr.Fd())
	if width == 0 {
		return client.Terminal{Stdout: stdout}
	}
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		width = n
	}
	_, plain := os.LookupEnv("NO_COLOR")
	return client.Terminal{Interactive: true, Stdout: stdout, Width: width, Color: !plain && os.Getenv("TERM") != "dumb"}
}
