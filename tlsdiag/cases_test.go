package tlsdiag_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/report"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// update rewrites the reports of the cases from their evidence, and captures
// the evidence of those that have none yet.
var update = flag.Bool("update", false, "rewrite testdata/cases")

const caseDir = "testdata/cases"

// columns is the width of the reports in the cases.
const columns = 72

// TestCases reads the evidence of each case and compares both reports. A
// directory is named after the cause, and a variant behind a plus sign.
func TestCases(t *testing.T) {
	if *update {
		captureMissing(t)
	}
	dirs, err := os.ReadDir(caseDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		t.Run(d.Name(), func(t *testing.T) {
			s := readEvidence(t, filepath.Join(caseDir, d.Name(), "evidence.json"))
			want, _, _ := strings.Cut(d.Name(), "+")
			found := find(s)
			if found.ID != want {
				t.Errorf("found %q: %s", found.ID, found.Headline)
			}
			golden(t, filepath.Join(caseDir, d.Name(), "report.txt"), []byte(report.Text(found, report.Options{Width: columns})))
			// The evidence stands beside it; once is enough.
			doc := report.NewDocument(found, s)
			doc.Evidence = nil
			golden(t, filepath.Join(caseDir, d.Name(), "report.json"), indented(t, doc))
		})
	}
}

// find returns the finding of a failure, or the warning of a success.
func find(s *evidence.Session) cause.Finding {
	if s.End.How == "" && s.Connack == 0 {
		found, _ := cause.Warn(s)
		return found
	}
	found, _ := cause.Find(s)
	return found
}

func TestEveryCauseHasACase(t *testing.T) {
	for _, c := range append(cause.List(), cause.Warnings()...) {
		if _, err := os.Stat(filepath.Join(caseDir, c.ID, "evidence.json")); err != nil {
			t.Errorf("no case: %v", err)
		}
	}
}

func readEvidence(t *testing.T, path string) *evidence.Session {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	s := new(evidence.Session)
	if err := d.Decode(s); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if again := indented(t, s); !bytes.Equal(again, b) {
		t.Errorf("%s changes in a round trip", path)
	}
	return s
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	want, err := os.ReadFile(path)
	if *update && !bytes.Equal(got, want) {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s\ngot\n%s\nwant\n%s", path, got, want)
	}
}

func indented(t testing.TB, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// captureMissing runs every setup that has no evidence yet.
func captureMissing(t *testing.T) {
	for _, f := range tlstest.Faults() {
		for i, version := range f.Versions {
			// Only what is said about a client's certificate differs between the versions.
			newest := i == len(f.Versions)-1
			if !newest && !strings.HasPrefix(f.Cause, "client-") {
				continue
			}
			save(t, caseName(f, version, newest), func() *evidence.Session { return normal(t, meet(t, f, version)) })
		}
	}
	for _, r := range recipes() {
		save(t, r.id, func() *evidence.Session { return evidenceOf(t, r) })
	}
}

// caseName names the case of a fault.
func caseName(f tlstest.Fault, version uint16, newest bool) string {
	name := f.Cause
	if f.Variant != "" {
		name += "+" + f.Variant
	}
	if !newest {
		name += "+" + strings.ReplaceAll(strings.ToLower(evidence.Version(version).String()), " ", "")
	}
	return name
}

func save(t *testing.T, name string, capture func() *evidence.Session) {
	t.Helper()
	path := filepath.Join(caseDir, name, "evidence.json")
	if _, err := os.Stat(path); err == nil {
		return
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, indented(t, capture()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// normal takes out of the evidence what differs from run to run: directories,
// ports, and the state of this machine.
func normal(t testing.TB, c *client) *evidence.Session {
	t.Helper()
	s := c.watcher.Evidence()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(b), c.dir, "/etc/mosquitto")
	if address := addressOf(s); address != "" {
		text = strings.ReplaceAll(text, address, "192.0.2.7:8883")
	}
	out := new(evidence.Session)
	if err := json.Unmarshal([]byte(text), out); err != nil {
		t.Fatal(err)
	}
	out.Local.Clock.Synchronised = evidence.NotObserved
	if c.dial.Port == 0 {
		out.Target.Port = 8883
		if out.Flow.Stranger != nil || !out.Asked.TLS || strings.Contains(out.End.Error, "reset by peer") {
			out.Target.Port = 1884
		}
	}
	if out.End.How == evidence.EndTimeout {
		out.End.Silence = 30000
	}
	for i := range out.Local.Files {
		if f := &out.Local.Files[i]; !f.Time.IsZero() {
			f.Time = tlstest.Now().AddDate(0, 0, -7)
		}
	}
	return out
}
