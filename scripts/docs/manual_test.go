package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestPagesShow has man format each page, and fails at a warning.
func TestPagesShow(t *testing.T) {
	needTool(t, "man")
	pages, err := filepath.Glob(filepath.Join(root, directory, "man", "*.1"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, page := range pages {
		t.Run(filepath.Base(page), func(t *testing.T) {
			text, stderr := man(t, page)
			if stderr != "" {
				t.Error(stderr)
			}
			for line := range strings.Lines(text) {
				if width := utf8.RuneCountInString(line); width > 81 {
					t.Errorf("wider than 80 columns: %s", line)
				}
			}
			sections := []string{"NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "EXAMPLES", "SEE ALSO"}
			if !ownPage(t, page) {
				sections = append(sections, "OPTIONS", "CONFIGURATION FILES", "DIAGNOSIS", "DIFFERENCES")
			}
			for _, section := range sections {
				if !strings.Contains(text, "\n"+section+"\n") {
					t.Errorf("there is no section %s", section)
				}
			}
		})
	}
}

// ownPage tells whether a page is about commands that only culex has.
func ownPage(t *testing.T, file string) bool {
	t.Helper()
	commands, err := allCommands()
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(commands, func(c command) bool { return c.Own() && c.page()+".1" == filepath.Base(file) })
}

// TestManReports makes sure that the test before would see a warning.
func TestManReports(t *testing.T) {
	needTool(t, "man")
	page := filepath.Join(t.TempDir(), "bad.1")
	if err := os.WriteFile(page, []byte(".TH BAD 1\n.SH NAME\nbad \\- \\[nonsense]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, stderr := man(t, page); stderr == "" {
		t.Error("man does not warn of an unknown character")
	}
}

// man formats a page with all warnings.
func man(t *testing.T, page string) (stdout, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "man", "--warnings", "-E", "UTF-8", "-P", "cat", "-l", page)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "MANWIDTH=80", "MANROFFSEQ=", "MANROFFOPT=", "MANOPT=", "MAN_KEEP_STDERR=1")
	var out, warnings bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &warnings
	if err := cmd.Run(); err != nil {
		t.Fatalf("man %s: %v\n%s", page, err, warnings.String())
	}
	return out.String(), warnings.String()
}

func TestRoff(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"words", "Use `-m 'a b'` now.", "Use \\fB\\-m \\(aqa b\\(aq\\fR now.\n"},
		{"dots", "'tis\n\n.profile", "\\&'tis\n.PP\n\\&.profile\n"},
		{"signs", "a\\b ~ ^ 3–5 µ -1 (-2) well-known", "a\\eb \\(ti \\(ha 3\\(en5 \\[u00B5] \\-1 (\\-2) well-known\n"},
		{"list", "Two:\n\n* one\n  more\n* two\n\nEnd.", "Two:\n.IP \\(bu 2\none\nmore\n.IP \\(bu 2\ntwo\n.PP\nEnd.\n"},
		{"table", "| code | meaning |\n|---|---|\n| `0` | done |\n| 3–5 | refused |\n", ".TP\n\\fB0\\fR\ndone\n.TP\n3\\(en5\nrefused\n"},
		{"block", "See:\n\n```\n$ a -b\n.c\n```\n", "See:\n.PP\n.RS 4\n.EX\n$ a \\-b\n\\&.c\n.EE\n.nh\n.RE\n"},
		{"heading", "## JSON\n\ntext", ".SS \"JSON\"\ntext\n"},
	} {
		r := &roff{fresh: true}
		r.text(markdown(c.in))
		if got := r.String(); got != c.want {
			t.Errorf("%s: got\n%swant\n%s", c.name, got, c.want)
		}
	}
}

func TestSections(t *testing.T) {
	text := markdown("# A\na\n## B\nb\n```\n# no heading\n```\n### C\nc\n## D\nd\n# E\n")
	for title, want := range map[string]markdown{
		"A": "a\n## B\nb\n```\n# no heading\n```\n### C\nc\n## D\nd",
		"B": "b\n```\n# no heading\n```\n### C\nc",
		"C": "c",
		"D": "d",
		"E": "",
		"F": "",
	} {
		if got := text.section(title); got != want {
			t.Errorf("section %s: %q, want %q", title, got, want)
		}
	}
}

func TestUsageLine(t *testing.T) {
	got := usage("culex pub {[-p PORT] [--unix PATH] -t TOPIC ... | -L URL}")
	want := `\fBculex pub\fR {[\fB\-p\fR \fIPORT\fR] [\fB\-\-unix\fR \fIPATH\fR] \fB\-t\fR \fITOPIC\fR ... | \fB\-L\fR \fIURL\fR}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestDetailsAreChecked expects an error about a text that no option has.
func TestDetailsAreChecked(t *testing.T) {
	commands, err := allCommands()
	if err != nil {
		t.Fatal(err)
	}
	for text, ok := range map[string]bool{
		"# --cafile\n\nYes.\n":          true,
		"# sub -C\n\nYes.\n":            true,
		"# pub -C\n\nNo.\n":             false,
		"# --ca-file\n\nNo.\n":          false,
		"# --cafile\n\nOne.\n\nTwo.\n":  false,
		"# --cafile\n\n# --cert\n\nx\n": false,
	} {
		s := sources{detail: markdown(text)}
		if err := s.checkDetails(commands); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
