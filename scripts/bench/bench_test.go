package main

import (
	"bytes"
	"io"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestQuantile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		values []float64
		q      float64
		want   float64
	}{
		{[]float64{7}, 0.9, 7},
		{[]float64{3, 1, 2}, 0.5, 2},
		{[]float64{4, 1, 3, 2}, 0.5, 2.5},
		{[]float64{0, 10}, 0.1, 1},
		{[]float64{0, 10}, 1, 10},
		{[]float64{0, 10}, 0, 0},
	} {
		if got := quantile(c.values, c.q); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("quantile(%v, %v) = %v, want %v", c.values, c.q, got, c.want)
		}
	}
	if got := quantile(nil, 0.5); !math.IsNaN(got) {
		t.Errorf("of nothing: %v", got)
	}
}

// A slow moment that hits both runs of a pair does not show in the ratio.
func TestRatiosArePairwise(t *testing.T) {
	t.Parallel()
	got := ratios([]float64{10, 1000, 20}, []float64{5, 500, 10})
	if got != (spread{0.5, 0.5, 0.5}) {
		t.Errorf("got %+v", got)
	}
}

func TestPrintBlock(t *testing.T) {
	t.Parallel()
	load := workload{name: "a load", pairs: 3, memories: 1, flatMemory: true,
		wall: budget{0.6, 0.4}, cpu: budget{0.2, 0.1}, memory: budget{1, 0.5}}
	ms, mib := 1e6, float64(1<<20)
	all := [2]samples{
		{wall: []float64{2 * ms, 4 * ms, 6 * ms}, cpu: []float64{400 * ms, 400 * ms, 400 * ms}, memory: []float64{10 * mib}, tenth: []float64{2 * mib}},
		{wall: []float64{1 * ms, 2 * ms, 3 * ms}, cpu: []float64{200 * ms, 120 * ms, 80 * ms}, memory: []float64{5 * mib}, tenth: []float64{5 * mib}},
	}
	var got bytes.Buffer
	p := &printer{w: &got, reference: "mosquitto", subject: "culex"}
	crossed := p.block(load, all)
	want := `
a load (3 pairs)                             mosquitto       culex   ratio      10% .. 90%  budget   goal
  wall                                         4.00 ms     2.00 ms   0.500  0.500 .. 0.500   0.600  0.400  ok
  CPU                                           400 ms      120 ms   0.300  0.220 .. 0.460   0.200  0.100  OVER
  peak memory                                 10.0 MiB     5.0 MiB   0.500  0.500 .. 0.500   1.000  0.500  ok, goal reached
  memory, 10 x messages                         x 5.00      x 1.00   1.000  1.000 .. 1.000   1.250  12 MB  ok, goal reached
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
	if len(crossed) != 1 || crossed[0] != "a load: CPU" {
		t.Errorf("crossed: %q", crossed)
	}
	// With few pairs, only what no noise explains is over: here the best pair has 0.2, the budget.
	p.noisy, p.w = true, io.Discard
	if crossed := p.block(load, all); len(crossed) != 0 {
		t.Errorf("noise counts: %q", crossed)
	}
	load.cpu.limit = 0.1
	if crossed := p.block(load, all); len(crossed) != 1 {
		t.Errorf("what is far over does not count: %q", crossed)
	}
	got.Reset()
	p.w, p.markdown = &got, true
	p.block(load, all)
	if want := "| a load | wall | 4.00 ms | 2.00 ms | 0.500 (0.500–0.500) | 0.600 |\n"; !strings.HasPrefix(got.String(), want) {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ args, want string }{
		{"-certs d -self", ""},
		{"-certs d -culex c -quick -print", ""},
		{"-self", "-certs is needed"},
		{"-certs d", "either -culex or -self"},
		{"-certs d -culex c -self", "either -culex or -self"},
		{"-certs d -self more", `unexpected word "more"`},
		{"-certs d -sefl", "-sefl"},
	} {
		_, err := parse(strings.Fields(c.args), &bytes.Buffer{})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.args, err, c.want)
		}
	}
	var stderr bytes.Buffer
	if code := run(t.Context(), []string{"-self"}, &stderr, &stderr); code != 2 {
		t.Errorf("exit %d for a wrong command line", code)
	}
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	ok, err := command{words: []string{"sh", "-c", "sleep 0.05"}}.measure(t.Context())
	if err != nil || ok.wall < 50*time.Millisecond || ok.cpu <= 0 || ok.cpu > ok.wall {
		t.Errorf("%+v, %v", ok, err)
	}
	for script, want := range map[string]string{
		"exit 3":         "exit status 3",
		"echo surprised": `exit code 0, said "surprised\n"`,
		"echo a >&2":     `said "a\n"`,
	} {
		_, err := command{words: []string{"sh", "-c", script}}.measure(t.Context())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", script, err, want)
		}
	}
}

// What is measured has to be the program's own peak, not that of this process.
func TestMemory(t *testing.T) {
	t.Parallel()
	needTools(t, "/usr/bin/time")
	ballast := bytes.Repeat([]byte{1}, 64<<20)
	r := request{bench: bench{dir: t.TempDir()}, asked: asked{memory: true}}
	got, err := r.execute(t.Context(), command{words: []string{"true"}})
	if err != nil || got.memory < 100<<10 || got.memory > 8<<20 {
		t.Errorf("`true` has a peak of %d bytes, beside our %d; %v", got.memory, len(ballast), err)
	}
}

func TestSinkAnswers(t *testing.T) {
	t.Parallel()
	s, err := startSink(t.Context(), bench{})
	if err != nil {
		t.Fatal(err)
	}
	plain, _ := s.ports()
	conn, err := net.Dial("tcp", net.JoinHostPort(loopback, plain))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	long := "\x32\x84\x01\x00\x01t\x12\x34" + strings.Repeat("x", 127) // two length bytes
	for _, c := range []struct{ send, want string }{
		{"\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00", "\x20\x02\x00\x00"},
		{"\x32\x05\x00\x01t\x00\x07" + long, "\x40\x02\x00\x07\x40\x02\x12\x34"},
		{"\x34\x05\x00\x01t\x00\x08\x62\x02\x00\x08", "\x50\x02\x00\x08\x70\x02\x00\x08"},
		{"\x30\x03\x00\x01t\xc0\x00", "\xd0\x00"},
		{"\x82\x13\x00\x09\x00\x0ebench/sub/12/2\x00", "\x90\x03\x00\x09\x00" +
			"\x30\x17\x00\x09bench/sub00000000xxxx" + "\x30\x17\x00\x09bench/sub00000001xxxx"},
	} {
		// In two parts, so that packets arrive cut.
		for _, part := range []string{c.send[:3], c.send[3:]} {
			if _, err := conn.Write([]byte(part)); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Millisecond)
		}
		got := make([]byte, len(c.want))
		if n, err := readFull(conn, got); err != nil || string(got) != c.want {
			t.Errorf("sent %q: got %q (%v), want %q", c.send, got[:n], err, c.want)
		}
	}
	conn.Close()
	for want, ok := range map[int]bool{3: false, 4: true, 5: false} {
		if err := s.awaitPublished(t.Context(), want); (err == nil) != ok {
			t.Errorf("4 messages arrived, %d were expected: %v", want, err)
		}
	}
}

func readFull(conn net.Conn, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var more int
		more, err = conn.Read(b[n:])
		n += more
	}
	return n, err
}

// All workloads, small, with the reference on both sides.
func TestCompareWithItself(t *testing.T) {
	t.Parallel()
	needTools(t, "openssl", "mosquitto", "mosquitto_pub", "mosquitto_sub", "/usr/bin/time")
	certs := filepath.Join(t.TempDir(), "certs")
	if out, err := exec.Command("sh", "../gen-certs.sh", "--out", certs, "--host", "127.0.0.1").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	reference := side{name: "mosquitto", pub: []string{"mosquitto_pub"}, sub: []string{"mosquitto_sub"}}
	for _, w := range workloads(scale{
		pairs: 2, memories: 1, bulkPairs: 1, lines0: batch{300, 64}, lines1: batch{200, 64}, messages: batch{2000, 64}, large: batch{10, 64_000}, all: true,
	}) {
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			all, err := compare(t.Context(), w, bench{dir: t.TempDir(), certs: certs}, reference, reference)
			if err != nil {
				t.Fatal(err)
			}
			for side, s := range all {
				if len(s.wall) != w.pairs || len(s.cpu) != w.pairs || len(s.memory) != w.memories || (len(s.tenth) > 0) != w.flatMemory ||
					len(s.bytes) != w.wires || len(s.packets) != w.wires {
					t.Errorf("side %d has the samples %+v", side, s)
				}
				for _, value := range slices.Concat(s.wall, s.cpu, s.memory, s.tenth, s.bytes, s.packets) {
					if value <= 0 {
						t.Errorf("side %d has a sample that is not positive: %+v", side, s)
					}
				}
			}
		})
	}
}

// Without this a client would wait for ever for a broker that is gone.
func TestBrokerThatEnds(t *testing.T) {
	t.Parallel()
	needTools(t, "openssl", "mosquitto")
	certs := filepath.Join(t.TempDir(), "certs")
	if out, err := exec.Command("sh", "../gen-certs.sh", "--out", certs, "--host", "127.0.0.1").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s, err := startBroker("")(t.Context(), bench{dir: t.TempDir(), certs: certs})
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	if err := s.failed(); err != nil {
		t.Errorf("a running broker has failed: %v", err)
	}
	if err := s.(*broker).process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-s.(*broker).ended
	if err := s.failed(); err == nil || !strings.Contains(err.Error(), "mosquitto ended: signal: killed") {
		t.Errorf("got %v", err)
	}
}

// A client that fails, or loses a message, ends the comparison.
func TestCompareNoticesFailures(t *testing.T) {
	t.Parallel()
	needTools(t, "mosquitto_pub", "mosquitto_sub")
	honest := side{name: "mosquitto", pub: []string{"mosquitto_pub"}, sub: []string{"mosquitto_sub"}}
	for _, c := range []struct{ name, script, want string }{
		{"fails", "exit 7", "culex: sh -c exit 7 sh -h 127.0.0.1"},
		{"silent", "exit 0", "culex: 20 messages arrived, 40 were sent"},
		{"loses one", `head -n 19 | mosquitto_pub "$@"`, "culex: 39 messages arrived, 40 were sent"},
		{"adds one", `(cat; echo more) | mosquitto_pub "$@"`, "culex: 41 messages arrived, 40 were sent"},
	} {
		culex := side{name: "culex", pub: []string{"sh", "-c", c.script, "sh"}}
		w := workload{name: c.name, pairs: 1, serve: startSink, run: lines(batch{20, 8}, 0)}
		_, err := compare(t.Context(), w, bench{dir: t.TempDir()}, honest, culex)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	short := side{name: "culex", sub: []string{"echo", "one line"}}
	w := workload{name: "short", pairs: 1, serve: startSink, run: receive(batch{20, 8}, reception{})}
	if _, err := compare(t.Context(), w, bench{dir: t.TempDir()}, honest, short); err == nil || !strings.Contains(err.Error(), "1 lines came out, 20 were due") {
		t.Errorf("a subscriber that stops early: %v", err)
	}
}

func needTools(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err == nil {
			continue
		}
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is needed and missing", name)
		}
		t.Skipf("%s is not installed", name)
	}
}
