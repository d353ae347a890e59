package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestCommandLine(t *testing.T) {
	tests := map[string]struct {
		args           []string
		code           int
		stdout, stderr string // beginnings
	}{
		"help":      {[]string{"--help"}, exitOK, "Usage: culexlab <command>\n", ""},
		"verb help": {[]string{"serve", "--help"}, exitOK, "Usage: culexlab serve", ""},
		"nothing":   {nil, exitUsage, "", `culexlab: expected one of "demo", "serve"`},
		"unknown":   {[]string{"demp"}, exitUsage, "", `culexlab: unexpected argument demp, did you mean "demo"?` + "\nThe verbs are demo and serve"},
		"option":    {[]string{"demo", "--fast"}, exitUsage, "", "culexlab: unknown flag --fast\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			code := run(t.Context(), test.args, &stdout, &stderr)
			if code != test.code || !begins(stdout.String(), test.stdout) || !begins(stderr.String(), test.stderr) {
				t.Errorf("exit code %d, stdout %q, stderr %q", code, &stdout, &stderr)
			}
		})
	}
}

// begins tells whether s begins as wanted; where nothing is wanted it is to be empty.
func begins(s, want string) bool { return strings.HasPrefix(s, want) && (s == "") == (want == "") }

func TestShellWords(t *testing.T) {
	tests := []struct {
		words []string
		want  string
	}{
		{nil, "$ p\n"},
		{[]string{"-m", "", "-n"}, "$ p -m '' -n\n"},
		{[]string{"-m", `it's {"a":1}`}, `$ p -m 'it'\''s {"a":1}'` + "\n"},
		{[]string{"-a", strings.Repeat("x", 37), "-b", strings.Repeat("y", 30)}, "$ p -a " + strings.Repeat("x", 37) + " -b " + strings.Repeat("y", 30) + "\n"},
		{[]string{"-a", strings.Repeat("x", 38), "-b", strings.Repeat("y", 30)}, "$ p -a " + strings.Repeat("x", 38) + " \\\n      -b " + strings.Repeat("y", 30) + "\n"},
	}
	for _, test := range tests {
		if got := commandLine("$ ", "p", test.words); got != test.want {
			t.Errorf("%q:\n%s, not\n%s", test.words, got, test.want)
		}
	}
}
