package options_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/client/options"
)

func manualOf(t *testing.T, c options.Command) *options.Manual {
	t.Helper()
	m, err := options.ManualOf(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestManualIsComplete compares the manual with the table that command lines are read by.
func TestManualIsComplete(t *testing.T) {
	for c := options.CommandPub; c <= options.CommandRR; c++ {
		m := manualOf(t, c)
		if m.Summary == "" || len(m.Synopsis) == 0 {
			t.Errorf("%v: summary %q, synopsis %q", c, m.Summary, m.Synopsis)
		}
		table := options.OptionNames(c)
		count := 0
		var titles []string
		for _, g := range m.Groups {
			if slices.Contains(titles, g.Title) || g.Title == "" || len(g.Options) == 0 {
				t.Errorf("%v: group %q with %d options after %q", c, g.Title, len(g.Options), titles)
			}
			titles = append(titles, g.Title)
			for _, o := range g.Options {
				count++
				takesValue, ok := table[o.Names()[0]]
				if !ok || takesValue != (o.Placeholder != "") || o.Help == "" {
					t.Errorf("%v: %+v", c, o)
				}
			}
		}
		if count != len(table) {
			t.Errorf("%v: the manual has %d options, the table %d", c, count, len(table))
		}
	}
}

// TestManualOption looks at the fields that the others do not need.
func TestManualOption(t *testing.T) {
	all := map[string]options.ManualOption{}
	for c := options.CommandPub; c <= options.CommandRR; c++ {
		for _, g := range manualOf(t, c).Groups {
			for _, o := range g.Options {
				all[c.String()+" "+strings.Join(o.Names(), " ")] = o
			}
		}
	}
	for name, want := range map[string]options.ManualOption{
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
	} {
		got, ok := all[name]
		if !ok || got.Repeats != want.Repeats || got.Since != want.Since || got.Rivals != want.Rivals || got.Words != want.Words {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
