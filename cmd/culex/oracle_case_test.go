package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// oracleCase is one command line under test, and what happens around it. Files of cases look like this:
//
//	id what it is about
//	before: a command line that prepares something
//	$ the command line under test
//	after: a command line that looks at the result
//
// Command lines are those of a POSIX shell. All but the one under test are always carried out by Debian's programs, so
// that the other side of a conversation is never ours.
type oracleCase struct {
	id, about string
	before    []string            // run to their ends, first
	beside    []string            // started next, and waited for at the end; their output counts
	command   string              // is under test
	ready     *regexp.Regexp      // says, in the log of the broker, that the command is under way
	during    []oracleStep        // then
	after     []string            // run last; their output counts
	limit     time.Duration       // for the command
	answers   map[string][]string // of a scripted broker: what the nth packet of a type is answered with
}

// oracleStep happens while a command line under test runs.
type oracleStep struct {
	kind string // "while", "while killed" or "signal"
	text string
}

const oracleLimit = 10 * time.Second

// loadCases reads one file of cases.
func loadCases(t *testing.T, file string) []*oracleCase {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []*oracleCase
	var c *oracleCase
	for i, line := range strings.Split(string(content), "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
		case line == "":
			c = nil
		case c == nil:
			c = &oracleCase{limit: oracleLimit, answers: map[string][]string{}}
			c.id, c.about, _ = strings.Cut(line, " ")
			cases = append(cases, c)
		default:
			if err := c.add(line); err != nil {
				t.Fatalf("%s:%d: %v", file, i+1, err)
			}
		}
	}
	first, _ := strconv.Atoi(cases[0].id[1:])
	for i, c := range cases {
		if c.command == "" || c.about == "" {
			t.Fatalf("%s: %s needs a command line and a word on what it is about", file, c.id)
		}
		if n, _ := strconv.Atoi(c.id[1:]); c.id[0] != cases[0].id[0] || n != first+i {
			t.Fatalf("%s: %s is not the number that follows", file, c.id)
		}
	}
	return cases
}

func (c *oracleCase) add(line string) (err error) {
	if command, ok := strings.CutPrefix(line, "$ "); ok && c.command == "" {
		c.command = command
		return nil
	}
	key, text, ok := strings.Cut(line, ": ")
	packet, isAnswer := strings.CutPrefix(key, "on ")
	switch {
	case !ok:
		return fmt.Errorf("%q is nothing that a case can have", line)
	case isAnswer:
		c.answers[packet] = append(c.answers[packet], text)
	case key == "before":
		c.before = append(c.before, text)
	case key == "beside":
		c.beside = append(c.beside, text)
	case key == "after":
		c.after = append(c.after, text)
	case key == "ready":
		c.ready, err = regexp.Compile(text)
	case key == "limit":
		c.limit, err = time.ParseDuration(text)
	case key == "while", key == "while killed", key == "signal":
		c.during = append(c.during, oracleStep{key, text})
	default:
		return fmt.Errorf("%q is nothing that a case can have", key)
	}
	return err
}

// oracleFiles are the files of cases below a directory, by name.
func oracleFiles(t *testing.T, dir string) map[string][]*oracleCase {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "oracle", dir, "*.txt"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases in %s: %v", dir, err)
	}
	files := map[string][]*oracleCase{}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		files[dir+"/"+name] = loadCases(t, path)
	}
	return files
}
