package main

import (
	"bytes"
	"context"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the files")

const root = "../.."

// TestFiles fails when the committed files are not those that the options and
// texts make.
func TestFiles(t *testing.T) {
	if *update {
		if err := write(root); err != nil {
			t.Fatal(err)
		}
	}
	files, err := generate(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	committed := os.DirFS(filepath.Join(root, directory))
	for name, want := range files {
		if got, err := fs.ReadFile(committed, name); err != nil || string(got) != want {
			t.Errorf("%s/%s is not up to date: go run ./scripts/docs (%v)", directory, name, err)
		}
	}
	_ = fs.WalkDir(committed, ".", func(name string, d fs.DirEntry, err error) error {
		if _, ok := files[name]; err != nil || !ok && !d.IsDir() && name != "doc.go" {
			t.Errorf("%s/%s: nothing makes this file (%v)", directory, name, err)
		}
		return nil
	})
}

// TestSameEachTime fails when the order of a map gets into a file.
func TestSameEachTime(t *testing.T) {
	first, err := generate(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, _ := generate(os.DirFS(root))
		for name := range first {
			if first[name] != again[name] {
				t.Fatalf("%s is different the second time", name)
			}
		}
	}
}

// run runs a program in a directory, "" for this one, with variables added to
// the environment, and returns what it printed. It fails the test on anything but
// success, or when something was printed to standard error.
func run(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil || stderr.Len() > 0 {
		t.Fatalf("%s %q: %v\n%s", name, args, err, stderr.String())
	}
	return stdout.String()
}

// needTool skips the test where a program is missing; a CI run may not miss any.
func needTool(t *testing.T, name string) {
	t.Helper()
	_, err := exec.LookPath(name)
	switch {
	case err == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("%s is needed and missing", name)
	default:
		t.Skipf("%s is not installed", name)
	}
}
