package brokerlog_test

import (
	"bufio"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/offline/brokerlog"
)

// printed is one line of the corpus.
type printed struct {
	cause, version, program, text string
}

func readCorpus(t testing.TB) []printed {
	t.Helper()
	f, err := os.Open(corpusFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []printed
	var at printed
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := lines.Text()
		if header, ok := strings.CutPrefix(line, "["); ok {
			at.cause, at.version, _ = strings.Cut(strings.TrimSuffix(header, "]"), " ")
			continue
		}
		if program, text, ok := strings.Cut(line, ": "); ok && !strings.HasPrefix(line, "#") {
			all = append(all, printed{at.cause, at.version, program, text})
		}
	}
	if len(all) < 300 {
		t.Fatalf("%s has %d lines only", corpusFile, len(all))
	}
	return all
}

// explain reads a text as the command does.
func explain(t testing.TB, by evidence.Side, text string) []brokerlog.Entry {
	t.Helper()
	var entries []brokerlog.Entry
	err := brokerlog.NewLog(by).Read(strings.NewReader(text), func(e brokerlog.Entry) error {
		entries = append(entries, e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// candidates are the identifiers that a reading names.
func candidates(r brokerlog.Reading) []string {
	ids := []string{r.Finding.ID}
	for _, o := range r.Others {
		ids = append(ids, o.ID)
	}
	return ids
}

// TestCorpus holds every line that Debian's programs print to having an answer.
func TestCorpus(t *testing.T) {
	if *update {
		record(t)
	}
	for _, p := range readCorpus(t) {
		entries := explain(t, "", p.text)
		if len(entries) != 1 {
			t.Errorf("%s, %s: %d answers to %q", p.cause, p.program, len(entries), p.text)
			continue
		}
		r := entries[0].Reading
		if r.Finding.Headline == "" || r.Finding.Confidence == "" {
			t.Errorf("nothing is said of %q: %+v", p.text, r.Finding)
		}
		want := evidence.SideClient
		if p.program == "mosquitto" {
			want = evidence.SideServer
		}
		if r.PrintedBy != "" && r.PrintedBy != want {
			t.Errorf("%q is the %s's, not the %s's", p.text, p.program, r.PrintedBy)
		}
		if r.Finding.Confidence == cause.Sure && p.cause != "-" && r.Finding.ID != cause.Unclassified && r.Finding.ID != p.cause &&
			!slices.Contains(candidates(r), p.cause) {
			t.Errorf("%q is surely %s, but it was %s", p.text, r.Finding.ID, p.cause)
		}
	}
}

// TestCorpusNamesTheCause: among what the lines of a case say, its true cause is named.
func TestCorpusNamesTheCause(t *testing.T) {
	named := map[string]bool{}
	for _, p := range readCorpus(t) {
		if p.cause == "-" {
			continue
		}
		named[p.cause] = named[p.cause] || slices.ContainsFunc(explain(t, "", p.text), func(e brokerlog.Entry) bool {
			return slices.Contains(candidates(e.Reading), p.cause)
		})
	}
	if len(named) < 45 {
		t.Errorf("only %d causes", len(named))
	}
	for id, ok := range named {
		if !ok {
			t.Errorf("no line of %s names it", id)
		}
	}
}

// TestCatalogueAgrees: where what a line shows is enough for the catalogue, it is not judged in another way here.
func TestCatalogueAgrees(t *testing.T) {
	agreed := 0
	for _, p := range readCorpus(t) {
		for _, e := range explain(t, "", p.text) {
			found, ok := cause.Find(e.Reading.Session)
			if !ok || found.ID == cause.Unclassified {
				continue
			}
			agreed++
			if !slices.Contains(candidates(e.Reading), found.ID) {
				t.Errorf("%q: the catalogue says %s, this package %v", p.text, found.ID, candidates(e.Reading))
			}
		}
	}
	if agreed < 3 {
		t.Errorf("the catalogue decided %d lines", agreed)
	}
}

// TestIdentifiersExist: every cause that is named stands in the catalogue.
func TestIdentifiersExist(t *testing.T) {
	known := map[string]bool{cause.Unclassified: true}
	for _, c := range cause.List() {
		known[c.ID] = true
	}
	for _, r := range brokerlog.Everything() {
		for _, id := range candidates(r) {
			if !known[id] {
				t.Errorf("%q names %s, which the catalogue does not have", r.Finding.Headline, id)
			}
		}
		if len(r.Finding.Hints) > cause.MaxHints {
			t.Errorf("%q has %d hints", r.Finding.Headline, len(r.Finding.Hints))
		}
		if len(r.Others) > 0 && (r.Finding.Confidence == cause.Guess || r.Finding.Confidence == cause.Likely) && r.Settle == "" {
			t.Errorf("%q has rivals, and nothing that would settle it", r.Finding.Headline)
		}
	}
}
