package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// identifiers are those of the findings, in the order of the demonstration.
var identifiers = []string{
	"ca-and-server-same-subject",
	"server-name-mismatch",
	"capath-is-file",
	"client-certificate-required",
	"client-certificate-required",
	"client-tls-version-too-new",
}

func TestDemo(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	var stdout, stderr bytes.Buffer
	if code := run(t.Context(), []string{"demo"}, &stdout, &stderr); code != exitOK || stderr.Len() > 0 {
		t.Errorf("exit code %d, stderr %q", code, &stderr)
	}
	checkShape(t, stdout.String())
	if left, err := filepath.Glob(filepath.Join(temp, "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
	if t.Failed() {
		t.Logf("\n%s", &stdout)
	}
}

// checkShape checks what does not depend on the words of a finding.
func checkShape(t *testing.T, out string) {
	t.Helper()
	sections := strings.Split("\n"+out, "\n== ")
	var titles []string
	for i, section := range sections {
		title, body, _ := strings.Cut(section, "\n")
		if i > 0 {
			titles = append(titles, title)
		}
		if lines := strings.Count(body, "\n"); lines > 24 {
			t.Errorf("%s: %d lines are no single screen", title, lines)
		}
		arrived := strings.Contains(body, "The message arrived, ") && strings.Contains(body, "\n  "+message+"\n")
		if arrived != (i >= 1 && i <= 3) {
			t.Errorf("%s: the message arrived: %v", title, arrived)
		}
	}
	want := []string{"plain MQTT", "TLS", "mutual TLS"}
	for _, s := range failing() {
		want = append(want, "Failure "+s.title)
	}
	if want = append(want, "Summary"); !slices.Equal(titles, want) {
		t.Errorf("sections\n%q, not\n%q", titles, want)
	}
	var found []string
	for _, match := range regexp.MustCompile(`(?m)^ +id: +(\S+) \(sure\)$`).FindAllStringSubmatch(out, -1) {
		found = append(found, match[1])
	}
	if !slices.Equal(found, identifiers) {
		t.Errorf("identifiers %q, not %q", found, identifiers)
	}
	for line := range strings.Lines(out) {
		// A command of a finding is never broken: it is to be pasted.
		if line = strings.TrimSuffix(line, "\n"); width(line) > columns && !strings.HasPrefix(line, strings.Repeat(" ", 12)) {
			t.Errorf("%d columns: %s", width(line), line)
		}
	}
}

// testLab is a lab with keys that cost no time.
func testLab(t *testing.T) *lab {
	t.Helper()
	l, err := newLab(keys{tlstest.RSA(2048, 1), tlstest.RSA(2048, 2), tlstest.RSA(2048, 3)}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func TestDemoWithoutReference(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var out bytes.Buffer
	d := newDemonstration(testLab(t), &out, findReference(t.Context()))
	if err := d.run(t.Context()); err != nil {
		t.Error(err)
	}
	checkShape(t, out.String())
	if n := strings.Count(out.String(), "\nmosquitto_pub "+recordedVersion+", recorded, exit code "); n != len(d.failing) {
		t.Errorf("%d recorded outcomes, not %d", n, len(d.failing))
	}
	if t.Failed() {
		t.Logf("\n%s", &out)
	}
}

func TestDemoTellsWhatIsNotAsExpected(t *testing.T) {
	tests := map[string]struct {
		change func(d *demonstration)
		want   string
	}{
		"no subscription": {
			func(d *demonstration) {
				d.working[1].options = func(at place) []string { return []string{"--cafile", at(namesakeCAFile)} }
			},
			"culex sub could not subscribe",
		},
		"no end": { // a subscriber without TLS at the TLS port tries again and again
			func(d *demonstration) {
				d.limit = 100 * time.Millisecond
				d.working[1].options = func(place) []string { return nil }
			},
			"culex sub could not subscribe",
		},
		"no message": { // pub has no such option
			func(d *demonstration) { d.working[0].options = func(place) []string { return []string{"-R"} } },
			"the message did not arrive",
		},
		"no failure": {
			func(d *demonstration) {
				d.failing[0].options = d.working[1].options
				d.failing[0].name = d.working[1].name
			},
			"culex ended with 0 instead of 8",
		},
		"no failure of the reference": {
			func(d *demonstration) { d.failing[0].recorded.code = exitOK },
			"mosquitto_pub did not fail",
		},
		"other exit code": {
			func(d *demonstration) {
				d.failing[0].options = func(place) []string { return []string{"--cafile", "absent"} }
			},
			"culex ended with 1 instead of 8",
		},
		"other cause": {
			func(d *demonstration) { d.failing[0].cause = "server-self-signed" },
			`culex found "ca-and-server-same-subject" instead of "server-self-signed"`,
		},
	}
	l := testLab(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			d := newDemonstration(l, &out, reference{})
			test.change(d)
			if err := d.run(t.Context()); err == nil || err.Error() != "not all went as expected (1), see above" {
				t.Errorf("error: %v", err)
			}
			if n := strings.Count(out.String(), "\nNOT AS EXPECTED: "+test.want+"\n"); n != 1 {
				t.Errorf("%q is there %d times in\n%s", test.want, n, &out)
			}
		})
	}
}

func TestDemoInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	if code := run(ctx, []string{"demo"}, &stdout, &stderr); code != exitError || stderr.String() != "culexlab: interrupted\n" {
		t.Errorf("exit code %d, stderr %q", code, &stderr)
	}
}

func TestDemoThatCannotPrint(t *testing.T) {
	reader, writer := io.Pipe()
	reader.Close()
	if err := newDemonstration(testLab(t), writer, reference{}).run(t.Context()); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error: %v", err)
	}
}

// TestRecordedOutcomes compares the recorded outcomes with what the installed mosquitto_pub does, where it is of that
// version.
func TestRecordedOutcomes(t *testing.T) {
	r := installedReference(t)
	// It depends on the timing whether a failure comes to light while connecting or later.
	racing := map[int]outcome{
		7: {stderr: "Error: Protocol error\n", code: 1},
		8: {stderr: "Unable to connect (A TLS error occurred.).\n", code: 1},
	}
	l := testLab(t)
	at := func(name string) string { return filepath.Join(l.dir, name) }
	for _, s := range failing() {
		got, ok := r.run(t.Context(), l.dir, l.pub(&s, at, "hello"))
		switch {
		case !ok || got.code == exitOK:
			t.Errorf("%s: ended: %v, %+v", s.name, ok, got)
		case r.version == recordedVersion && got != s.recorded && got != racing[s.recorded.code]:
			t.Errorf("%s: %+v, recorded: %+v", s.name, got, s.recorded)
		}
	}
}

func installedReference(t *testing.T) reference {
	t.Helper()
	r := findReference(t.Context())
	switch _, err := exec.LookPath("mosquitto_pub"); {
	case r.path != "":
		return r
	case os.Getenv("CI") != "":
		t.Fatalf("mosquitto_pub is needed: %v", err)
	}
	t.Skip("mosquitto_pub is not installed")
	return r
}
