package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/output"
)

// These tests hold the texts against the code: what a person wrote down must be
// what the program does.

func source(t *testing.T, name string) markdown {
	t.Helper()
	text, err := readMarkdown(os.DirFS(root), name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// firstCells are those of a table, without its head.
func firstCells(m markdown) []string {
	var cells []string
	body := false
	for line := range strings.Lines(string(m)) {
		left, _, ok := row(strings.TrimSpace(line))
		switch {
		case rule(strings.TrimSpace(line)):
			body = true
		case ok && body:
			cells = append(cells, left)
		case !ok:
			body = false
		}
	}
	return cells
}

// TestExitStatus compares the README's table with the constants of client, and
// with the codes by which a broker refuses a connection.
func TestExitStatus(t *testing.T) {
	documented := map[int]bool{}
	for _, cell := range firstCells(source(t, "README.md").section("Exit codes")) {
		cell = regexp.MustCompile(`\([^)]*\)`).ReplaceAllString(cell, "")
		for _, part := range strings.Split(cell, ",") {
			from, to, isRange := strings.Cut(strings.TrimSpace(part), "–")
			if !isRange {
				to = from
			}
			first, err1 := strconv.Atoi(strings.TrimSpace(from))
			last, err2 := strconv.Atoi(strings.TrimSpace(to))
			if err1 != nil || err2 != nil {
				t.Fatalf("%q: %v %v", cell, err1, err2)
			}
			for n := first; n <= last; n++ {
				documented[n] = true
			}
		}
	}
	codes := exitCodes(t)
	for name, n := range codes {
		if !documented[n] {
			t.Errorf("%s is %d, which the table does not have", name, n)
		}
	}
	known := slices.Collect(maps.Values(codes))
	for n := range documented {
		if !slices.Contains(known, n) && !refuses(n) {
			t.Errorf("the table has %d, which nothing ends with", n)
		}
	}
	for n := range 256 {
		if refuses(n) && !documented[n] {
			t.Errorf("a broker can refuse with %d, which the table does not have", n)
		}
	}
}

// refuses tells whether a broker can refuse a connection with this code, in 3.x
// or in 5.0.
func refuses(n int) bool {
	code := mqtt.ReasonCode(n)
	return n != 0 && !strings.Contains(mqtt.ConnackText(mqtt.V311, code), "unknown") ||
		code.Failed() && !strings.Contains(mqtt.ConnackText(mqtt.V5, code), "Unknown")
}

// exitCodes are the constants in client whose names begin with code.
func exitCodes(t *testing.T) map[string]int {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, "client/status.go"), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[string]int{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Names) != 1 || len(spec.Values) != 1 || !strings.HasPrefix(spec.Names[0].Name, "code") {
			return true
		}
		if value, ok := spec.Values[0].(*ast.BasicLit); ok {
			codes[spec.Names[0].Name], err = strconv.Atoi(value.Value)
		}
		return err == nil
	})
	if err != nil || len(codes) == 0 {
		t.Fatalf("found %v: %v", codes, err)
	}
	return codes
}

// TestConversions compares the conversions and escapes of the page with those
// that -F takes.
func TestConversions(t *testing.T) {
	format := source(t, texts+"common.md").section("OUTPUT FORMAT")
	conversions := strings.Join(firstCells(format.section("Conversions")), " ")
	escapes := string(format.section("Escapes"))
	for c := byte('!'); c < 0x7f; c++ {
		for _, f := range []struct{ format, text string }{
			{"%" + string(rune(c)), conversions},
			{`\` + string(rune(c)), escapes},
		} {
			_, err := output.Compile(f.format, output.Style{})
			if documented := strings.Contains(f.text, "`"+f.format+"`"); documented != (err == nil) {
				t.Errorf("%s: in the page %v, in -F %v", f.format, documented, err)
			}
		}
	}
}

// TestEnvironment compares the variables of the pages with those that the code
// reads.
func TestEnvironment(t *testing.T) {
	name := regexp.MustCompile("`([A-Z_]+)`")
	documented := map[string]bool{}
	for _, cell := range firstCells(source(t, texts+"common.md").section("ENVIRONMENT")) {
		for _, match := range name.FindAllStringSubmatch(cell, -1) {
			documented[match[1]] = true
		}
	}
	read := map[string]bool{}
	use := regexp.MustCompile(`[eE]nv\("([A-Z_]+)"\)`)
	for _, dir := range []string{"client", "cmd/culex", "tlsdiag"} {
		err := fs.WalkDir(os.DirFS(filepath.Join(root, dir)), ".", func(name string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			content, err := os.ReadFile(filepath.Join(root, dir, name))
			for _, match := range use.FindAllSubmatch(content, -1) {
				read[string(match[1])] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if !maps.Equal(documented, read) {
		t.Errorf("the pages have %v, the code reads %v", slices.Sorted(maps.Keys(documented)), slices.Sorted(maps.Keys(read)))
	}
}

// TestBinary builds culex. Its help must name the commands that have pages, and
// what makes the pages must not be in it.
func TestBinary(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "culex")
	run(t, root, []string{"CGO_ENABLED=0"}, "go", "build", "-o", binary, "./cmd/culex")
	commands, err := allCommands()
	if err != nil {
		t.Fatal(err)
	}
	var named, documented []string
	for _, match := range regexp.MustCompile(`(?m)^  culex ([a-z]+(?: [a-z]+)?)  `).FindAllStringSubmatch(run(t, "", nil, binary, "--help"), -1) {
		if !slices.Contains(named, match[1]) {
			named = append(named, match[1])
		}
	}
	for _, c := range commands {
		documented = append(documented, c.String())
	}
	if !slices.Equal(named, documented) {
		t.Errorf("culex --help names %v, pages are made for %v", named, documented)
	}
	symbols := run(t, root, nil, "go", "tool", "nm", binary)
	if !strings.Contains(symbols, "client/options.Usage") {
		t.Fatal("the names of the functions are not those expected")
	}
	for _, name := range []string{"client/options/manual.", "alecthomas/kong", "options.PropertyPackets"} {
		if strings.Contains(symbols, name) {
			t.Errorf("culex has %s in it, which only scripts/docs needs", name)
		}
	}
}
