package cause

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// day writes a date as people compare it.
func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

// instant writes a time to the second, in UTC.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// span writes how long d is in the two largest units that matter.
func span(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	seconds := int64(d / time.Second)
	units := [...]struct {
		name string
		n    int64
	}{{"y", 365 * 86400}, {"d", 86400}, {"h", 3600}, {"min", 60}, {"s", 1}}
	for i, u := range units {
		if seconds < u.n {
			continue
		}
		out := strconv.FormatInt(seconds/u.n, 10) + u.name
		if i+1 < len(units) {
			if rest := seconds % u.n / units[i+1].n; rest > 0 {
				out += " " + strconv.FormatInt(rest, 10) + units[i+1].name
			}
		}
		return out
	}
	return "0s"
}

// quote writes s as one word of a POSIX shell. Names in certificates are the
// peer's choice and must not become commands when a line is pasted.
func quote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			strings.ContainsRune("@%+=:,./_-", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// file writes a path that is to be given as an argument: one that begins with
// a dash must not be read as an option.
func file(path string) string {
	if strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	return quote(path)
}

// most is how many elements of a list are written out.
const most = 4

// list writes elements as "a, b and c", and counts those it leaves out.
func list(elements []string) string {
	n := len(elements)
	switch {
	case n == 0:
		return "nothing"
	case n == 1:
		return elements[0]
	case n > most:
		return strings.Join(elements[:most], ", ") + fmt.Sprintf(" and %d more", n-most)
	}
	return strings.Join(elements[:n-1], ", ") + " and " + elements[n-1]
}

// fingerprint shortens a SHA-256 fingerprint to what people compare.
func fingerprint(sha string) string {
	if len(sha) <= 16 {
		return sha
	}
	return sha[:16] + "…"
}

// subject names a certificate by its subject, or says that it has none.
func subject(c *evidence.Certificate) string { return name(c.Subject) }

func name(n evidence.Name) string {
	if n.Text == "" {
		return "(no name)"
	}
	return n.Text
}

// place says where a certificate was seen.
func place(c *evidence.Certificate) string {
	switch {
	case c.File == "":
		return "sent by the broker"
	case c.Line > 0:
		return fmt.Sprintf("in %s, line %d", c.File, c.Line)
	}
	return "in " + c.File
}

// at names the broker by host and port.
func at(t evidence.Target) string {
	host := t.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if t.Port == 0 {
		return host
	}
	return host + ":" + strconv.Itoa(t.Port)
}

// seconds writes a number of milliseconds.
func seconds(ms int64) string {
	if ms < 1000 {
		return fmt.Sprintf("%d ms", ms)
	}
	return fmt.Sprintf("%d s", ms/1000)
}

// plural writes n and a noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
