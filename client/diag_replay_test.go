package client

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// caseFiles are evidence and reports of all causes.
func caseFiles(t testing.TB, name string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "tlsdiag", "testdata", "cases", "*", name))
	if err != nil || len(files) == 0 {
		t.Fatalf("no %s: %v", name, err)
	}
	return files
}

// TestReplayCases reads the evidence of each case, alone and in a report: both give the same cause.
func TestReplayCases(t *testing.T) {
	for _, file := range caseFiles(t, "evidence.json") {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := readEvidence(content)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		want, _ := cause.Find(s)
		document, err := report.JSON(want, s)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := readEvidence(append([]byte("Error: A TLS error occurred\n"), document...))
		if err != nil {
			t.Errorf("%s, as a report: %v", file, err)
			continue
		}
		if got, _ := cause.Find(whole); got.ID != want.ID {
			t.Errorf("%s: %s, in a report %s", file, want.ID, got.ID)
		}
		if stage := stageOf(want, s); stage < 10 && s.End.How != "" {
			t.Errorf("%s: %s has the stage %d", file, want.ID, stage)
		}
	}
}

// FuzzReplay has any evidence judged and written: nothing panics, and the document can be read back.
func FuzzReplay(f *testing.F) {
	for i, file := range caseFiles(f, "evidence.json") {
		if content, err := os.ReadFile(file); err == nil && i%4 == 0 {
			f.Add(content)
		}
	}
	f.Add([]byte(`{"evidence":{"schema":1,"stage":"verify","peer":{"chain":[{}]},"verdict":{"error":10,"depth":7},"asked":{"tls":true},"end":{"how":"local"}}}`))
	f.Add([]byte(`x {"finding":{"evidence":{"schema":1,"stage":"connack","connack":-1}}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		s, err := readEvidence(content)
		if err != nil {
			return
		}
		finding, _ := cause.Find(s)
		_ = report.Text(finding, report.Options{Width: 80})
		_ = stageOf(finding, s)
		document, err := report.JSON(finding, s)
		if err != nil {
			t.Skip(err) // a year beyond 9999 has no JSON
		}
		if _, err := readEvidence(document); err != nil {
			t.Errorf("what was written cannot be read: %v", err)
		}
	})
}
