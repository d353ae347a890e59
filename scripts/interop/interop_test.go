package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What mochi is known to get wrong: it refuses a message whose payload is said to be text with a reason code that PUBACK
// does not have, takes its own packet identifiers for those of the client, and looks for old messages every now and then only.
var mochiDiffers = []string{"properties of a message", "session resumed, QoS 2", "message expiry"}

// Culex gets along with a broker that it shares no code with.
func TestMochi(t *testing.T) {
	t.Parallel()
	culex := filepath.Join(t.TempDir(), "culex")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", culex, "../../cmd/culex")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := startMochi()
	if err != nil {
		t.Fatal(err)
	}
	defer b.server.Close()
	held := 0
	for _, r := range suite(t.Context(), culex, b.port) {
		known := slices.ContainsFunc(mochiDiffers, func(name string) bool { return strings.HasPrefix(r.name, name) })
		switch {
		case r.err == nil:
			held++
		case !known:
			t.Errorf("%s: %v", r.name, r.err)
		}
	}
	t.Logf("%d checks held", held)
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"-quack"}, {"-culex", "x", "word"}, {"-culex", "x", "a=0"}, {"-culex", "x", "=1883"}} {
		var stdout, stderr strings.Builder
		if code := run(context.Background(), args, &stdout, &stderr); code != exitUsage || stdout.Len() > 0 || stderr.Len() == 0 {
			t.Errorf("%q: exit %d, stdout %q, stderr %q", args, code, &stdout, &stderr)
		}
	}
}
