package manual_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/options/manual"
)

func manualOf(t *testing.T, c options.Command) *manual.Manual {
	t.Helper()
	m, err := manual.Of(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// tableOf lists the options that the grammar has, as the reference's help shows them.
func tableOf(t *testing.T, c options.Command) []string {
	t.Helper()
	var b strings.Builder
	if err := options.Usage(&b, c, "1.0.0"); err != nil {
		t.Fatal(err)
	}
	var rows []string
	for line := range strings.Lines(b.String()) {
		if row, _, ok := strings.Cut(line, " : "); ok && strings.HasPrefix(row, " -") {
			rows = append(rows, row[1:])
		}
	}
	return rows
}

// TestManualIsComplete compares the manual with the table that command lines are read by.
func TestManualIsComplete(t *testing.T) {
	for _, c := range options.Commands() {
		m := manualOf(t, c)
		if m.Summary == "" || len(m.Synopsis) == 0 {
			t.Errorf("%v: summary %q, synopsis %q", c, m.Summary, m.Synopsis)
		}
		var rows, titles []string
		for _, g := range m.Groups {
			if slices.Contains(titles, g.Title) || g.Title == "" || len(g.Options) == 0 {
				t.Errorf("%v: group %q with %d options after %q", c, g.Title, len(g.Options), titles)
			}
			titles = append(titles, g.Title)
			for _, o := range g.Options {
				rows = append(rows, strings.TrimRight(strings.Join(o.Names(), ", ")+" "+o.Placeholder, " "))
			}
		}
		table := tableOf(t, c)
		slices.Sort(table)
		slices.Sort(rows)
		if !slices.Equal(rows, table) {
			t.Errorf("%v: the manual has %q, the table %q", c, rows, table)
		}
	}
}

// TestManualOption looks at the fields that the others do not need.
func TestManualOption(t *testing.T) {
	all := map[string]manual.Option{}
	for _, c := range options.Commands() {
		for _, g := range manualOf(t, c).Groups {
			for _, o := range g.Options {
				all[c.String()+" "+strings.Join(o.Names(), " ")] = o
			}
		}
	}
	for name, want := range map[string]manual.Option{
		"pub -t --topic":      {},
		"sub -t --topic":      {Repeats: true},
		"rr -D --property":    {Repeats: true, Since: "1.6"},
		"pub -m --message":    {Rivals: "message"},
		"sub -i --id":         {Rivals: "id"},
		"sub --pw-file":       {Rivals: "password", Since: "culex"},
		"rr --tls-version":    {Words: "tlsv1.3 tlsv1.2 tlsv1.1"},
		"sub -E":              {Since: "1.6"},
		"pub --no-tls":        {Since: "2.1"},
		"pub -S":              {},
		"pub --strict":        {Since: "culex"},
		"rr -e":               {},
		"sub -T --filter-out": {Repeats: true},
		"check --format":      {Words: "text json", Since: "culex"},
	} {
		got, ok := all[name]
		if !ok || got.Repeats != want.Repeats || got.Since != want.Since || got.Rivals != want.Rivals || got.Words != want.Words {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
