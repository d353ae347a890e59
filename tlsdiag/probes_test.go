package tlsdiag_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// TestProbeReports reads what culex tlsdiag probe saw of real brokers and servers (mosquitto 2.0.11, OpenSSL 3.0), and
// compares its reports. findings.txt are the causes that have to come out of it, in their order.
func TestProbeReports(t *testing.T) {
	const dir = "testdata/probes"
	cases, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name(), func(t *testing.T) {
			path := func(name string) string { return filepath.Join(dir, c.Name(), name) }
			p := report.Probe{Session: readEvidence(t, path("evidence.json"))}
			p.Failures, p.Warnings = cause.All(p.Session)
			var ids strings.Builder
			for _, f := range append(p.Failures, p.Warnings...) {
				ids.WriteString(f.ID + " " + string(f.Confidence) + "\n")
			}
			if ids.Len() == 0 {
				ids.WriteString("none\n")
			}
			golden(t, path("findings.txt"), []byte(ids.String()))
			text := p.Text(report.Options{Width: 80})
			golden(t, path("report.txt"), []byte(text))
			checkColumns(t, text, 80)
			checkColumns(t, p.Text(report.Options{Width: 44}), 49) // a name of IANA's stands alone on its line
			checkJSON(t, &p)
		})
	}
}

// checkColumns holds all lines but commands to a width.
func checkColumns(t *testing.T, text string, width int) {
	t.Helper()
	for line := range strings.Lines(text) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width && !strings.HasPrefix(line, "          ") {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

// checkJSON: the JSON form has the same findings, and the evidence unchanged.
func checkJSON(t *testing.T, p *report.Probe) {
	t.Helper()
	b, err := json.Marshal(p.Document())
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var document report.ProbeDocument
	if err := d.Decode(&document); err != nil {
		t.Fatal(err)
	}
	if document.Sound != p.Sound() || len(document.Failures) != len(p.Failures) || len(document.Warnings) != len(p.Warnings) {
		t.Errorf("%s", b)
	}
	for i := range document.Failures {
		if document.Failures[i].Cause != p.Failures[i].ID || document.Failures[i].Evidence != nil {
			t.Errorf("finding %d is %+v", i, document.Failures[i])
		}
	}
	if !bytes.Equal(indented(t, document.Evidence), indented(t, p.Session)) {
		t.Error("the evidence changes in a round trip")
	}
}
