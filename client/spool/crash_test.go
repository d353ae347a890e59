package spool

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// filled returns the one segment of a spool with such messages, and where each record ends.
func filled(t *testing.T, payloads ...string) (name string, content []byte, ends []int) {
	t.Helper()
	dir := t.TempDir()
	s := opened(t, dir, Config{})
	for _, p := range payloads {
		add(t, s, p)
		ends = append(ends, int(s.tail.size))
	}
	files := segmentFiles(t, dir)
	content, err := os.ReadFile(files[0])
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	return filepath.Base(files[0]), content, ends
}

// planted makes a spool of one segment.
func planted(t *testing.T, dir, name string, content []byte) {
	t.Helper()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// Power that goes at any byte of a write leaves every earlier message, and a spool that takes more.
func TestCutAtEveryByte(t *testing.T) {
	t.Parallel()
	payloads := []string{"one", "2", strings.Repeat("three", 40)}
	name, content, ends := filled(t, payloads...)
	dir := filepath.Join(t.TempDir(), "cut")
	for n := range len(content) + 1 {
		zeros := n % 3 * 50 // a file system may have grown the file before it wrote the data
		planted(t, dir, name, append(content[:n:n], make([]byte, zeros)...))
		var want []string
		whole := 0
		for i, end := range ends {
			if end <= n {
				want, whole = append(want, payloads[i]), end
			}
		}
		var damaged int64
		cfg := Config{Damaged: func(d Damage) { damaged += d.Bytes; keptWhole(t, d) }}
		s := opened(t, dir, cfg)
		add(t, s, "later")
		_ = s.Close()
		got := everything(t, dir, cfg)
		if got != strings.Join(append(want, "later"), " ") || damaged != int64(n-whole+zeros) {
			t.Fatalf("cut at %d: %q, %d bytes damaged", n, got, damaged)
		}
	}
}

func keptWhole(t *testing.T, d Damage) {
	t.Helper()
	info, err := os.Stat(d.Kept)
	if err != nil || d.Err != nil || info.Size() != d.Bytes {
		t.Errorf("%+v is kept as %v, %v", d, info, err)
	}
}

// A byte that the flash has changed costs the message that it is in and no other, and is reported.
func TestFlipEveryByte(t *testing.T) {
	t.Parallel()
	payloads := []string{"1", "22", "333", "4444"}
	name, content, ends := filled(t, payloads...)
	dir := filepath.Join(t.TempDir(), "flipped")
	for n := range content {
		bad := append([]byte(nil), content...)
		bad[n] ^= 1 << (n % 8)
		planted(t, dir, name, bad)
		var want []string
		begin := 0
		for i, end := range ends {
			if n < begin || n >= end {
				want = append(want, payloads[i])
			}
			begin = end
		}
		reports := 0
		got := everything(t, dir, Config{Damaged: func(d Damage) { reports++; keptWhole(t, d) }})
		if got != strings.Join(want, " ") || reports != 1 {
			t.Fatalf("byte %d: %q, want %q; %d reports", n, got, want, reports)
		}
	}
}

// A cursor that was cut or changed has messages delivered again, but none lost.
func TestCursorDamaged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := opened(t, dir, Config{})
	add(t, s, "1", "2", "3")
	d := delivery(t, s, Holder{})
	read(t, d, 2)
	if err := d.Save(d.Position()); err != nil {
		t.Fatal(err)
	}
	_ = d.Close()
	path := filepath.Join(dir, cursorFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first := func(cursor []byte) string {
		if err := os.WriteFile(path, cursor, 0o600); err != nil {
			t.Fatal(err)
		}
		d := delivery(t, s, Holder{})
		defer d.Close()
		return read(t, d, -1)
	}
	if got := first(whole); got != "3" {
		t.Errorf("whole: %q", got)
	}
	for n := range whole {
		if got := first(whole[:n]); got != "1 2 3" {
			t.Errorf("cut at %d: %q", n, got)
		}
		bad := append([]byte(nil), whole...)
		bad[n] ^= 0x10
		if got := first(bad); got != "1 2 3" {
			t.Errorf("byte %d changed: %q", n, got)
		}
	}
}

// What a file system has lost behind the cursor's back hides nothing that is stored later.
func TestCursorAhead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := opened(t, dir, Config{})
	add(t, s, "1", "2", "3", "4")
	d := delivery(t, s, Holder{})
	read(t, d, 3)
	if err := d.Save(d.Position()); err != nil {
		t.Fatal(err)
	}
	_, _ = d.Close(), s.Close()
	_, _, ends := filled(t, "1")
	if err := os.Truncate(segmentFiles(t, dir)[0], int64(ends[0])); err != nil {
		t.Fatal(err)
	}
	s = opened(t, dir, Config{})
	add(t, s, "5", "6")
	if got := everything(t, dir, Config{}); got != "5 6" {
		t.Error(got)
	}
}

