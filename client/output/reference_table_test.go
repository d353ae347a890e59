package output

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// referenceTime is tst as 2.0.11 prints it, with a "Z" that 2.0.13 removed.
var referenceTime = regexp.MustCompile(`("tst":\t?")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\+0100"`)

// referenceRetain is the retain flag of 2.0; 2.1 prints a boolean.
var referenceRetain = regexp.MustCompile(`("retain":\t?)[01],`)

// normalise turns the two members of the JSON output of 2.0.11 that differ in every line into those of 2.1, and the time
// into that of the rows. The other accepted differences stand in the tables, with their reasons.
func normalise(out string) string {
	out = referenceTime.ReplaceAllString(out, "${1}2026-11-23T15:47:03.824391+0100\"")
	return referenceRetain.ReplaceAllStringFunc(out, func(member string) string {
		if strings.HasSuffix(member, "1,") {
			return strings.TrimSuffix(member, "1,") + "true,"
		}
		return strings.TrimSuffix(member, "0,") + "false,"
	})
}

// usage is what follows an error of the command line.
const usage = "\n\nUse 'mosquitto_sub --help' to see usage.\n"

func TestReferenceTables(t *testing.T) {
	r := newReference(t)
	var rows []row
	for _, row := range readTables(t) {
		if row.notRun == "" {
			rows = append(rows, row)
		}
	}
	parallel(len(rows), func(i int) {
		row := &rows[i]
		var options []string
		switch row.kind {
		case "format":
			options = append(options, "-F", row.format)
		case "verbose":
			options = append(options, "-v")
		}
		if row.style.NoNewline {
			options = append(options, "-N")
		}
		if row.style.Pretty {
			options = append(options, "--pretty")
		}
		stdout, stderr := r.run(t, nil, []*Message{row.message}, options...)
		want, wantErr := row.prints, row.stderr
		if wantErr != "" {
			wantErr += "\n"
		}
		if row.rejects != "" {
			wantErr = "Error: " + row.rejects + usage
		}
		if row.differs {
			want, wantErr = row.reference, ""
			if row.referenceRejects != "" {
				wantErr = "Error: " + row.referenceRejects + usage
			}
		}
		if stdout = normalise(stdout); stdout != want || stderr != wantErr {
			t.Errorf("%s: %s\n got %q, %q\nwant %q, %q", row.where, row.format, stdout, stderr, want, wantErr)
		}
		if row.differs && row.reference == row.prints && row.referenceRejects == row.rejects {
			t.Errorf("%s: %s: no difference", row.where, row.format)
		}
	})
}

// The random formats leave out what is different in 2.0.11 by the tables: a width with %x and %X, a zero with %C, a
// precision with %x and %X, separators, %f and %d, the time, JSON.
func TestReferenceRandomFormats(t *testing.T) {
	const formats = 300
	r := newReference(t)
	all := readMessages(t)
	messages := []*Message{
		all["plain"], all["retained"], all["empty"], all["binary"], all["long"], all["v5"], all["v5edge"], all["v5empty"],
		all["controls"],
	}
	random := rand.New(rand.NewPCG(20, 26))
	list := make([]string, formats)
	for i := range list {
		list[i] = randomFormat(random)
	}
	parallel(formats, func(i int) {
		stdout, stderr := r.run(t, nil, messages, "-F", list[i])
		f, err := Compile(list[i], Style{})
		if err != nil {
			if want := "Error: " + err.Error() + usage; stderr != want || stdout != "" {
				t.Errorf("%q\n got %v\nwant %q, %q", list[i], err, stdout, stderr)
			}
			return
		}
		var got []byte
		for _, m := range messages {
			got, _ = f.Append(got, m, clock())
		}
		if string(got) != stdout {
			t.Errorf("%q\n got %q\nwant %q", list[i], got, stdout)
		}
	})
}

