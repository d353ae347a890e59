package output

import (
	"bytes"
	"errors"
	"testing"
	"time"
)

// FuzzFormat checks that no format and no message breaks the output, and that it does not depend on what is in the buffer.
func FuzzFormat(f *testing.F) {
	for _, row := range []struct{ format, payload string }{
		{"%-010.3:x|%5t|@c@N@@\\n", "message"}, {"%f%d%j%J", "\x00\x00\xc0\xbf"}, {"%E%S%A%F%C%R%D%P", ""}, {"%", "x"}, {"\\", "x"},
		{"%.2.X%I%U%%", "\xff"},
	} {
		f.Add(row.format, []byte(row.payload), false, false)
	}
	messages := readMessages(f)
	f.Fuzz(func(t *testing.T, format string, payload []byte, pretty, safe bool) {
		if len(format) > 40 { // a few widths of a million are enough
			t.Skip()
		}
		compiled, err := Compile(format, Style{Pretty: pretty, JSONSafe: safe})
		if err != nil {
			var bad *FormatError
			if !errors.As(err, &bad) || bad.Offset < 0 || bad.Offset > len(format) {
				t.Fatalf("%q: %#v", format, err)
			}
			if bad.Offset < len(format) && format[bad.Offset] != bad.Char {
				t.Fatalf("%q: %q is not at %d", format, bad.Char, bad.Offset)
			}
			return
		}
		for _, name := range []string{"plain", "v5", "v5edge"} {
			m := *messages[name]
			m.Payload = payload
			once, _ := compiled.Append(nil, &m, clock())
			twice, _ := compiled.Append(bytes.Clone(once), &m, clock())
			if !bytes.Equal(twice, append(once, once...)) {
				t.Fatalf("%q: %q and then %q", format, once, twice)
			}
			if !bytes.HasSuffix(once, []byte("\n")) {
				t.Fatalf("%q: no newline after %q", format, once)
			}
		}
	})
}

// FuzzZone checks that every TZ gives a zone that can be used.
func FuzzZone(f *testing.F) {
	for _, tz := range []string{
		"CET-1CEST,M3.5.0,M10.5.0/3", "<-03>3", "EST5EDT", ":Europe/Berlin", "AAA-24:59:59BBB,J365/167,0/-167", "ABC1,,", "",
	} {
		f.Add(tz, int64(1795445223))
	}
	f.Fuzz(func(t *testing.T, tz string, sec int64) {
		loc := LoadZone(tz, true, func(string) ([]byte, error) { return []byte(tz), nil })
		_, offset := time.Unix(sec, 0).In(loc).Zone()
		if offset < -8*24*3600 || offset > 8*24*3600 {
			t.Fatalf("%q: %d seconds from UTC", tz, offset)
		}
	})
}