// Files of other names are nobody's business, and a payload cannot pass for a record.
func TestStrangers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"README", "x.segment", "000000000001-xx" + suffix, cursorNext} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("?"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, content, _ := filled(t, "forged")
	s := opened(t, dir, Config{})
	add(t, s, string(content), "real")
	files := segmentFiles(t, dir)
	for _, f := range files {
		if raw, err := os.ReadFile(f); err != nil {
			t.Fatal(err)
		} else if len(raw) > 100 {
			raw[20] ^= 1 // the record with the forged one inside is damaged now
			if err := os.WriteFile(f, raw, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := everything(t, dir, Config{}); got != "real" {
		t.Error(got)
	}
}

// FuzzScan reads any bytes as a segment: it ends, goes on forwards, and what it returns can be sent.
func FuzzScan(f *testing.F) {
	mark := marker{1, 2, 3, 4, 5, 6, 7, 8}
	record, err := appendRecord(nil, mark, text("seed"))
	if err != nil {
		f.Fatal(err)
	}
	body := append([]byte(nil), record[headSize:]...)
	f.Add(record, true)
	f.Add(append(append([]byte("rubbish"), record...), record[:len(record)-1]...), false)
	f.Add(body, true)
	path := filepath.Join(f.TempDir(), "segment")
	f.Fuzz(func(t *testing.T, b []byte, sealed bool) {
		if sealed { // so that the fuzzer need not find a checksum
			whole := append(append(mark[:], 0, 0, 0, byte(len(b)), 0, 0, 0, 0), b...)
			whole[headSize-6] = byte(len(b) >> 8)
			seal(whole)
			b = whole
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		c := &scanner{file: file, seg: segment{1, mark}, end: int64(len(b))}
		for last := int64(0); c.at < c.end; last = c.at {
			m, from, to, err := c.next()
			if err != nil && err != errDamaged || from != last || to <= from || to > c.end {
				t.Fatalf("%d to %d of %d: %v", from, to, c.end, err)
			}
			if err == nil {
				m.PacketID = 1
				if _, err := mqtt5(m); err != nil {
					t.Fatalf("%+v: %v", m, err)
				}
			}
		}
	})
}

// Names of segments sort by their number and come back.
func TestSegmentNames(t *testing.T) {
	t.Parallel()
	last := ""
	for _, n := range []uint64{0, 1, 9, 10, 255, 256, 1<<48 - 1} {
		s := newSegment(n)
		got, ok := parseSegment(s.name())
		if !ok || got != s || s.name() < last {
			t.Errorf("%d: %s, %v %v", n, s.name(), got, ok)
		}
		last = s.name()
	}
	if _, ok := parseSegment(fmt.Sprintf("%013x-0102030405060708%s", uint64(1)<<48, suffix)); ok {
		t.Error("too large a number")
	}
}

func mqtt5(m *Message) ([]byte, error) { return mqtt.AppendPublish(nil, mqtt.V5, &m.Publish) }
