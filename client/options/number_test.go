package options

import (
	"math"
	"testing"
)

func TestCInteger(t *testing.T) {
	tests := []struct {
		word string
		base int
		want int64
		rest string
	}{
		{"", 10, 0, ""},
		{"x", 10, 0, "x"},
		{"-", 10, 0, "-"},
		{"+ 1", 10, 0, "+ 1"},
		{"12", 10, 12, ""},
		{" \t\n\v\f\r-12 ", 10, -12, " "},
		{"+7x", 10, 7, "x"},
		{"--7", 10, 0, "--7"},
		{"0x10", 10, 0, "x10"},
		{"010", 10, 10, ""},
		{"9223372036854775807", 10, math.MaxInt64, ""},
		{"9223372036854775808", 10, math.MaxInt64, ""},
		{"-9223372036854775808", 10, math.MinInt64, ""},
		{"-9223372036854775809", 10, math.MinInt64, ""},
		{"1_000", 10, 1, "_000"},
		{"1.5", 10, 1, ".5"},
		{"0x10", 0, 16, ""},
		{"-0XfF", 0, -255, ""},
		{"0xg", 0, 0, "xg"},
		{"0x", 0, 0, "x"},
		{"010", 0, 8, ""},
		{"08", 0, 0, "8"},
		{"0", 0, 0, ""},
		{"0b1", 0, 0, "b1"},
		{"12", 0, 12, ""},
		{"١", 10, 0, "١"},
	}
	for _, test := range tests {
		if got, rest := cInteger(test.word, test.base); got != test.want || rest != test.rest {
			t.Errorf("cInteger(%q, %d) = %d, %q; want %d, %q", test.word, test.base, got, rest, test.want, test.rest)
		}
	}
}

func TestAtof(t *testing.T) {
	for word, want := range map[string]float64{
		"":         0,
		"x":        0,
		".":        0,
		"-":        0,
		"1":        1,
		" -1.5x":   -1.5,
		"+.5":      0.5,
		"5.":       5,
		"1.2.3":    1.2,
		"1e3":      1000,
		"1e":       1,
		"1e+":      1,
		"1e-2":     0.01,
		"1E2e3":    100,
		"e3":       0,
		"1e999":    math.Inf(1),
		"-1e999":   math.Inf(-1),
		"1e-999":   0,
		"inf":      0,
		"nan":      0,
		"0x1p3":    0,
		"1_0":      1,
		"\t\n12.5": 12.5,
	} {
		if got := atof(word); got != want {
			t.Errorf("atof(%q) = %v, want %v", word, got, want)
		}
	}
}
