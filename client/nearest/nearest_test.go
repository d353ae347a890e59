package nearest_test

import (
	"testing"

	"github.com/culex-mqtt/culex/client/nearest"
)

func TestOf(t *testing.T) {
	names := []string{"pub", "sub", "rr", "check", "tlsdiag", "--cafile", "--capath"}
	for word, want := range map[string]string{
		"pub":      "pub", // itself
		"pubs":     "pub", // one too many
		"pb":       "pub", // one too few
		"chekc":    "check",
		"tlsdaig":  "tlsdiag",
		"--cafle":  "--cafile",
		"--ca-fle": "--cafile",
		"--cpath":  "--capath",
		"publish":  "", // four too many
		"":         "",
		"quux":     "",
	} {
		if got := nearest.Of(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

func TestNew(t *testing.T) {
	for _, c := range []struct {
		word, spelling string
		least          int
		near           bool
	}{
		{"abc", "abd", 0, false},
		{"abc", "abd", 1, true},
		{"abcd", "abce", 0, true},
		{"abcd", "abef", 0, false},
		{"abcdefghijklmnopqrst", "abcdefghijklmnopq", 0, true},
		{"abcdefghijklmnopqrst", "abcdefghijklmnop", 0, false}, // never more than three
	} {
		s := nearest.New(c.word, c.least)
		s.Consider("name", c.spelling)
		if near := s.Name() == "name"; near != c.near {
			t.Errorf("%q, %q, at least %d: %v", c.word, c.spelling, c.least, near)
		}
	}
}
