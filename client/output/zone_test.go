package output

import (
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// readZoneFile reads this machine's zoneinfo.
func readZoneFile(name string) ([]byte, error) { return os.ReadFile(name) }

// needDate skips a test where there is no GNU date.
func needDate(t *testing.T) {
	t.Helper()
	out, err := exec.Command("date", "--version").Output()
	if err == nil && strings.Contains(string(out), "GNU coreutils") {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("no GNU date to compare with: %v", err)
	}
	t.Skipf("no GNU date to compare with: %v", err)
}

// dates prints many times with GNU date: one line each, in the zone given.
func dates(t *testing.T, tz, format string, times []int64) []string {
	t.Helper()
	var input strings.Builder
	for _, sec := range times {
		input.WriteString("@" + strconv.FormatInt(sec, 10) + "\n")
	}
	cmd := exec.Command("date", "-f", "-", "+"+format)
	cmd.Env = []string{"LC_ALL=C", "TZ=" + tz}
	cmd.Stdin = strings.NewReader(input.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("date: %v", err)
	}
	result := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(result) != len(times) {
		t.Fatalf("date printed %d lines for %d times", len(result), len(times))
	}
	return result
}

func TestZonesAgainstDate(t *testing.T) {
	needDate(t)
	zones := []string{
		"UTC", "CET-1CEST,M3.5.0,M10.5.0/3", "<-03>3", "<+0330>-3:30", "EST5", "EST5EDT4,M3.2.0/2:00:00,M11.1.0",
		"AEST-10AEDT,M10.1.0,M4.1.0/3", "NZST-12NZDT,M9.5.0,M4.1.0/3", "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
		"IST-1GMT0,M10.5.0,M3.5.0/1", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "XYZ4ABC,J60/0,J300/12:30:15", "XYZ-4ABC,59,299/2",
		"EET-2EEST,M3.4.4/50,M10.4.4/50", "LMT0:53:28", "WGT3WGST,M3.5.0/-2,M10.5.0/-1", "PST8PDT", "Europe/Berlin",
		":Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "Etc/GMT+5", "", "Mars/Phobos", "Q", "ABC", "5",
		":CET-1CEST,M3.5.0,M10.5.0/3",
	}
	var times []int64
	for sec := time.Date(2025, 12, 20, 0, 0, 0, 0, time.UTC).Unix(); len(times) < 4*366; sec += 21601 {
		times = append(times, sec)
	}
	// Around every change of clocks of the zones above, to the second.
	for _, at := range []string{
		"2026-03-08T07:00:00Z", "2026-03-29T01:00:00Z", "2026-04-04T16:00:00Z", "2026-10-25T01:00:00Z", "2026-11-01T06:00:00Z",
		"2026-10-03T16:00:00Z", "2026-09-26T14:00:00Z", "2026-04-04T14:00:00Z",
	} {
		change, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		times = append(times, change.Unix()-1, change.Unix(), change.Unix()+1)
	}
	for _, tz := range zones {
		loc := LoadZone(tz, true, readZoneFile)
		bad := 0
		for i, want := range dates(t, tz, "%s %F %T %z %Z", times) {
			at := time.Unix(times[i], 0).In(loc)
			line := clockLine("%s %F %T %z %Z", at)
			if line != want {
				if bad++; bad <= 3 {
					t.Errorf("TZ=%q\n got %s\nwant %s", tz, line, want)
				}
			}
		}
		if bad > 3 {
			t.Errorf("TZ=%q: and %d more", tz, bad-3)
		}
	}
}

// clockLine expands a format of date with appendClock.
func clockLine(format string, at time.Time) string {
	var b []byte
	for i := 0; i < len(format); i++ {
		if format[i] == '%' {
			i++
			b = appendClock(b, format[i], at)
		} else {
			b = append(b, format[i])
		}
	}
	return string(b)
}

func TestClockAgainstDate(t *testing.T) {
	needDate(t)
	// Every day of eleven years, which have all shapes of calendar, at another time of day.
	var times []int64
	for day := range 11 * 366 {
		times = append(times, time.Date(2023, 12, 25, 0, 0, 0, 0, time.UTC).Unix()+int64(day)*86400+int64(day*7919%86400))
	}
	times = append(times, 0, 951782400, 4107542399, 4107542400, 253402300799)
	const format = "%a %A %b %B %c %C %d %D %e %F %g %G %h %H %I %j %k %l %m %M %p %P %r %R %s %S %T %u %U %V %w %W %x %X %y %Y %z %Z"
	for i, want := range dates(t, "UTC", format, times) {
		if got := clockLine(format, time.Unix(times[i], 0).UTC()); got != want {
			t.Errorf("\n got %s\nwant %s", got, want)
		}
	}
}

func TestLoadZoneFiles(t *testing.T) {
	berlin, err := readZoneFile("/usr/share/zoneinfo/Europe/Berlin")
	if err != nil {
		t.Skipf("no zoneinfo on this machine: %v", err)
	}
	at := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	type files map[string]string
	for _, c := range []struct {
		what  string
		tz    string
		set   bool
		files files
		want  string
	}{
		{"nothing", "", false, nil, "UTC +0000"},
		{"empty", "", true, files{"/etc/localtime": string(berlin)}, "UTC +0000"},
		{"the system's", "", false, files{"/etc/localtime": string(berlin), "/etc/TZ": "EST5\n"}, "CEST +0200"},
		{"OpenWrt", "", false, files{"/etc/TZ": "CET-1CEST,M3.5.0,M10.5.0/3\n"}, "CEST +0200"},
		{"OpenWrt without a newline", "", false, files{"/etc/TZ": "<-03>3"}, "-03 -0300"},
		{"OpenWrt, UTC", "", false, files{"/etc/TZ": "UTC\n"}, "UTC +0000"},
		{"/etc/localtime is broken", "", false, files{"/etc/localtime": "TZif", "/etc/TZ": "JST-9\n"}, "JST +0900"},
		{"by name", "Europe/Berlin", true, files{"/usr/share/zoneinfo/Europe/Berlin": string(berlin)}, "CEST +0200"},
		{"musl's folder", ":Europe/Berlin", true, files{"/share/zoneinfo/Europe/Berlin": string(berlin)}, "CEST +0200"},
		{"by path", ":/tmp/zone", true, files{"/tmp/zone": string(berlin)}, "CEST +0200"},
		{"no such file", "Europe/Berlin", true, nil, "Europe +0000"},
		{"a file before a string", "EST5", true, files{"/usr/share/zoneinfo/EST5": string(berlin)}, "CEST +0200"},
		{"not a zone file", "JST-9", true, files{"/usr/share/zoneinfo/JST-9": "no"}, "JST +0900"},
		{"an open bracket", "<+03", true, nil, " +0000"},
		{"no rules: those of the United States", "CET-1CEST", true, nil, "CEST +0200"},
		{"a colon alone", ":", true, nil, "UTC +0000"},
		{"rules that cannot be read", "CET-1CEST,M3", true, nil, "CET +0100"},
		{"too far", "ABC999", true, nil, "ABC +0000"},
	} {
		loc := LoadZone(c.tz, c.set, func(name string) ([]byte, error) {
			if data, ok := c.files[name]; ok {
				return []byte(data), nil
			}
			return nil, fs.ErrNotExist
		})
		if got := clockLine("%Z %z", at.In(loc)); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}
