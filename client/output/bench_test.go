package output

import (
	"io"
	"testing"
	"time"
)

// steady are the formats that must not allocate.
var steady = []struct {
	name    string
	message string
	format  func(t testing.TB) *Format
}{
	{"default", "retained", func(testing.TB) *Format { return Default(false, Style{}) }},
	{"verbose", "retained", func(testing.TB) *Format { return Default(true, Style{}) }},
	{"topic and payload", "retained", func(t testing.TB) *Format { return mustCompile(t, "%t %p", Style{}) }},
	{"fields", "v5", func(t testing.TB) *Format {
		return mustCompile(t, "%20t|%-5l|%05m|%q%r|%I|%U|@Y-@m-@d|%.2:x|%C|%P|%E|%S|%R|%D", Style{})
	}},
	{"json", "retained", func(t testing.TB) *Format { return mustCompile(t, "%j", Style{}) }},
	{"json of 5.0", "v5", func(t testing.TB) *Format { return mustCompile(t, "%j", Style{}) }},
	{"json pretty and safe", "binary", func(t testing.TB) *Format {
		return mustCompile(t, "%j", Style{Pretty: true, JSONSafe: true})
	}},
	{"json payload", "nested", func(t testing.TB) *Format { return mustCompile(t, "%J", Style{}) }},
}

// berlin has rules, so that a lookup is as expensive as it gets.
func berlin() *time.Location {
	return LoadZone("CET-1CEST,M3.5.0,M10.5.0/3", true, func(string) ([]byte, error) { return nil, io.EOF })
}

func TestNoAllocation(t *testing.T) {
	messages := readMessages(t)
	at := clock().In(berlin())
	for _, c := range steady {
		f := c.format(t)
		m := messages[c.message]
		var dst []byte
		allocs := testing.AllocsPerRun(100, func() {
			dst, _ = f.Append(dst[:0], m, at)
		})
		if allocs != 0 {
			t.Errorf("%s: Append allocates %v times", c.name, allocs)
		}
		w := NewWriter(io.Discard)
		for range 2000 { // until the buffer has its size
			_ = w.WriteMessage(f, m, at)
		}
		allocs = testing.AllocsPerRun(1000, func() { _ = w.WriteMessage(f, m, at) })
		if allocs != 0 {
			t.Errorf("%s: WriteMessage allocates %v times", c.name, allocs)
		}
		watch := NewWatch()
		if allocs = testing.AllocsPerRun(1000, func() { _ = watch.WriteMessage(w, f, m, at) }); allocs != 0 {
			t.Errorf("%s: Watch.WriteMessage allocates %v times", c.name, allocs)
		}
	}
}

func BenchmarkWriteMessage(b *testing.B) {
	messages := readMessages(b)
	at := clock().In(berlin())
	for _, c := range steady {
		b.Run(c.name, func(b *testing.B) {
			f := c.format(b)
			m := messages[c.message]
			w := NewWriter(io.Discard)
			b.ReportAllocs()
			for b.Loop() {
				_ = w.WriteMessage(f, m, at)
			}
		})
	}
}
