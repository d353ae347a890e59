package main

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// flatness compares the peak memory of the subject alone with that of a hundredth of the messages. The reference would
// take minutes.
func flatness(ctx context.Context, p *printer, b bench, subject side, count int) (crossed []string, err error) {
	server, err := startSink(ctx, bench{})
	if err != nil {
		return nil, err
	}
	defer server.stop()
	for _, w := range []struct {
		name string
		run  func(batch) runner
	}{
		{"-l", func(b batch) runner { return lines(b, 0) }},
		{"sub", func(b batch) runner { return receive(b, reception{}) }},
	} {
		var peaks [2]cost
		for i, n := range []int{count / 100, count} {
			limited, cancel := context.WithTimeout(ctx, runLimit)
			peaks[i], _, err = w.run(batch{n, 20})(limited, request{bench: b, server: server, side: subject, asked: asked{memory: true}})
			cancel()
			if err != nil {
				return crossed, fmt.Errorf("%s, %d messages: %w", w.name, n, err)
			}
		}
		if p.flat(w.name, count, peaks) {
			crossed = append(crossed, fmt.Sprintf("%s: memory of %d messages", w.name, count))
		}
	}
	return crossed, nil
}

// flat prints what a hundred times more messages change.
func (p *printer) flat(name string, count int, peaks [2]cost) (crossed bool) {
	grown := float64(peaks[1].memory) / float64(peaks[0].memory)
	crossed = grown > growthLimit
	few, many := mebibytes(float64(peaks[0].memory)), mebibytes(float64(peaks[1].memory))
	if p.markdown {
		fmt.Fprintf(p.w, "| %s, %d messages against %d | peak memory | | %s against %s | %.3f | %.3f |\n",
			name, count, count/100, many, few, grown, growthLimit)
		return crossed
	}
	fmt.Fprintf(p.w, "\n%s, %d messages in %s: peak memory %s, with %d messages %s: x %.3f, budget %.3f  %s\n", name, count,
		duration(peaks[1].wall), many, count/100, few, grown, growthLimit, judge(crossed, peaks[1].memory <= memoryGoal))
	return crossed
}

// head says what the numbers are, and of which machine.
func (p *printer) head(ctx context.Context) error {
	floor, err := startCost(ctx)
	if err != nil {
		return err
	}
	if p.markdown {
		fmt.Fprintf(p.w, "On %s, %d CPUs, %s.\n\n| what | measure | %s | %s | ratio (10 %%–90 %% of the pairs) | budget |\n|---|---|---|---|---|---|\n",
			processor(), runtime.NumCPU(), time.Now().UTC().Format(time.DateOnly), p.reference, p.subject)
		return nil
	}
	fmt.Fprintf(p.w, "%s, %d CPUs.\n"+
		"Ratios are %s to %s: the median of the pairs, and from the 10th to the 90th per cent of them.\n"+
		"Included in each run: starting a process, here %s of wall and %s of CPU time.\n"+
		"Many messages: the budgets hold against a server that never makes a client wait. A stock\n"+
		"mosquitto takes longer for a message than either client; that is shown for information.\n",
		processor(), runtime.NumCPU(), p.subject, p.reference, duration(floor.wall), duration(floor.cpu))
	return nil
}
