package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/culex-mqtt/culex/client"
	"github.com/culex-mqtt/culex/client/options"
)

// outcome is how a program ended.
type outcome struct {
	stdout, stderr string
	code           int
}

// program is one of culex's, such as [client.Pub].
type program func(env *client.Env, inv options.Invocation, args []string) client.Exit

// call runs a program of culex inside this process, under the name of the mosquitto program. Nothing reaches it from
// outside that would make it behave differently here than elsewhere: no option file, no environment. A program that is still
// running when ctx is done gets a SIGINT; the exit code of one that dies of it is the one that a shell tells.
func call(ctx context.Context, p program, home string, args []string) outcome {
	signals := make(chan os.Signal, 1)
	defer context.AfterFunc(ctx, func() { signals <- os.Interrupt })()
	var stdout, stderr screen
	exit := p(&client.Env{
		Stdin:     strings.NewReader(""),
		Stdout:    &stdout,
		Stderr:    &stderr,
		LookupEnv: func(name string) (string, bool) { return home, name == "HOME" },
		Now:       time.Now,
		Pid:       os.Getpid(),
		Signals:   signals,
		Build:     client.Build{Version: "lab"},
		Terminal:  client.Terminal{Width: columns - margin},
	}, options.AsReference, args)
	if exit.Signal != nil {
		exit.Code = 128 + int(syscall.SIGINT)
	}
	return outcome{stdout: stdout.String(), stderr: stderr.String(), code: exit.Code}
}

// screen keeps what a program prints. A program that was interrupted may have goroutines left that still print.
type screen struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write keeps p.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// String returns what was printed so far.
func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// reference is mosquitto_pub, where it is installed.
type reference struct {
	path    string // empty if it is not
	version string
}

// referenceLimit bounds one run of mosquitto_pub, which has no limit of its own.
const referenceLimit = 5 * time.Second

// recordedVersion is the one that the recorded outcomes are from.
const recordedVersion = "2.0.11"

// findReference looks for mosquitto_pub on PATH.
func findReference(ctx context.Context) reference {
	path, err := exec.LookPath("mosquitto_pub")
	if err != nil {
		return reference{}
	}
	r := reference{path: path}
	said, _ := r.run(ctx, os.TempDir(), []string{"--version"})
	rest, ok := strings.CutPrefix(said.stdout, "mosquitto_pub version ")
	if !ok {
		return reference{}
	}
	r.version, _, _ = strings.Cut(strings.TrimSpace(rest), " ")
	return r
}

// run runs mosquitto_pub in the current directory, with an environment as empty as that of [call]. It returns false if
// that did not come to an end.
func (r reference) run(ctx context.Context, home string, args []string) (outcome, bool) {
	ctx, cancel := context.WithTimeout(ctx, referenceLimit)
	defer cancel()
	var stdout, stderr bytes.Buffer
	process := exec.CommandContext(ctx, r.path, args...)
	process.Env = []string{"HOME=" + home}
	process.Stdout, process.Stderr = &stdout, &stderr
	process.WaitDelay = time.Second
	_ = process.Run() // a failure is what we want to see
	if process.ProcessState == nil || !process.ProcessState.Exited() {
		return outcome{}, false
	}
	return outcome{stdout: stdout.String(), stderr: stderr.String(), code: process.ProcessState.ExitCode()}, true
}
