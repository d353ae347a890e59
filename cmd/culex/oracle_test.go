package main

import (
	"bytes"
	"cmp"
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"testing"
)

var oracleOnly = flag.String("oracle", "", "of the oracle's cases run only those whose identifiers match, and with -v show their outcomes")

// TestOracle runs command lines with Debian's clients and with ours, each against its own fresh broker of the same
// configuration, and compares what they print, how they end and what others see of it. Some go to a broker that follows
// a script, and there the bytes that are sent are compared, too. What may differ is on one list, which it prints.
func TestOracle(t *testing.T) {
	requireReference(t)
	ours, err := exec.LookPath("mosquitto_pub")
	if err != nil {
		t.Fatal(err)
	}
	references, under := oracleRuns(t, debianPath), oracleRuns(t, filepath.Dir(ours)+":"+debianPath)
	playAll(append(slices.Clone(references), under...))
	differences, count := loadDifferences(t), newOracleCount()
	playAgain(t, differences, references, under)
	for i, reference := range references {
		t.Run(reference.name, func(t *testing.T) {
			for n, c := range reference.cases {
				t.Run(c.id, func(t *testing.T) {
					if err := cmp.Or(reference.failures[n], under[i].failures[n]); err != nil {
						t.Fatalf("%s: %v", c.about, err)
					}
					if *oracleOnly != "" {
						t.Logf("%s\n$ %s\n%s", c.about, c.command, under[i].outcomes[n])
					}
					differences.judge(t, count, c, reference.outcomes[n], under[i].outcomes[n])
				})
			}
		})
	}
	if *update {
		if err := differences.write(); err != nil {
			t.Error(err)
		}
	}
	if *oracleOnly == "" {
		differences.report(t, count, references)
	}
}

// oracleRuns are all the files of cases, for the programs in the path.
func oracleRuns(t *testing.T, path string) (runs []*oracleRun) {
	only := regexp.MustCompile(*oracleOnly)
	for _, group := range []struct {
		dir  string
		play func(*oracleRun)
	}{{"broker", (*oracleRun).withBroker}, {"wire", (*oracleRun).withScript}} {
		files := oracleFiles(t, group.dir)
		for _, name := range slices.Sorted(maps.Keys(files)) {
			cases := slices.DeleteFunc(files[name], func(c *oracleCase) bool { return !only.MatchString(c.id) })
			runs = append(runs, newOracleRun(t, name, path, cases, group.play))
		}
	}
	return runs
}

// requireReference skips the test where Debian's clients and broker are missing. In CI they have to be there.
func requireReference(t *testing.T) {
	t.Helper()
	missing := t.Skipf
	if os.Getenv("CI") != "" {
		missing = t.Fatalf
	}
	if _, err := brokerPath(); err != nil {
		missing("no broker: %v", err)
	}
	for _, name := range []string{"mosquitto_pub", "mosquitto_sub", "mosquitto_rr"} {
		out, err := exec.Command("/usr/bin/"+name, "--version").Output()
		if !bytes.Contains(out, []byte(" version 2.0.11 ")) {
			missing("no %s 2.0.11 to compare with: %v %s", name, err, out)
		}
	}
}

// oracleRun is one file of cases, run with one implementation.
type oracleRun struct {
	name, dir, path string
	cases           []*oracleCase
	play            func(*oracleRun)
	outcomes        []string // of each case
	failures        []error
}

// playAll runs everything at the same time: most cases wait for the clock.
func playAll(runs []*oracleRun) {
	var group sync.WaitGroup
	for _, r := range runs {
		group.Go(func() { r.play(r) })
	}
	group.Wait()
}

// enoughWrong is more than a busy machine explains.
const enoughWrong = 40

// playAgain repeats what came out wrong, with nothing else running: a busy machine can delay anything, and most cases
// are about time in some way.
func playAgain(t *testing.T, d *oracleDifferences, references, under []*oracleRun) {
	type place struct{ run, n int }
	var wrong []place
	for i, reference := range references {
		for n := range reference.cases {
			if !d.settled(reference, under[i], n) {
				wrong = append(wrong, place{i, n})
			}
		}
	}
	if len(wrong) > enoughWrong {
		return
	}
	for _, w := range wrong {
		reference, ours := references[w.run], under[w.run]
		for tries := 0; tries < 2 && !d.settled(reference, ours, w.n); tries++ {
			t.Logf("again, and alone: %s, after the reference did\n%s\nand ours\n%s",
				reference.cases[w.n].id, reference.outcomes[w.n], ours.outcomes[w.n])
			again := []*oracleRun{reference.only(t, w.n), ours.only(t, w.n)}
			playAll(again)
			for k, r := range []*oracleRun{reference, ours} {
				r.outcomes[w.n], r.failures[w.n] = again[k].outcomes[0], again[k].failures[0]
			}
		}
	}
}

// settled tells whether the nth case needs no other try.
func (d *oracleDifferences) settled(reference, ours *oracleRun, n int) bool {
	if reference.failures[n] != nil || ours.failures[n] != nil {
		return false
	}
	return d.verdict(reference.cases[n].id, reference.outcomes[n], ours.outcomes[n]) < oracleStale
}

// only is a run of the nth case alone.
func (r *oracleRun) only(t *testing.T, n int) *oracleRun {
	return newOracleRun(t, r.name, r.path, r.cases[n:n+1], r.play)
}

func newOracleRun(t *testing.T, name, path string, cases []*oracleCase, play func(*oracleRun)) *oracleRun {
	return &oracleRun{
		name: name, dir: t.TempDir(), path: path, cases: cases, play: play,
		outcomes: make([]string, len(cases)), failures: make([]error, len(cases)),
	}
}

// withBroker runs the cases one after the other against one broker.
func (r *oracleRun) withBroker() {
	if len(r.cases) == 0 {
		return
	}
	stage, stop, err := startBroker(r.dir)
	if err != nil {
		for i := range r.cases {
			r.failures[i] = err
		}
		return
	}
	defer stop()
	stage.path = r.path
	for i, c := range r.cases {
		r.outcomes[i], r.failures[i] = stage.play(c)
	}
}
