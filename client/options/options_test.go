package options_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/output"
)

var update = flag.Bool("update", false, "write the golden files")

// world is a process's surroundings, made up for a test.
type world struct {
	vars  map[string]string
	files fstest.MapFS
}

func (w world) env() options.Environment {
	return options.Environment{
		LookupEnv: func(name string) (string, bool) { v, ok := w.vars[name]; return v, ok },
		ReadFile:  func(name string) ([]byte, error) { return w.files.ReadFile(strings.TrimPrefix(name, "/")) },
		Stat:      func(name string) (fs.FileInfo, error) { return w.files.Stat(strings.TrimPrefix(name, "/")) },
		Pid:       4711,
		CheckFormat: func(format string) error {
			_, err := output.Compile(format, output.Style{})
			return err
		},
	}
}

// command is what the three structs have in common.
type command interface {
	CheckMessage() error
	CheckSettings() error
	CheckTransport() error
}

func parse(program string, args []string, env options.Environment) (command, error) {
	inv := options.AsReference
	name, isReference := strings.CutPrefix(program, "mosquitto_")
	if !isReference {
		name, inv = strings.TrimPrefix(program, "culex "), options.AsCulex
	}
	switch name {
	case "pub":
		return options.ParsePub(inv, args, env)
	case "sub":
		return options.ParseSub(inv, args, env)
	case "rr":
		return options.ParseRR(inv, args, env)
	case "check":
		return options.ParseCheck(args, env)
	case "tlsdiag probe":
		return options.ParseProbe(args, env)
	}
	panic("no program is called " + program)
}

// run parses a command line and makes all checks that need no file and no network.
func run(program string, args []string, env options.Environment) (command, error) {
	o, err := parse(program, args, env)
	if err != nil {
		return nil, err
	}
	for _, check := range []func() error{o.CheckMessage, o.CheckSettings, o.CheckTransport} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// describe puts the outcome of run into words: the error text with its newlines, or the options that differ from the
// defaults, one a line.
func describe(program string, o command, err error) string {
	var usage *options.UsageError
	switch {
	case errors.As(err, &usage) && usage.Usage:
		return usage.Text + "(usage)\n"
	case errors.As(err, &usage):
		return usage.Text
	case err != nil:
		return "(" + err.Error() + ")\n"
	}
	least := []string{"-t", "t"}
	if strings.HasPrefix(program, "culex tlsdiag ") {
		least = nil
	}
	defaults, _ := parse(program, least, world{}.env())
	var b strings.Builder
	differences(&b, reflect.ValueOf(defaults).Elem(), reflect.ValueOf(o).Elem())
	return b.String()
}

func differences(b *strings.Builder, before, after reflect.Value) {
	for i := range after.NumField() {
		field := after.Type().Field(i)
		switch {
		case field.Anonymous:
			differences(b, before.Field(i), after.Field(i))
		case field.IsExported() && !reflect.DeepEqual(before.Field(i).Interface(), after.Field(i).Interface()):
			fmt.Fprintf(b, "= %s %s\n", field.Name, show(after.Field(i)))
		}
	}
}

func show(v reflect.Value) string {
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return "(none)"
	}
	v = reflect.Indirect(v)
	if v.Kind() == reflect.Struct {
		var fields []string
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				fields = append(fields, v.Type().Field(i).Name+" "+show(v.Field(i)))
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	}
	switch v.Kind() {
	case reflect.String:
		return strconv.Quote(v.String())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return fmt.Sprintf("% x", v.Bytes())
		}
	}
	return fmt.Sprint(v.Interface())
}

// words splits a command line of a golden file: words stand between spaces, 'x y' is one word, and so is "x\xff" with
// the escapes of Go.
func words(t testing.TB, line string) []string {
	t.Helper()
	var list []string
	for line = strings.TrimLeft(line, " "); line != ""; line = strings.TrimLeft(line, " ") {
		end := strings.IndexByte(line+" ", ' ')
		word := line[:min(end, len(line))]
		switch line[0] {
		case '\'':
			end = strings.IndexByte(line[1:], '\'') + 2
			word = line[1 : end-1]
		case '"':
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			end = len(quoted)
			word, _ = strconv.Unquote(quoted)
		}
		list = append(list, word)
		line = line[min(end, len(line)):]
	}
	return list
}

// TestCommandLines runs the command lines in testdata/argv. There, "$ " starts a command line; what follows is the exact
// text on stderr, or the options that differ from the defaults. A "> " line before it is a line of the option file.
func TestCommandLines(t *testing.T) {
	files, err := filepath.Glob("testdata/argv/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := replay(t, string(content))
			if got == string(content) {
				return
			}
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			wantLines, gotLines := strings.Split(string(content), "\n"), strings.Split(got, "\n")
			for i := range min(len(wantLines), len(gotLines)) {
				if wantLines[i] != gotLines[i] {
					t.Fatalf("%s:%d:\n got %q\nwant %q", file, i+1, gotLines[i], wantLines[i])
				}
			}
			t.Fatalf("%s has %d lines, got %d", file, len(wantLines), len(gotLines))
		})
	}
}

// replay runs the command lines of a golden file and returns the file with their present outcome.
func replay(t *testing.T, content string) string {
	var b strings.Builder
	optionFile := ""
	for line := range strings.Lines(content) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "# "):
			b.WriteString(line + "\n\n")
		case strings.HasPrefix(line, "> "):
			optionFile += line[2:] + "\n"
			b.WriteString(line + "\n")
		case strings.HasPrefix(line, "$ "):
			argv := words(t, line[2:])
			for argv[0] == "culex" || argv[0] == "culex tlsdiag" {
				argv = append([]string{argv[0] + " " + argv[1]}, argv[2:]...)
			}
			w := world{vars: map[string]string{"HOME": "/home", "SECRET": "sesame"}, files: fstest.MapFS{
				optionFileOf(argv[0]): {Data: []byte(optionFile)},
				"secret":              {Data: []byte("sesame\n")},
				"empty":               {Data: []byte("\n")},
			}}
			o, err := run(argv[0], argv[1:], w.env())
			b.WriteString(line + "\n" + describe(argv[0], o, err) + ".\n\n")
			optionFile = ""
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// optionFileOf is the path of a program's option file, without the first slash.
func optionFileOf(program string) string {
	name := strings.TrimPrefix(strings.TrimPrefix(program, "culex "), "mosquitto_")
	if name != "sub" && name != "rr" {
		name = "pub" // the commands of culex's own read that of mosquitto_pub
	}
	return "home/.config/mosquitto_" + name
}
