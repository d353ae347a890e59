package brokerlog

import (
	"strconv"
	"strings"
	"time"
)

// head is what stands before a program's own words: when, and which program.
type head struct {
	time    string
	program string
	// stamped says that the line has mosquitto's own time stamp, so that the broker and no client printed it.
	stamped bool
}

// behead takes the time and the names that mosquitto, syslog, journald and container tools put before a line.
func behead(line string) (head, string) {
	var h head
	if at := strings.Index(line, " | "); at >= 0 && at < 48 && !strings.ContainsAny(strings.TrimRight(line[:at], " "), " :") {
		line = strings.TrimLeft(line[at+3:], " ")
	}
	// journald and containers write a line with their own time, and the broker's stands behind it.
	for range 3 {
		rest, ok := h.take(line)
		if !ok {
			break
		}
		line = rest
	}
	return h, line
}

// take takes one time stamp, with what syslog writes behind it.
func (h *head) take(line string) (string, bool) {
	if isMonth(line) && len(line) > 16 && line[15] == ' ' {
		return h.host(line[:15], line[16:])
	}
	bracketed := strings.HasPrefix(line, "[")
	first, rest, ok := strings.Cut(strings.TrimPrefix(line, "["), " ")
	if !ok || first == "" || first[0] < '0' || first[0] > '9' {
		return line, false
	}
	if date, isStamp := strings.CutSuffix(first, ":"); isStamp && looksLikeTime(date) {
		h.time, h.stamped = date, true
		return rest, true
	}
	if !looksLikeTime(first) {
		return line, false
	}
	// A date and a clock in two words, as other log formats have it.
	if second, behind, ok := strings.Cut(rest, " "); ok && strings.Count(second, ":") >= 2 {
		clock := strings.TrimRight(second, ":]")
		if clock != "" && clock[0] >= '0' && clock[0] <= '9' {
			h.time, h.stamped = first+" "+clock, strings.HasSuffix(second, ":")
			return behind, true
		}
	}
	if bracketed {
		h.time = strings.TrimSuffix(first, "]")
		return rest, true
	}
	return h.host(first, rest)
}

// host takes the host and the program of syslog: "gw mosquitto[612]: ".
func (h *head) host(stamp, rest string) (string, bool) {
	_, behind, ok := strings.Cut(rest, " ")
	if !ok {
		h.time = stamp
		return rest, true
	}
	program, text, ok := strings.Cut(behind, ": ")
	if !ok || strings.ContainsRune(program, ' ') {
		h.time = stamp
		return rest, true
	}
	name, _, _ := strings.Cut(program, "[")
	h.time, h.program = stamp, name
	return text, true
}

func isMonth(line string) bool {
	if len(line) < 4 || line[3] != ' ' {
		return false
	}
	switch line[:3] {
	case "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec":
		return true
	}
	return false
}

// looksLikeTime accepts seconds since 1970 and what begins with a date or a clock.
func looksLikeTime(s string) bool {
	s = strings.TrimSuffix(s, "]")
	if s == "" || len(s) > 40 {
		return false
	}
	digits := 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case !strings.ContainsRune("-:/.,TZ+", r):
			return false
		}
	}
	return digits >= 8 || digits >= 6 && strings.ContainsRune(s, ':')
}

// instant writes seconds since 1970, as mosquitto does by default, so that people can read them; other texts stay.
func instant(stamp string) string {
	n, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || n < 1e8 || n > 1e11 {
		return stamp
	}
	return time.Unix(n, 0).UTC().Format(time.RFC3339)
}
