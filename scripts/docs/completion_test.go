package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// offer is what a shell offers at the end of a command line: exactly that.
type offer struct {
	line string
	want string // words with blanks between them
}

// offers are the same in all shells. The files are those of workDirectory.
func offers(t *testing.T) []offer {
	commands, err := allCommands()
	if err != nil {
		t.Fatal(err)
	}
	list := []offer{
		{line: "culex ", want: "check link pub rr spool sub tlsdiag unlink"},
		{line: "culex tlsdiag al", want: "alert"},
		{line: "culex p", want: "pub"},
		{line: "culex --", want: "--help --version"},
		{line: "culex nonsense --ca", want: ""},
		{line: "culex pub --ca", want: "--cafile --capath"},
		{line: "mosquitto_pub --ca", want: "--cafile --capath"},
		{line: "mosquitto_sub --retain", want: "--retain-as-published --retain-handling --retained-only"},
		{line: "mosquitto_rr --lat", want: "--latency"},
		{line: "culex sub --rep", want: ""},
		{line: "culex tlsdiag probe --no-p", want: "--no-probes"},
		{line: "culex pub -V ", want: "31 311 5"},
		{line: "culex pub --qos ", want: "0 1 2"},
		{line: "mosquitto_sub --tls-version tlsv1.", want: "tlsv1.1 tlsv1.2 tlsv1.3"},
		{line: "culex rr --diag-format ", want: "json text"},
		{line: "culex sub --retain-handling n", want: "never new"},
		{line: "culex pub -t x -m hello --cafile ca", want: "ca.crt"},
		{line: "culex pub -m hello --capath c", want: "certs"},
		{line: "mosquitto_pub --cert c", want: "ca.crt certs"},
		{line: "culex pub -u ", want: ""},
		{line: "culex pub -D ", want: "connect disconnect publish subscribe unsubscribe will"},
		{line: "culex pub -D publish con", want: "content-type"},
		{line: "mosquitto_sub --property disconnect rea", want: "reason-string"},
		{line: "culex pub -D publish content-type text/plain --ca", want: "--cafile --capath"},
	}
	for _, c := range commands {
		var names []string
		for _, o := range c.all() {
			names = append(names, o.Names()...)
		}
		list = append(list, offer{line: "culex " + c.String() + " -", want: strings.Join(names, " ")})
		if !c.Own() {
			list = append(list, offer{line: c.reference() + " -", want: strings.Join(names, " ")})
		}
	}
	return list
}

// workDirectory has a file and a directory with a file to complete.
func workDirectory(t *testing.T) string {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "certs"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ca.crt", "certs/gateway.crt", "readme"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func absolute(t *testing.T, elements ...string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(elements...))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// check has a shell answer all lines, and compares.
func check(t *testing.T, shell string, answer func(lines []string) string) {
	t.Helper()
	list := offers(t)
	var lines []string
	for _, o := range list {
		lines = append(lines, o.line)
	}
	answers := split(answer(lines))
	if len(answers) != len(list) {
		t.Fatalf("%d answers to %d command lines: %q", len(answers), len(list), answers)
	}
	for i, o := range list {
		got, want := answers[i], strings.Fields(o.want)
		slices.Sort(got)
		slices.Sort(want)
		if got = slices.Compact(got); !slices.Equal(got, want) {
			t.Errorf("%s offers at %q:\n got %q\nwant %q", shell, o.line, got, want)
		}
	}
}

// split returns the words of each answer, without the slashes behind directories.
func split(text string) [][]string {
	var answers [][]string
	var words []string
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "/")
		switch line {
		case "":
		case "--":
			answers, words = append(answers, words), nil
		default:
			words = append(words, line)
		}
	}
	return answers
}

func TestBash(t *testing.T) {
	needTool(t, "bash")
	file := absolute(t, root, directory, "completion/culex.bash")
	script := absolute(t, "testdata/offers.bash")
	check(t, "bash", func(lines []string) string {
		args := append([]string{"--norc", "--noprofile", script, file}, lines...)
		return run(t, workDirectory(t), nil, "bash", args...)
	})
}

func TestZsh(t *testing.T) {
	needTool(t, "zsh")
	home := t.TempDir()
	start, err := os.ReadFile("testdata/zshrc")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, ".zshrc"), start, 0o600); err != nil {
		t.Fatal(err)
	}
	script := absolute(t, "testdata/offers.zsh")
	env := []string{
		"HOME=" + home, "ZDOTDIR=" + home, "TERM=dumb",
		"CULEX_FPATH=" + absolute(t, root, directory, "completion"),
		"CULEX_OFFERS=" + filepath.Join(home, "offers"),
	}
	check(t, "zsh", func(lines []string) string {
		return run(t, workDirectory(t), env, "zsh", append([]string{"-f", script}, lines...)...)
	})
}

func TestFish(t *testing.T) {
	needTool(t, "fish")
	home := t.TempDir()
	script := absolute(t, "testdata/offers.fish")
	files := absolute(t, root, directory, "completion")
	env := []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "XDG_DATA_HOME=" + home, "XDG_CACHE_HOME=" + home, "TERM=dumb"}
	check(t, "fish", func(lines []string) string {
		dir, answers := workDirectory(t), ""
		for _, line := range lines { // each in a new shell, where no other name has been completed before
			answers += run(t, dir, env, "fish", "--no-config", script, files, line)
		}
		return answers
	})
}

// TestBashWords tries values that look like options, and options with several
// values. The ways of zsh and fish to describe options do not know of the first.
func TestBashWords(t *testing.T) {
	needTool(t, "bash")
	file := absolute(t, root, directory, "completion/culex.bash")
	script := absolute(t, "testdata/offers.bash")
	for line, want := range map[string]string{
		"culex pub -D publish user-property key value --cap": "--capath",
		"culex pub -D publish user-property key --cap":       "",
		"culex pub -m --diag-format --cap":                   "--capath",
		"culex pub -m --diag-format ":                        "*",
		"/usr/bin/mosquitto_sub -F --host --cap":             "--capath",
	} {
		out := run(t, "", nil, "bash", "--norc", "--noprofile", script, file, line)
		got := strings.TrimSpace(strings.TrimSuffix(out, "--\n"))
		if strings.HasPrefix(got, "-t\n--topic\n") {
			got = "*" // all options
		}
		if got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}
