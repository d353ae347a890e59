package spool

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// still is a clock that stands.
func still() Stamp { return Stamp{Wall: noon} }

func opened(t *testing.T, dir string, cfg Config) *Spool {
	t.Helper()
	if cfg.Now == nil {
		cfg.Now = func() time.Time { return noon }
	}
	if cfg.Clock == nil {
		cfg.Clock = still
	}
	s, err := Open(dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func text(payload string) *Message {
	return &Message{Broker: "broker.lan:1883", Publish: mqtt.Publish{QoS: 1, Topic: []byte("a/b"), Payload: []byte(payload)}}
}

func add(t *testing.T, s *Spool, payloads ...string) {
	t.Helper()
	for _, p := range payloads {
		if _, err := s.Add(text(p)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Sync(); err != nil {
		t.Fatal(err)
	}
}

func delivery(t *testing.T, s *Spool, h Holder) *Delivery {
	t.Helper()
	d, err := s.Deliver(h)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// take reads up to the end and marks it as delivered.
func take(t *testing.T, d *Delivery) string {
	t.Helper()
	all := read(t, d, -1)
	if err := d.Save(d.Position()); err != nil {
		t.Fatal(err)
	}
	return all
}

// read reads n messages, or all, and joins their payloads.
func read(t *testing.T, d *Delivery, n int) string {
	t.Helper()
	var all []string
	for ; n != 0; n-- {
		m, _, err := d.Next()
		if err == io.EOF && n < 0 {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(m.Payload))
	}
	return strings.Join(all, " ")
}

// everything opens a spool, delivers all that is in it and closes it.
func everything(t *testing.T, dir string, cfg Config) string {
	t.Helper()
	s := opened(t, dir, cfg)
	d := delivery(t, s, Holder{})
	all := take(t, d)
	_ = d.Close()
	_ = s.Close()
	return all
}

func segmentFiles(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestMessageComesBackWhole(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new")
	s := opened(t, dir, Config{})
	props, err := mqtt.AppendPropertyString(nil, mqtt.ContentType, "text/plain")
	if err != nil {
		t.Fatal(err)
	}
	props, err = mqtt.AppendPropertyPair(props, mqtt.UserProperty, "k", "")
	if err != nil {
		t.Fatal(err)
	}
	in := &Message{Broker: "b:8883", Publish: mqtt.Publish{QoS: 2, Retain: true, Topic: []byte("t"), Payload: []byte{0, '\n', 0xff}, Properties: props}}
	if _, err := s.Add(in); err != nil {
		t.Fatal(err)
	}
	empty := text("")
	if _, err := s.Add(empty); err != nil {
		t.Fatal(err)
	}
	_ = s.Close()
	d := delivery(t, opened(t, dir, Config{}), Holder{})
	for _, want := range []*Message{in, empty} {
		got, _, err := d.Next()
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
	for _, name := range []string{".", appendLock, segmentFiles(t, dir)[0]} {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		info, err := os.Stat(name)
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// Order holds over segments, a delivery goes on where the last one ended, and what is delivered takes no room.
func TestOrderAndRoom(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := opened(t, dir, Config{Max: 1 << 10}) // a segment of 128 bytes takes one message
	add(t, s, "1", "2", "3", "4")
	if n := len(segmentFiles(t, dir)); n != 4 {
		t.Errorf("%d segments", n)
	}
	d := delivery(t, s, Holder{})
	if got := read(t, d, 3); got != "1 2 3" {
		t.Error(got)
	}
	d.Unread()
	if err := d.Save(d.Position()); err != nil { // 1 and 2 are delivered
		t.Fatal(err)
	}
	_ = d.Close()
	if n := len(segmentFiles(t, dir)); n != 2 {
		t.Errorf("%d segments are left", n)
	}
	add(t, s, "5")
	d = delivery(t, s, Holder{})
	if got := take(t, d); got != "3 4 5" {
		t.Error(got)
	}
	add(t, s, "6")
	if got := take(t, d); got != "6" {
		t.Errorf("what comes later: %s", got)
	}
	if left := segmentFiles(t, dir); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	_ = d.Close()
	add(t, s, "7")
	if got := everything(t, dir, Config{}); got != "7" {
		t.Errorf("after everything was delivered: %s", got)
	}
}

func TestFull(t *testing.T) {
	t.Parallel()
	s := opened(t, t.TempDir(), Config{Max: 1000})
	var err error
	n := 0
	for ; err == nil; n++ {
		_, err = s.Add(text("x"))
	}
	var full *FullError
	if !errors.As(err, &full) || full.Used > 1000 || full.Used+full.Need <= 1000 || n < 8 {
		t.Fatalf("after %d: %v", n, err)
	}
	d := delivery(t, s, Holder{})
	if got := take(t, d); len(got) != 2*(n-1)-1 {
		t.Errorf("of %d: %q", n-1, got)
	}
	add(t, s, "there is room again")
}

// A clock that was set meanwhile, or never was, makes nothing old; the clock of one run of the system does.
func TestAge(t *testing.T) {
	t.Parallel()
	boot, other := [16]byte{1}, [16]byte{2}
	for _, c := range []struct {
		name        string
		stored, now Stamp
		want        time.Duration
	}{
		{"wall clock", Stamp{Wall: noon}, Stamp{Wall: noon.Add(time.Hour)}, time.Hour},
		{"wall clock over a restart", Stamp{noon, boot, 5 * time.Hour}, Stamp{noon.Add(time.Hour), other, time.Minute}, time.Hour},
		{"set forward", Stamp{noon, boot, time.Minute}, Stamp{noon.AddDate(3, 0, 0), boot, 2 * time.Minute}, time.Minute},
		{"set back", Stamp{Wall: noon}, Stamp{Wall: noon.AddDate(-1, 0, 0)}, 0},
		{"not set when stored", Stamp{time.Unix(60, 0), boot, time.Minute}, Stamp{noon, other, time.Minute}, 0},
		{"not set now", Stamp{Wall: noon}, Stamp{Wall: time.Unix(60, 0)}, 0},
	} {
		if got := c.now.since(c.stored); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Old messages are passed over and counted; the time here counts for the Message Expiry Interval.
func TestExpiry(t *testing.T) {
	t.Parallel()
	now := still()
	dir := t.TempDir()
	s := opened(t, dir, Config{Clock: func() Stamp { return now }})
	limited := func(payload string, seconds uint32) {
		m := text(payload)
		m.Properties, _ = mqtt.AppendPropertyString(nil, mqtt.ContentType, "x")
		m.Properties, _ = mqtt.AppendPropertyUint(m.Properties, mqtt.MessageExpiryInterval, seconds)
		if _, err := s.Add(m); err != nil {
			t.Fatal(err)
		}
	}
	limited("short", 59)
	limited("long", 90)
	add(t, s, "for ever")
	now.Wall = now.Wall.Add(time.Minute)
	limited("new", 5)
	d := delivery(t, s, Holder{})
	m, _, err := d.Next()
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := m.Properties.Uint(mqtt.MessageExpiryInterval); string(m.Payload) != "long" || left != 30 || m.Properties.Check(mqtt.PUBLISH) != nil {
		t.Errorf("%s has %d s left", m.Payload, left)
	}
	if got := read(t, d, -1); got != "for ever new" || d.Expired != 1 {
		t.Errorf("%q, %d expired", got, d.Expired)
	}
	_ = d.Close()
	d = delivery(t, s, Holder{Age: time.Minute})
	if got := take(t, d); got != "new" || d.Expired != 3 {
		t.Errorf("with a limit: %q, %d expired", got, d.Expired)
	}
}

func TestStatusAndDrop(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := opened(t, dir, Config{})
	add(t, s, "1", "2", "3")
	d := delivery(t, s, Holder{})
	read(t, d, 1)
	if err := d.Save(d.Position()); err != nil {
		t.Fatal(err)
	}
	st, err := s.Status()
	if err != nil || st.Messages != 2 || st.Topics["a/b"] != 2 || !st.Oldest.Equal(noon) || len(st.Brokers) != 1 || st.Bytes == 0 {
		t.Errorf("%+v, %v", st, err)
	}
	if st, err = d.Drop(); err != nil || st.Messages != 2 {
		t.Errorf("dropped %+v, %v", st, err)
	}
	if st, err = s.Status(); err != nil || st.Messages != 0 || st.Bytes != 0 {
		t.Errorf("left %+v, %v", st, err)
	}
	add(t, s, "4")
	if got := take(t, d); got != "4" {
		t.Errorf("after a drop: %q", got)
	}
}

func TestReject(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := opened(t, dir, Config{})
	add(t, s, "bad", "good")
	d := delivery(t, s, Holder{})
	read(t, d, 1)
	path, err := d.Reject()
	if err != nil {
		t.Fatal(err)
	}
	if kept, err := os.ReadFile(path); err != nil || !strings.HasSuffix(string(kept), "bad") {
		t.Errorf("%q, %v", kept, err)
	}
	if got := take(t, d); got != "good" {
		t.Error(got)
	}
	if st, err := s.Status(); err != nil || st.Rejected != 1 {
		t.Errorf("%+v, %v", st, err)
	}
}

// A directory or a file that another user may have put there is refused.
func TestForeignFiles(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	path := func(name string) string { return filepath.Join(base, name) }
	for _, err := range []error{
		os.Mkdir(path("real"), 0o700),
		os.Symlink("real", path("link")),
		os.WriteFile(path("file"), nil, 0o600),
		os.Mkdir(path("open"), 0o700),
		os.Chmod(path("open"), 0o777),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"link": "is a symbolic link", "file": "is not a directory", "open": "can be written to by other users",
	} {
		_, err := Open(path(name), Config{})
		var bad *DirError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if _, err := OpenExisting(path("none"), Config{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory that is not there: %v", err)
	}
	if os.Geteuid() == 0 {
		if err := os.Chown(path("real"), 12345, 12345); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path("real"), Config{}); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
			t.Errorf("another user's: %v", err)
		}
	}
	for _, name := range []string{appendLock, deliveryLock, cursorFile, newSegment(1).name()} {
		dir := t.TempDir()
		if err := os.WriteFile(path("target"), []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(path("target"), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		err := func() error {
			s, err := Open(dir, Config{Now: time.Now, Clock: still})
			if err != nil {
				return err
			}
			defer s.Close()
			if _, err = s.Add(text("x")); err != nil {
				return err
			}
			_, err = s.Deliver(Holder{})
			return err
		}()
		if kept, _ := os.ReadFile(path("target")); err == nil || string(kept) != "precious" {
			t.Errorf("a link in place of %s: %v", name, err)
		}
	}
}

func TestBusy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a, b := opened(t, dir, Config{}), opened(t, dir, Config{})
	d := delivery(t, a, Holder{Pid: 4711, Stay: true})
	_, err := b.Deliver(Holder{Wait: 20 * time.Millisecond})
	var busy *BusyError
	if !errors.As(err, &busy) || busy.Pid != 4711 || !busy.Stays {
		t.Errorf("%+v", err)
	}
	add(t, b, "by the other")
	if got := take(t, d); got != "by the other" {
		t.Error(got)
	}
	_ = d.Close()
	delivery(t, b, Holder{})
}

// Several writers and one who delivers at the same time: nothing is lost, nothing comes twice, each writer's order holds.
func TestTogether(t *testing.T) {
	t.Parallel()
	const writers, each = 4, 200
	dir := t.TempDir()
	var writing sync.WaitGroup
	for w := range writers {
		s := opened(t, dir, Config{Max: 1 << 14})
		writing.Go(func() {
			for n := 0; n < each; {
				_, err := s.Add(text(fmt.Sprintf("%d %d", w, n)))
				var full *FullError
				switch {
				case errors.As(err, &full):
					time.Sleep(time.Millisecond)
				case err != nil:
					t.Error(err)
					return
				default:
					n++
				}
			}
		})
	}
	d := delivery(t, opened(t, dir, Config{}), Holder{})
	next := [writers]int{}
	for end := time.Now().Add(20 * time.Second); next != [writers]int{each, each, each, each}; {
		m, _, err := d.Next()
		if err == io.EOF {
			if err := d.Save(d.Position()); err != nil {
				t.Fatal(err)
			}
			if time.Now().After(end) {
				t.Fatalf("got %v", next)
			}
			time.Sleep(time.Millisecond)
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		var w, n int
		if _, err := fmt.Sscan(string(m.Payload), &w, &n); err != nil || next[w] != n {
			t.Fatalf("%q after %v", m.Payload, next)
		}
		next[w]++
	}
	writing.Wait()
}
