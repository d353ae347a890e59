package scripts_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// toolbox makes a directory to be the whole PATH: the named programs of this
// machine, and the given scripts.
func toolbox(t *testing.T, programs []string, scripts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range programs {
		if err := os.Symlink(lookPath(t, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range scripts {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// fakeGo "builds" a file of the size for the architecture, or fails.
const fakeGo = `
case $GOARCH in
amd64) size=9000000 ;;
arm64) size=%d ;;
arm) size=%d ;;
mipsle) exit %d ;;
esac
while [ "$1" != -o ]; do shift; done
exec head -c $size /dev/zero >"$2"
`

func TestSize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name               string
		arm64, arm, mipsle int
		args               []string
		code               int
		arm64Says, armSays string
		mipsleFails        bool
	}{
		{name: "within", arm64: 7_500_000, arm: 8_900_000, arm64Says: "ok, goal reached", armSays: "ok"},
		{name: "over", arm64: 7_500_001, arm: 8_900_001, code: 1, arm64Says: "ok", armSays: "OVER by 1"},
		{name: "only printed", arm64: 1, arm: 9_400_000, args: []string{"--print"}, arm64Says: "ok, goal reached", armSays: "OVER by 500000"},
		{name: "not built", arm64: 1, arm: 1, mipsle: 1, code: 1, arm64Says: "ok, goal reached", armSays: "ok, goal reached", mipsleFails: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := toolbox(t, []string{"dirname", "env", "head", "mktemp", "rm", "sh", "wc"},
				map[string]string{"go": fmt.Sprintf(fakeGo, c.arm64, c.arm, c.mipsle)})
			r := run(t, "", "env", append([]string{"PATH=" + path, "sh", "size.sh"}, c.args...)...)
			if r.code != c.code {
				t.Errorf("exit %d, want %d", r.code, c.code)
			}
			for row, want := range map[string]string{
				"linux/amd64":  "9000000          -          -",
				"linux/arm64":  fmt.Sprintf("%d    8900000    7500000  %s", c.arm64, c.arm64Says),
				"linux/arm-v6": fmt.Sprintf("%d    8900000    7500000  %s", c.arm, c.armSays),
				"linux/arm-v7": fmt.Sprintf("%d    8900000    7500000  %s", c.arm, c.armSays),
			} {
				line := regexp.MustCompile("(?m)^" + row + " +" + regexp.QuoteMeta(want) + "$")
				if !line.MatchString(r.stdout) {
					t.Errorf("nothing matches %s in:\n%s", line, r.stdout)
				}
			}
			if got := strings.Contains(r.stdout, "does not build"); got != c.mipsleFails {
				t.Errorf("a failed build is told: %v\n%s", got, r.stdout)
			}
		})
	}
}

// A missing program is a note for a person, and a failure for CI.
func TestMissingTool(t *testing.T) {
	t.Parallel()
	path := toolbox(t, []string{"bash", "dirname", "env"}, map[string]string{"go": "echo fake"})
	for ci, want := range map[string]int{"": 0, "true": 1} {
		r := run(t, "", "env", "CI="+ci, "PATH="+path, "bash", "test.sh", "shellcheck")
		if r.code != want || !strings.Contains(r.stdout, "\nleft out: shellcheck (not installed)\n") {
			t.Errorf("CI=%s: exit %d, want %d:\n%s%s", ci, r.code, want, r.stdout, r.stderr)
		}
	}
}

// A step that fails does not keep the next from running, nor the failure from
// being told.
func TestFailedStep(t *testing.T) {
	t.Parallel()
	path := toolbox(t, []string{"bash", "dirname", "env", "timeout"},
		map[string]string{"go": `[ "$1" != vet ]`, "gofmt": "exit 0"})
	r := run(t, "", "env", "PATH="+path, "bash", "test.sh", "vet", "gofmt")
	if r.code != 1 || !strings.Contains(r.stdout, "FAILED  vet") || !strings.Contains(r.stdout, "ok      gofmt") ||
		!strings.HasSuffix(r.stdout, "\nFAILED: vet\n") {
		t.Errorf("exit %d:\n%s%s", r.code, r.stdout, r.stderr)
	}
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		words []string
		want  string
	}{
		{[]string{"bash", "test.sh", "vat"}, "no step is called 'vat'"},
		{[]string{"env", "FUZZ_SECONDS=soon", "bash", "test.sh", "gofmt"}, "FUZZ_SECONDS 'soon': a whole number"},
		{[]string{"sh", "size.sh", "--prnit"}, "unknown option '--prnit'"},
		{[]string{"sh", "bench.sh", "--quack"}, "unknown option or word '--quack'"},
		{[]string{"sh", "bench.sh", "--culex"}, "--culex needs the name of a binary"},
		{[]string{"sh", "bench.sh", "--culex", "/does/not/exist"}, "'/does/not/exist': no such program"},
		{[]string{"sh", "bench.sh", "--self", "--culex", "/bin/true"}, "--self has no place for --culex"},
	} {
		r := run(t, "", c.words[0], c.words[1:]...)
		if r.code != 2 || r.stdout != "" || !strings.Contains(r.stderr, c.want) {
			t.Errorf("%q: exit %d, stdout %q, stderr %q; want %q", c.words, r.code, r.stdout, r.stderr, c.want)
		}
	}
}
