package main

import (
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

var update = flag.Bool("update", false, "write what the programs print into the scripts")

// patience is how long a script waits for what another process is to do.
const patience = 10 * time.Second

// TestMain builds the program as it is shipped, static and without the race detector, and puts it on PATH under all its
// names: what the tests of this package run is what users run.
func TestMain(m *testing.M) {
	flag.Parse()
	code, err := testShipped(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func testShipped(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "culex")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(dir, "culex"), ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("go build: %w\n%s", err, out)
	}
	for _, name := range []string{"mosquitto_pub", "mosquitto_sub", "mosquitto_rr"} {
		if err := os.Symlink("culex", filepath.Join(dir, name)); err != nil {
			return 0, err
		}
	}
	if err := os.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH")); err != nil {
		return 0, err
	}
	return m.Run(), nil
}

// The scripts say what a user sees; they need Debian's mosquitto as the broker where they call it.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"freeport":  freeport,
			"expand":    expand,
			"recipe":    recipe,
			"mosquitto": mosquitto,
			"status":    status,
			"waitfor":   waitFor,
			"answer":    answer,
			"endbroker": endBroker,
			"silent":    silent,
		},
		Condition:           condition,
		RequireExplicitExec: true,
		Deadline:            time.Now().Add(45 * time.Second), // ends what a failed script left running
		UpdateScripts:       *update,
		Setup: func(e *testscript.Env) error {
			captures, err := filepath.Abs(filepath.Join("..", "..", "tlsdiag", "testdata", "captures"))
			if err != nil {
				return err
			}
			e.Setenv("CAPTURES", captures)
			e.Values[endKey{}] = &brokerEnd{}
			e.Setenv("TZ", "UTC")
			e.Setenv("XDG_CONFIG_HOME", filepath.Join(e.WorkDir, ".config"))
			return nil
		},
	})
}

// condition is [broker]: mosquitto is installed. In CI it has to be.
func condition(name string) (bool, error) {
	if name != "broker" {
		return false, errors.New("unknown condition")
	}
	_, err := brokerPath()
	if err != nil && os.Getenv("CI") != "" {
		return false, err
	}
	return err == nil, nil
}

func brokerPath() (string, error) {
	if path, err := exec.LookPath("mosquitto"); err == nil {
		return path, nil
	}
	return exec.LookPath("/usr/sbin/mosquitto")
}

// freeport sets each named variable to a port that is free.
func freeport(ts *testscript.TestScript, neg bool, names []string) {
	for _, name := range names {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		defer l.Close() // after the last: no two are alike
		ts.Setenv(name, strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	}
}

// expand replaces $NAME in files.
func expand(ts *testscript.TestScript, neg bool, files []string) {
	for _, f := range files {
		text := os.Expand(ts.ReadFile(f), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(f), []byte(text), 0o600))
	}
}

// recipe writes certificates as tutorials make them (version 1, no extensions, one Common Name each): ca.crt,
// server.crt and client.crt with their keys. The server's Common Name is an argument.
func recipe(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: recipe COMMON-NAME")
	}
	ca, server, client := tlstest.TutorialPKI(args[0], "client")
	for name, id := range map[string]*tlstest.Identity{"ca": ca, "server": server, "client": client} {
		ts.Check(os.WriteFile(ts.MkAbs(name+".crt"), id.CertPEM(), 0o600))
		ts.Check(os.WriteFile(ts.MkAbs(name+".key"), id.KeyPEM(), 0o600))
	}
}

// mosquitto starts a broker with a configuration and waits until its listeners answer. A file openssl.cnf configures its
// TLS library.
func mosquitto(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: mosquitto CONF")
	}
	path, err := brokerPath()
	ts.Check(err)
	conf := ts.ReadFile(args[0])
	if !strings.HasPrefix(conf, "user ") {
		conf = "user root\n" + conf
	}
	file := ts.MkAbs("mosquitto.conf")
	ts.Check(os.WriteFile(file, []byte(conf), 0o600))
	log, err := os.Create(ts.MkAbs("broker.log"))
	ts.Check(err)
	cmd := exec.Command(path, "-v", "-c", file)
	cmd.Dir = ts.MkAbs(".")
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Env = append(os.Environ(), "OPENSSL_CONF="+ts.MkAbs("openssl.cnf"))
	ts.Check(cmd.Start())
	end := sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = log.Close()
	})
	ts.Defer(end)
	ts.Value(endKey{}).(*brokerEnd).f = end
	for _, m := range regexp.MustCompile(`(?m)^listener (\d+)`).FindAllStringSubmatch(conf, -1) {
		awaitPort(ts, m[1])
	}
}

// endKey is where a script keeps how to end its broker.
type (
	endKey    struct{}
	brokerEnd struct{ f func() }
)

// endBroker kills the broker that was started last.
func endBroker(ts *testscript.TestScript, neg bool, args []string) {
	ts.Value(endKey{}).(*brokerEnd).f()
}

func awaitPort(ts *testscript.TestScript, port string) {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		c, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err == nil {
			_ = c.Close()
			return
		}
	}
	ts.Fatalf("nothing listens on port %s:\n%s", port, ts.ReadFile("broker.log"))
}

// status runs a program that has to end with a given code: status 8 mosquitto_pub …
func status(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: status CODE PROGRAM [ARGUMENT...]")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("%s ended with %d, want %s", args[1], code, args[0])
	}
}

// waitFor waits until a file has so many matches of an expression: waitfor broker.log 2 'New client'
func waitFor(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: waitfor FILE COUNT REGEXP")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	re := regexp.MustCompile(args[2])
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if len(re.FindAllString(ts.ReadFile(args[0]), -1)) >= want {
			return
		}
	}
	ts.Fatalf("no %q in %s:\n%s", args[2], args[0], strings.TrimSpace(ts.ReadFile(args[0])))
}

// answer sets a variable to a port where every connection is answered with the bytes of a file, in hexadecimal, once it
// has sent something, and then closed: answer PORT FILE
func answer(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: answer VARIABLE FILE")
	}
	bytes, err := hex.DecodeString(strings.Join(strings.Fields(ts.ReadFile(args[1])), ""))
	ts.Check(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	ts.Setenv(args[0], strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 4096))
			_, _ = c.Write(bytes)
			_ = c.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, c)
			_ = c.Close()
		}
	}()
}

// silent sets a variable to a port that takes connections and never says anything: silent PORT
func silent(ts *testscript.TestScript, neg bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() }) // the kernel completes connections that nobody accepts
	ts.Setenv(args[0], strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
}
