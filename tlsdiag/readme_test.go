package tlsdiag_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

const (
	readme       = "../README.md"
	tableBegin   = "<!-- causes: begin; written by go test ./tlsdiag -run TestReadmeTable -update -->\n"
	tableEnd     = "<!-- causes: end -->\n"
	stackMissing = "–"
)

// shown is how a cause is brought about in the tests.
type shown struct {
	live     bool
	versions map[string]bool
	stacks   map[string]map[string]bool // and the versions of TLS that each was run with
}

func (s *shown) run(stack, version string) {
	if s.stacks[stack] == nil {
		s.stacks[stack] = map[string]bool{}
	}
	s.stacks[stack][version] = true
	s.versions[version] = true
}

// shows gathers how each cause is brought about, and how many runs that are.
func shows(t *testing.T) (map[string]*shown, int) {
	t.Helper()
	all, runs := map[string]*shown{}, 0
	of := func(id string) *shown {
		if all[id] == nil {
			all[id] = &shown{versions: map[string]bool{}, stacks: map[string]map[string]bool{}}
		}
		return all[id]
	}
	for _, f := range tlstest.Faults() {
		s := of(f.Cause)
		s.live = true
		runs += len(f.Versions)
		if len(f.Versions) < 2 {
			continue // its bytes do not depend on the version
		}
		for _, v := range f.Versions {
			s.run("Go", tls.VersionName(v))
		}
	}
	for _, r := range recipes() {
		id, _, _ := strings.Cut(r.id, "+")
		of(id)
		runs++
		if r.edit != nil || r.told {
			continue
		}
		of(id).live = true
		if v := readEvidence(t, filepath.Join(caseDir, r.id, "evidence.json")).Negotiated.Version; v != 0 {
			of(id).run("Go", v.String())
		}
	}
	for _, s := range setups() {
		for _, v := range s.versions() {
			if s.speaks != 0 {
				v = s.speaks
			}
			of(s.id).run("mosquitto", tls.VersionName(v))
			runs++
		}
	}
	for _, name := range captureNames(t) {
		runs++
		if v := onlyCaptured(name); v != "" {
			of(v).live = true
			of(v).run("Go", "TLS 1.3")
			of(v).run("OpenSSL", "TLS 1.3")
		}
	}
	for _, line := range lines(t, stackList) {
		f := strings.Split(line, "\t")
		if len(f) != 3 {
			t.Fatalf("%s: %q", stackList, line)
		}
		of(f[0]).live = true
		of(f[0]).run(f[1], f[2])
		runs++
	}
	return all, runs
}

// onlyCaptured is the cause that only a capture has, where the client's own would be that of name.
func onlyCaptured(name string) string {
	switch name {
	case "server-name-mismatch+openssl":
		return "client-refused-certificate"
	case "client-issuer-not-trusted+mosquitto":
		return "client-certificate-refused"
	}
	return ""
}

// lines reads a file that may be missing.
func lines(t *testing.T, path string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return strings.FieldsFunc(string(b), func(r rune) bool { return r == '\n' })
}

// short writes the versions as 1.2 1.3.
func short(versions map[string]bool) string {
	var out []string
	for v := range versions {
		out = append(out, strings.TrimPrefix(v, "TLS "))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// stackText lists the stacks, each with its versions where those are not all of the row's.
func (s *shown) stackText() string {
	var out []string
	for stack, versions := range s.stacks {
		if len(versions) < len(s.versions) {
			stack += " (" + short(versions) + ")"
		}
		out = append(out, stack)
	}
	slices.SortFunc(out, func(a, b string) int { return strings.Compare(strings.ToLower(a), strings.ToLower(b)) })
	return strings.Join(out, ", ")
}

func orDash(s string) string {
	if s == "" {
		return stackMissing
	}
	return s
}

// table is what stands between the two marks of the README.
func table(t *testing.T) string {
	t.Helper()
	how, runs := shows(t)
	all := append(cause.List(), cause.Warnings()...)
	var b strings.Builder
	live := 0
	for _, c := range all {
		s := how[c.ID]
		if s == nil {
			t.Errorf("nothing brings %s about", c.ID)
			continue
		}
		trigger := "synthetic"
		if s.live {
			trigger = "live"
			live++
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", c.ID, c.Title, trigger, orDash(short(s.versions)), orDash(s.stackText()))
	}
	cases, err := filepath.Glob(filepath.Join(caseDir, "*", "evidence.json"))
	if err != nil {
		t.Fatal(err)
	}
	head := fmt.Sprintf("%d causes, %d of them live; %d cases; %d runs in the tests.\n\n<details>\n<summary>All causes</summary>\n\n", len(all), live, len(cases), runs)
	return head + "| cause | what it says | shown | TLS | stacks |\n|---|---|---|---|---|\n" + b.String() + "\n</details>\n"
}

// TestReadmeTable: the README lists every cause and how it is shown.
func TestReadmeTable(t *testing.T) {
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := bytes.Cut(text, []byte(tableBegin))
	have, after, ended := bytes.Cut(rest, []byte(tableEnd))
	if !begun || !ended {
		t.Fatalf("%s lacks the lines\n%s%s", readme, tableBegin, tableEnd)
	}
	want := table(t)
	if string(have) == want {
		return
	}
	if !*update {
		t.Fatalf("%s has another table of causes: go test ./tlsdiag -run TestReadmeTable -update", readme)
	}
	if err := os.WriteFile(readme, slices.Concat(before, []byte(tableBegin+want+tableEnd), after), 0o644); err != nil {
		t.Fatal(err)
	}
}
