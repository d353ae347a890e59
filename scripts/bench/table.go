package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Memory has to stay the same whatever the count of messages: what ten times
// more of them may add, and what a gateway can spare, in bytes.
const (
	growthLimit = 1.25
	memoryGoal  = 12_000_000
)

// noise is what a few pairs on a busy machine may be wrong by: with few pairs a
// budget counts as crossed when nine pairs of ten cross it by that much.
const noise = 0.8

// row is one measure of a workload as it is printed.
type row struct {
	measure            string
	reference, subject string // the medians
	ratio              spread
	budget             float64
	limit, goal        string
	verdict            string
}

const over = "OVER"

func rows(w workload, all [2]samples, noisy bool) []row {
	clock := func(ns float64) string { return duration(time.Duration(ns)) }
	list := []row{
		compared("wall", all[0].wall, all[1].wall, clock, w.wall),
		compared("CPU", all[0].cpu, all[1].cpu, clock, w.cpu),
	}
	for i := range list {
		if noisy && list[i].verdict == over && list[i].ratio.low*noise <= list[i].budget {
			list[i].verdict = "over, or noise"
		}
	}
	if w.memories > 0 {
		list = append(list, compared("peak memory", all[0].memory, all[1].memory, mebibytes, w.memory))
	}
	if w.flatMemory {
		list = append(list, growth(all))
	}
	if w.wires > 0 {
		plain := func(n float64) string { return fmt.Sprintf("%.0f", n) }
		list = append(list, compared("bytes on the wire", all[0].bytes, all[1].bytes, plain, budget{}),
			compared("packets on the wire", all[0].packets, all[1].packets, plain, budget{}))
	}
	return list
}

func compared(measure string, reference, subject []float64, text func(float64) string, b budget) row {
	r := row{measure: measure, reference: text(median(reference)), subject: text(median(subject)),
		ratio: ratios(reference, subject), limit: "-", goal: "-"}
	if b.limit > 0 {
		r.budget = b.limit
		r.limit, r.goal = fmt.Sprintf("%.3f", b.limit), fmt.Sprintf("%.3f", b.goal)
		r.verdict = judge(r.ratio.middle > b.limit, r.ratio.middle <= b.goal)
	}
	return r
}

// growth is the one row whose ratio is not to the reference, but to a tenth of
// the messages.
func growth(all [2]samples) row {
	grown := func(s samples) float64 { return median(s.memory) / median(s.tenth) }
	text := func(s samples) string { return fmt.Sprintf("x %.2f", grown(s)) }
	x := grown(all[1])
	return row{measure: "memory, 10 x messages", reference: text(all[0]), subject: text(all[1]),
		ratio: spread{x, x, x}, limit: fmt.Sprintf("%.3f", growthLimit), goal: fmt.Sprintf("%d MB", memoryGoal/1_000_000),
		verdict: judge(x > growthLimit, median(all[1].memory) <= memoryGoal)}
}

func judge(crossed, reached bool) string {
	switch {
	case crossed:
		return over
	case reached:
		return "ok, goal reached"
	}
	return "ok"
}

// printer prints the table as it grows.
type printer struct {
	w                  io.Writer
	reference, subject string
	noisy              bool // few pairs
	markdown           bool
}

// block prints the rows of a workload and returns those over their budget.
func (p *printer) block(load workload, all [2]samples) (crossed []string) {
	list := rows(load, all, p.noisy)
	if p.markdown {
		p.markdownRows(load, list)
	} else {
		p.textRows(load, list)
	}
	for _, r := range list {
		if r.verdict == over {
			crossed = append(crossed, load.name+": "+r.measure)
		}
	}
	return crossed
}

func (p *printer) textRows(load workload, list []row) {
	fmt.Fprintf(p.w, "\n%-42s %11s %11s %7s %15s %7s %6s\n",
		fmt.Sprintf("%s (%d pairs)", load.name, load.pairs), p.reference, p.subject, "ratio", "10% .. 90%", "budget", "goal")
	for _, r := range list {
		fmt.Fprintf(p.w, "  %-40s %11s %11s %7.3f %15s %7s %6s  %s\n", r.measure, r.reference, r.subject, r.ratio.middle,
			fmt.Sprintf("%.3f .. %.3f", r.ratio.low, r.ratio.high), r.limit, r.goal, r.verdict)
	}
}

// markdownRows prints the table of the README.
func (p *printer) markdownRows(load workload, list []row) {
	what := load.name
	for _, r := range list {
		fmt.Fprintf(p.w, "| %s | %s | %s | %s | %.3f (%.3f–%.3f) | %s |\n",
			what, r.measure, r.reference, r.subject, r.ratio.middle, r.ratio.low, r.ratio.high, strings.Replace(r.limit, "-", "", 1))
		what = ""
	}
}

// duration keeps three figures, enough to see what differs and no more.
func duration(d time.Duration) string {
	switch {
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.2f ms", d.Seconds()*1e3)
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func mebibytes(bytes float64) string { return fmt.Sprintf("%.1f MiB", bytes/(1<<20)) }