// randomFormat returns a format of a few pieces, one in twenty with an error.
func randomFormat(random *rand.Rand) string {
	pick := func(list string) string {
		i := random.IntN(len(list))
		return list[i : i+1]
	}
	number := func(odds int) string {
		if random.IntN(odds) > 0 {
			return ""
		}
		return strconv.Itoa(random.IntN(40))
	}
	var b strings.Builder
	for range 1 + random.IntN(6) {
		switch n := random.IntN(100); {
		case n < 15:
			b.WriteString([]string{"abc", " ", "|", "é", "{\"x\":", "0", "'", "$1"}[random.IntN(8)])
		case n < 22:
			b.WriteString(`\` + pick(`\0aenrtv`))
		case n < 25:
			b.WriteString("@@")
		case n < 35:
			b.WriteString([]string{"%", "%-", "%0", "%-0"}[random.IntN(4)] + pick("xX"))
		default:
			conversion := pick("%ADEFPRSlmpqrtC")
			flags := []string{"", "-", "0", "-0"}[random.IntN(4)]
			if conversion == "C" {
				flags = strings.TrimSuffix(flags, "0")
			}
			b.WriteString("%" + flags + number(2))
			if random.IntN(3) == 0 {
				b.WriteString("." + number(2))
			}
			b.WriteString(conversion)
		}
	}
	if random.IntN(20) == 0 {
		b.WriteString([]string{"%", "%5", "%-", "%.", "@", `\`, `\q`, "%y", "%5.3é"}[random.IntN(9)])
	}
	return b.String()
}

// TestReferenceJSON sends many payloads through one mosquitto_sub. A NUL ends each output.
func TestReferenceJSON(t *testing.T) {
	r := newReference(t)
	random := rand.New(rand.NewPCG(2, 1))
	var messages []*Message
	for _, c := range readJSONCases(t) {
		messages = append(messages, &Message{Topic: []byte(c.where), Payload: []byte(c.payload)})
	}
	for i := range 3000 {
		payload := randomJSON(random, 0)
		if i%3 == 0 {
			payload = damage(random, payload)
		}
		messages = append(messages, &Message{Topic: fmt.Appendf(nil, "random/%d", i), Payload: []byte(payload)})
	}
	for _, style := range []Style{{NoNewline: true}, {NoNewline: true, Pretty: true}} {
		options := []string{"-N", "-F", `%J\0`}
		if style.Pretty {
			options = append(options, "--pretty")
		}
		stdout, stderr := r.run(t, nil, messages, options...)
		want := strings.Split(normalise(stdout), "\x00")
		if len(want) != len(messages)+1 {
			t.Fatalf("%d outputs for %d messages\n%s", len(want)-1, len(messages), stderr)
		}
		f := mustCompile(t, "%J", style)
		accepted := 0
		for i, m := range messages {
			got, err := f.Append(nil, m, clock())
			if string(got) != want[i] {
				t.Errorf("%s: %q\n got %q\nwant %q", m.Topic, m.Payload, got, want[i])
			}
			if err == nil {
				accepted++
			} else if !strings.Contains(stderr, err.Error()+"\n") {
				t.Errorf("%s: %q: %v", m.Topic, m.Payload, err)
			}
		}
		if accepted < 2000 || accepted > len(messages)-300 {
			t.Errorf("%d of %d accepted: the payloads are too much alike", accepted, len(messages))
		}
	}
}

// randomJSON returns a value, often in an unusual spelling.
func randomJSON(random *rand.Rand, depth int) string {
	space := func() string { return []string{"", "", "", " ", "\t", "\r\n", "\x02"}[random.IntN(7)] }
	switch n := random.IntN(10); {
	case n < 2 && depth < 5:
		var b strings.Builder
		for i := range random.IntN(4) {
			if i > 0 {
				b.WriteString(",")
			}
			b.WriteString(space() + randomJSON(random, depth+1) + space())
		}
		return "[" + b.String() + space() + "]"
	case n < 5 && depth < 5:
		var b strings.Builder
		for i := range random.IntN(4) {
			if i > 0 {
				b.WriteString("," + space())
			}
			b.WriteString(randomString(random) + space() + ":" + space() + randomJSON(random, depth+1))
		}
		return "{" + space() + b.String() + space() + "}"
	case n < 8:
		return randomNumber(random)
	case n < 9:
		return randomString(random)
	default:
		return []string{"null", "true", "false"}[random.IntN(3)]
	}
}

func randomNumber(random *rand.Rand) string {
	v := math.Float64frombits(random.Uint64())
	for math.IsNaN(v) || math.IsInf(v, 0) {
		v = math.Float64frombits(random.Uint64())
	}
	switch random.IntN(8) {
	case 0:
		return strconv.FormatInt(random.Int64()>>random.IntN(63), 10)
	case 1:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case 2:
		return strconv.FormatFloat(v, 'e', random.IntN(25), 64)
	case 3:
		return strconv.FormatFloat(random.NormFloat64(), 'f', random.IntN(25), 64)
	case 4:
		return strconv.FormatFloat(random.Float64()*1e6, 'f', 2, 64)
	case 5:
		return "0" + strconv.Itoa(random.IntN(1000)) + "." + "E-" + strconv.Itoa(random.IntN(400))
	case 6:
		return strings.Repeat("9", 1+random.IntN(70))
	default:
		return strconv.FormatFloat(float64(random.IntN(1000))/1000, 'g', -1, 64)
	}
}

func randomString(random *rand.Rand) string {
	pieces := []string{
		"a", "key", " ", "é", "€", "😀", "\xff", "\x01", "\n", "\x7f", `\n`, `\"`, `\\`, `\/`, `\u00e9`, `\u0000`, `\u001F`,
		`\uD83D\uDE00`, `\ufeff`, `\uabcd`, `\u00g0`, "/", "<",
	}
	var b strings.Builder
	for range random.IntN(5) {
		b.WriteString(pieces[random.IntN(len(pieces))])
	}
	return `"` + b.String() + `"`
}

// damage changes, removes or inserts one byte.
func damage(random *rand.Rand, payload string) string {
	i := random.IntN(len(payload))
	c := "\"\\{}[],:01-+.eEu \x00x"[random.IntN(19)]
	switch random.IntN(3) {
	case 0:
		return payload[:i] + payload[i+1:]
	case 1:
		return payload[:i] + string([]byte{c}) + payload[i:]
	default:
		return payload[:i] + string([]byte{c}) + payload[i+1:]
	}
}

// TestReferenceClock asks the reference for every strftime conversion at once; %U tells what time it was.
func TestReferenceClock(t *testing.T) {
	r := newReference(t)
	m := &Message{Topic: []byte("t"), Payload: []byte("p")}
	var b strings.Builder
	b.WriteString("%U|%I|%.16I|%30I|%-30I|")
	for c := 1; c < 256; c++ {
		if c != 'N' { // the reference reads the clock once more for %U
			b.WriteString("@" + string([]byte{byte(c)}) + "|")
		}
	}
	f := mustCompile(t, b.String(), Style{})
	zones := []string{
		"UTC", "CET-1CEST,M3.5.0,M10.5.0/3", "<-03>3", "XXX-5:45", "NST3:30NDT,M3.2.0,M11.1.0", "ABC-14:59:59", "", "EST5EDT",
		":Asia/Kolkata",
	}
	parallel(len(zones), func(i int) {
		var got, want string
		for range 3 { // the two readings may be on both sides of a second
			want, _ = r.run(t, []string{"TZ=" + zones[i]}, []*Message{m}, "-F", b.String())
			var sec, ns int64
			if _, err := fmt.Sscanf(want, "%d.%d|", &sec, &ns); err != nil {
				t.Errorf("%q: %v", want, err)
				return
			}
			out, _ := f.Append(nil, m, time.Unix(sec, ns).In(LoadZone(zones[i], true, readZoneFile)))
			if got = string(out); got == want {
				return
			}
		}
		t.Errorf("TZ=%s\n got %q\nwant %q", zones[i], got, want)
	})
}
