package output

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// recorder keeps what it is given, one entry per Write.
type recorder struct{ writes []string }

func (r *recorder) Write(p []byte) (int, error) {
	r.writes = append(r.writes, string(p))
	return len(p), nil
}

func TestWriterCollects(t *testing.T) {
	var out recorder
	w := NewWriter(&out)
	f := Default(true, Style{})
	for i := range 3 {
		m := &Message{Topic: []byte("t"), Payload: fmt.Append(nil, i)}
		if err := w.WriteMessage(f, m, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Fprintf(w, "debug\n")
	if len(out.writes) != 0 {
		t.Errorf("written before Flush: %q", out.writes)
	}
	for range 2 { // the second has nothing to do
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	if len(out.writes) != 1 || out.writes[0] != "t 0\nt 1\nt 2\ndebug\n" {
		t.Errorf("got %q", out.writes)
	}
}

func TestWriterFlushesWhenFull(t *testing.T) {
	var out recorder
	w := NewWriter(&out)
	m := &Message{Topic: []byte("t"), Payload: bytes.Repeat([]byte("x"), 999)}
	for range 200 {
		if err := w.WriteMessage(Default(false, Style{}), m, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	if len(out.writes) != 3 || len(out.writes[0]) != 66000 {
		t.Errorf("%d writes, the first of %d bytes", len(out.writes), len(out.writes[0]))
	}
	if cap(w.buf) > 2*bufferSize {
		t.Errorf("the buffer has grown to %d", cap(w.buf))
	}
}

// A long payload goes through without being copied, in its place in the line.
func TestWriterLongMessages(t *testing.T) {
	payload := bytes.Repeat([]byte("long"), 100_000)
	m := &Message{Topic: []byte("topic"), Payload: payload}
	for _, c := range []struct {
		format string
		direct bool
	}{
		{"%t %p\n%l", true}, {"%-5t|%p", true}, {"%p%p", true}, {"%.4x", false}, {"%-10p|", false}, {"%999999p", false},
		{"%-p", false}, {"%j", false}, {"x%J", false},
	} {
		var out recorder
		w := NewWriter(&out)
		f := mustCompile(t, c.format, Style{})
		fmt.Fprint(w, "before|")
		err := w.WriteMessage(f, m, clock())
		want, wantErr := f.Append([]byte("before|"), m, clock())
		if errorText(err) != errorText(wantErr) {
			t.Errorf("%s: error %v, want %v", c.format, err, wantErr)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(out.writes, ""); got != string(want) {
			t.Errorf("%s: %d bytes that differ from the %d of Append", c.format, len(got), len(want))
		}
		direct := false
		for _, p := range out.writes {
			direct = direct || p == string(payload)
		}
		if direct != c.direct {
			t.Errorf("%s: payload written by itself: %v", c.format, direct)
		}
		if cap(w.buf) > largestBuffer {
			t.Errorf("%s: the buffer stays at %d bytes", c.format, cap(w.buf))
		}
	}
	var out recorder
	w := NewWriter(&out)
	fmt.Fprint(w, "a")
	if n, err := w.Write(payload); n != len(payload) || err != nil {
		t.Errorf("Write: %d, %v", n, err)
	}
	if len(out.writes) != 2 || out.writes[0] != "a" {
		t.Errorf("%d writes", len(out.writes))
	}
}

func TestWriterError(t *testing.T) {
	closed, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	closed.Close()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skipf("no /dev/full: %v", err)
	}
	defer full.Close()
	m := &Message{Topic: []byte("t"), Payload: []byte("not json")}
	for _, c := range []struct {
		what string
		out  io.Writer
		want error
	}{{"pipe", pipe, syscall.EPIPE}, {"disk", full, syscall.ENOSPC}} {
		w := NewWriter(c.out)
		f := mustCompile(t, "%J", Style{})
		var bad *PayloadError
		if err := w.WriteMessage(f, m, clock()); !errors.As(err, &bad) || w.Err() != nil {
			t.Errorf("%s: %v, sticky %v", c.what, err, w.Err())
		}
		if err := w.Flush(); !errors.Is(err, c.want) {
			t.Errorf("%s: Flush: %v", c.what, err)
		}
		if n, err := w.Write([]byte("x")); n != 0 || !errors.Is(err, c.want) {
			t.Errorf("%s: Write: %d, %v", c.what, n, err)
		}
		if n, err := w.Write(make([]byte, bufferSize)); n != 0 || !errors.Is(err, c.want) {
			t.Errorf("%s: Write: %d, %v", c.what, n, err)
		}
		if err := w.WriteMessage(f, m, clock()); !errors.Is(err, c.want) || errors.As(err, &bad) {
			t.Errorf("%s: WriteMessage: %v", c.what, err)
		}
		if err := NewWatch().WriteMessage(w, f, m, clock()); !errors.Is(err, c.want) {
			t.Errorf("%s: Watch.WriteMessage: %v", c.what, err)
		}
		if !errors.Is(w.Err(), c.want) {
			t.Errorf("%s: Err: %v", c.what, w.Err())
		}
	}
}

// What one call writes is not torn apart by another goroutine.
func TestWriterTogether(t *testing.T) {
	var out recorder
	w := NewWriter(&out)
	f := mustCompile(t, "%t%t%t", Style{})
	var group sync.WaitGroup
	for _, topic := range []string{"a", "b", "c"} {
		group.Go(func() {
			for range 2000 {
				_ = w.WriteMessage(f, &Message{Topic: []byte(topic)}, time.Time{})
				fmt.Fprintf(w, "%s-%s\n", topic, topic)
				_ = w.Flush()
			}
		})
	}
	group.Wait()
	count := 0
	for line := range strings.Lines(strings.Join(out.writes, "")) {
		if !strings.Contains("aaa\n a-a\n bbb\n b-b\n ccc\n c-c\n", line) {
			t.Fatalf("%q", line)
		}
		count++
	}
	if count != 12000 {
		t.Errorf("%d lines", count)
	}
}

func TestWatch(t *testing.T) {
	var out recorder
	w := NewWriter(&out)
	watch := NewWatch()
	if err := watch.Start(w, "broker.lan"); err != nil {
		t.Fatal(err)
	}
	f := Default(true, Style{})
	for _, topic := range []string{"a", "b", "a", "c"} {
		m := &Message{Topic: []byte(topic), Payload: []byte("1")}
		if err := watch.WriteMessage(w, f, m, time.Time{}); err != nil {
			t.Fatal(err)
		}
	}
	// An empty payload prints nothing in the default format, but it is on its line.
	if err := watch.WriteMessage(w, Default(false, Style{}), &Message{Topic: []byte("b")}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	want := "\x1b[2J\x1b[1;1HBroker: broker.lan\n" +
		"\x1b[2;1Ha 1\n\x1b[2;1H\n" +
		"\x1b[3;1Hb 1\n\x1b[3;1H\n" +
		"\x1b[2;1Ha 1\n\x1b[3;1H\n" +
		"\x1b[4;1Hc 1\n\x1b[4;1H\n" +
		"\x1b[3;1H\x1b[4;1H\n"
	if got := strings.Join(out.writes, ""); got != want {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}

func TestRate(t *testing.T) {
	var r Rate
	for range 3 {
		r.Count()
	}
	line := r.AppendLine(nil)
	line = r.AppendLine(line)
	if string(line) != "3 msgs/s\n0 msgs/s\n" {
		t.Errorf("got %q", line)
	}
}
