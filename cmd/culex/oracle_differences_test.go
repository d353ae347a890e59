package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// oracleDifferences is the list of what the programs do on purpose in another way than the reference, in a text file:
// first the reasons, each with a name, then for each case that shows a difference the outcome that ours has to have.
type oracleDifferences struct {
	file    string
	head    string
	reasons map[string]string
	order   []string // of the reasons
	cases   map[string]*oracleDifference
	ids     []string // of the cases, in order
}

type oracleDifference struct{ reason, ours string }

func loadDifferences(t *testing.T) *oracleDifferences {
	t.Helper()
	d := &oracleDifferences{
		file:    filepath.Join("testdata", "oracle", "differences.txt"),
		reasons: map[string]string{},
		cases:   map[string]*oracleDifference{},
	}
	archive, err := txtar.ParseFile(d.file)
	if err != nil {
		t.Fatal(err)
	}
	d.head = string(archive.Comment)
	name := ""
	for line := range strings.Lines(d.head) {
		line = strings.TrimRight(line, "\n")
		switch more, indented := strings.CutPrefix(line, "  "); {
		case strings.HasPrefix(line, "#"), line == "":
		case indented && name != "":
			d.reasons[name] += " " + more
		default:
			text := ""
			name, text, _ = strings.Cut(line, ": ")
			if text == "" || d.reasons[name] != "" {
				t.Errorf("%s: %q is no reason with a name, or is there twice", d.file, line)
			}
			d.reasons[name] = text
			d.order = append(d.order, name)
		}
	}
	for _, f := range archive.Files {
		id, reason, _ := strings.Cut(f.Name, " ")
		if d.reasons[reason] == "" || d.cases[id] != nil {
			t.Errorf("%s: %s has no reason that is listed, or is there twice", d.file, f.Name)
		}
		d.cases[id] = &oracleDifference{reason, string(f.Data)}
		d.ids = append(d.ids, id)
	}
	return d
}

// write puts the outcomes back into the file, for -update.
func (d *oracleDifferences) write() error {
	archive := &txtar.Archive{Comment: []byte(d.head)}
	for _, id := range d.ids {
		c := d.cases[id]
		archive.Files = append(archive.Files, txtar.File{Name: id + " " + c.reason, Data: []byte(c.ours)})
	}
	return os.WriteFile(d.file, txtar.Format(archive), 0o644)
}

// oracleCount is the result of a run of the oracle.
type oracleCount struct {
	verdicts [oracleDifferent + 1]int
	accepted map[string][]string // the cases of each reason
	rules    []int               // how often each rule was needed
}

// oracleVerdict is what comes of comparing two outcomes.
type oracleVerdict int

const (
	oracleEqual     oracleVerdict = iota
	oracleModern                  // equal after the rules
	oracleAccepted                // different, and on the list with just this outcome of ours
	oracleStale                   // on the list, but not different
	oracleDifferent               // different, and not on the list in this way
)

func (d *oracleDifferences) verdict(id, reference, ours string) oracleVerdict {
	modern, _ := modernised(oracleRules(), reference)
	listed := d.cases[id]
	switch {
	case modern == ours && listed != nil:
		return oracleStale
	case modern == ours && reference == ours:
		return oracleEqual
	case modern == ours:
		return oracleModern
	case listed != nil && listed.ours == ours:
		return oracleAccepted
	}
	return oracleDifferent
}

// judge compares the outcomes of one case.
func (d *oracleDifferences) judge(t *testing.T, n *oracleCount, c *oracleCase, reference, ours string) {
	modern, used := modernised(oracleRules(), reference)
	listed := d.cases[c.id]
	verdict := d.verdict(c.id, reference, ours)
	if verdict == oracleDifferent && listed != nil && *update {
		listed.ours, verdict = ours, oracleAccepted
	}
	n.verdicts[verdict]++
	switch verdict {
	case oracleModern:
		for _, rule := range used {
			n.rules[rule]++
		}
	case oracleAccepted:
		n.accepted[listed.reason] = append(n.accepted[listed.reason], c.id)
	case oracleStale:
		t.Errorf("%s no longer differs: take it off %s", c.id, d.file)
	case oracleDifferent:
		if listed != nil {
			t.Errorf("%s is on the list of differences (%s), but with\n%s", c.id, listed.reason, listed.ours)
		}
		t.Errorf("%s\n$ %s\nthe reference:\n%s\nours:\n%s", c.about, c.command, modern, ours)
	}
}

// report prints the count and the list, and finds what nothing needs any more.
func (d *oracleDifferences) report(t *testing.T, n *oracleCount, runs []*oracleRun) {
	ids := map[string]bool{}
	for _, r := range runs {
		for _, c := range r.cases {
			if ids[c.id] {
				t.Errorf("%s is there twice", c.id)
			}
			ids[c.id] = true
		}
	}
	for _, id := range d.ids {
		if !ids[id] {
			t.Errorf("%s is on the list of differences, but there is no such case", id)
		}
	}
	v := n.verdicts
	judged := 0
	for _, cases := range v {
		judged += cases
	}
	t.Logf("%d command lines: %d equal, %d equal after the rules from 2.0.11 to 2.1.2, %d accepted differences, %d failed",
		judged, v[oracleEqual], v[oracleModern], v[oracleAccepted], v[oracleStale]+v[oracleDifferent])
	complete := judged == len(ids) // not if the test was told to run a part only
	for i, r := range oracleRules() {
		if n.rules[i] == 0 && complete {
			t.Errorf("no case needs the rule: %s", r.why)
		}
		t.Logf("rule, %d times: %s", n.rules[i], r.why)
	}
	for _, name := range d.order {
		cases := n.accepted[name]
		if len(cases) == 0 && complete {
			t.Errorf("no case shows the difference %s any more", name)
		}
		t.Logf("accepted, %d times: %s: %s (%s)", len(cases), name, d.reasons[name], strings.Join(cases, " "))
	}
}

func newOracleCount() *oracleCount {
	return &oracleCount{accepted: map[string][]string{}, rules: make([]int, len(oracleRules()))}
}
