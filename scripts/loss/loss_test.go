package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestMain is also the broker that the runs kill.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-ledger" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// The table in small: culex loses nothing, whoever is killed, and ends with 0.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	culex := filepath.Join(t.TempDir(), "culex")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", culex, "../../cmd/culex")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	small := func(t *testing.T) *trial {
		return &trial{culex: culex, self: os.Args[0], lines: 5000, shots: 15, cuts: []int{2}, random: newDice(1), dir: t.TempDir()}
	}
	for n := range small(t).runs() {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			r, err := small(t).runs()[n](ctx)
			t.Logf("%+v", r)
			if err != nil || r.arrived != r.fed || !strings.HasPrefix(r.exit, "0") {
				t.Errorf("%v", err)
			}
			if strings.Contains(r.what, "-q 2") && r.twice > 0 && !strings.Contains(r.what, "spool") {
				t.Errorf("%d came twice", r.twice)
			}
		})
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"-quack"}, {"-culex", "x", "word"}} {
		var stdout, stderr strings.Builder
		if code := run(context.Background(), args, &stdout, &stderr); code != 2 || stdout.Len() > 0 || stderr.Len() == 0 {
			t.Errorf("%q: exit %d, stdout %q, stderr %q", args, code, &stdout, &stderr)
		}
	}
}
