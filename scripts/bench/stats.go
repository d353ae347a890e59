package main

import (
	"math"
	"os"
	"runtime"
	"slices"
	"strings"
)

// quantile returns the value below which the share q (0 to 1) of the values lies,
// between two of them in proportion. It is NaN of no values.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	at := q * float64(len(sorted)-1)
	below := int(at)
	if below+1 == len(sorted) {
		return sorted[below]
	}
	part := at - float64(below)
	return sorted[below]*(1-part) + sorted[below+1]*part
}

func median(values []float64) float64 { return quantile(values, 0.5) }

// spread is a ratio with how much it varied.
type spread struct{ low, middle, high float64 }

// ratios takes the pairs apart: each subject's value by that of the reference's
// run beside it, so that what slows the machine for a while slows both.
func ratios(reference, subject []float64) spread {
	each := make([]float64, 0, len(subject))
	for i := range subject {
		each = append(each, subject[i]/reference[i])
	}
	return spread{low: quantile(each, 0.1), middle: median(each), high: quantile(each, 0.9)}
}

// processor is the name that the machine's processor gives itself.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(text)) {
		name, value, ok := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); ok && (name == "model name" || name == "Model") {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}
