package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client"
)

func TestServe(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reader, writer := io.Pipe()
	code := make(chan int, 1)
	var stderr bytes.Buffer
	go func() {
		defer writer.Close()
		code <- run(ctx, []string{"serve"}, writer, &stderr)
	}()
	sheet := make([]byte, 1<<16)
	n, err := reader.Read(sheet)
	if err != nil {
		t.Fatalf("%v, stderr %q", err, &stderr)
	}
	checkSheet(t, string(sheet[:n]))
	cancel()
	select {
	case got := <-code:
		if got != exitOK || stderr.Len() > 0 {
			t.Errorf("exit code %d, stderr %q", got, &stderr)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("serve does not end")
	}
	if left, err := filepath.Glob(filepath.Join(temp, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

// checkSheet runs each publishing command as a shell would read it.
func checkSheet(t *testing.T, sheet string) {
	t.Helper()
	cause, pubs := "", 0
	sections := strings.Split(sheet, "\n\n")
	for _, section := range sections[1:] {
		cause = ""
		if m := regexp.MustCompile(`# culex finds (\S+)`).FindStringSubmatch(section); m != nil {
			cause = m[1]
		}
		for line := range strings.Lines(strings.ReplaceAll(section, "\\\n", "")) {
			words := strings.Fields(line)
			if words[1] != "pub" {
				continue
			}
			pubs++
			got := call(t.Context(), client.Pub, t.TempDir(), words[2:])
			if (got.code == exitOK) != (cause == "") || causeIn(got.stderr) != cause {
				t.Errorf("%sends with %+v, not %q", line, got, cause)
			}
		}
	}
	if want := len(working()) + len(failing()); pubs != want || len(sections) != want+1 {
		t.Errorf("%d culex pub commands in %d sections, not %d", pubs, len(sections)-1, want)
	}
}

func TestSheetRunsInAShell(t *testing.T) {
	r, shell := installedReference(t), "/bin/sh"
	if _, err := os.Stat(shell); err != nil {
		t.Skip("there is no " + shell)
	}
	l := testLab(t)
	sheet := l.cheatSheet()
	// Only the publishing commands: the others wait.
	var script strings.Builder
	for line := range strings.Lines(strings.ReplaceAll(sheet, "\\\n", "")) {
		if strings.HasPrefix(line, "mosquitto_pub ") {
			script.WriteString(strings.TrimSuffix(line, "\n") + "; echo $?\n")
		}
	}
	shellProcess := exec.CommandContext(t.Context(), shell, "-c", script.String())
	shellProcess.Env = []string{"HOME=" + l.dir, "PATH=" + filepath.Dir(r.path)}
	out, err := shellProcess.Output()
	if err != nil {
		t.Fatal(err)
	}
	codes := strings.Fields(string(out))
	if len(codes) != len(working())+len(failing()) {
		t.Fatalf("exit codes %q", codes)
	}
	for i, code := range codes {
		if (code == "0") != (i < len(working())) {
			t.Errorf("command %d ends with %s", i+1, code)
		}
	}
}

func TestOnlyAdminGetsIn(t *testing.T) {
	l := testLab(t)
	port := strconv.Itoa(l.ports["plain"])
	tests := map[string]struct {
		login []string
		code  int
	}{
		"admin":          {[]string{"-u", "admin", "-P", "admin"}, 0},
		"nobody":         {nil, 5},
		"wrong password": {[]string{"-u", "admin", "-P", "secret"}, 5},
		"somebody else":  {[]string{"-u", "eve", "-P", "admin"}, 5},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"-h", host, "-p", port, "-t", topic, "-m", "x"}, test.login...)
			if got := call(t.Context(), client.Pub, l.dir, args); got.code != test.code {
				t.Errorf("%+v, not exit code %d", got, test.code)
			}
		})
	}
}

func TestCloseDoesNotWaitForSilentClients(t *testing.T) {
	l := testLab(t)
	for _, name := range []string{"plain", "tls"} {
		silent, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(l.ports[name])))
		if err != nil {
			t.Fatal(err)
		}
		defer silent.Close()
	}
	// A later client on a listener was accepted after the silent one.
	for _, s := range working()[:2] {
		at := func(name string) string { return filepath.Join(l.dir, name) }
		if got := call(t.Context(), client.Pub, l.dir, l.pub(&s, at, "x")); got.code != exitOK {
			t.Fatalf("%s: %+v", s.name, got)
		}
	}
	closed := make(chan error, 1)
	go func() { closed <- l.broker.server.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the broker does not end")
	}
	l.broker = nil // closed
}
