package client

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client/options"
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

// probeFiles are what culex tlsdiag probe saw of real brokers.
func probeFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "tlsdiag", "testdata", "probes", "*", "evidence.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no evidence of probes: %v", err)
	}
	return files
}

// TestReplayProbes makes the report of a probe again, all of it.
func TestReplayProbes(t *testing.T) {
	for _, file := range probeFiles(t) {
		want, err := os.ReadFile(filepath.Join(filepath.Dir(file), "report.txt"))
		if err != nil {
			t.Fatal(err)
		}
		var out, errs bytes.Buffer
		env := &Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Now: time.Now,
			LookupEnv: func(string) (string, bool) { return "", false }}
		exit := DiagReplay(env, options.AsCulex, []string{file})
		if out.String() != string(want) || errs.Len() > 0 {
			t.Errorf("%s: %s%s", file, errs.String(), out.String())
		}
		if sound := strings.HasPrefix(string(want), "sound: "); sound != (exit.Code == 0) {
			t.Errorf("%s: exit %d", file, exit.Code)
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
	for _, file := range probeFiles(f) {
		if content, err := os.ReadFile(file); err == nil {
			f.Add(content)
		}
	}
	f.Add([]byte(`{"schema":1,"stage":"client-hello","end":{"how":"fin"},"probes":{"runs":[{"kind":"psk","result":"server-hello"},{"kind":"tls-1.3","result":"server-hello"}],"offers":{},"beyond":{"end":{"how":"fin"}}}}`))
	f.Add([]byte(`x {"finding":{"evidence":{"schema":1,"stage":"connack","connack":-1}}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		s, err := readEvidence(content)
		if err != nil {
			return
		}
		finding, _ := cause.Find(s)
		_ = report.Text(finding, report.Options{Width: 80})
		_ = stageOf(finding, s)
		if s.Probes != nil {
			r := report.Probe{Session: s}
			r.Failures, r.Warnings = cause.All(s)
			_, _ = r.Text(report.Options{Width: 60}), stageOfProbe(&r)
		}
		document, err := report.JSON(finding, s)
		if err != nil {
			t.Skip(err) // a year beyond 9999 has no JSON
		}
		if _, err := readEvidence(document); err != nil {
			t.Errorf("what was written cannot be read: %v", err)
		}
	})
}
