package output

import (
	"encoding/binary"
	"math"
	"path"
	"strings"
	"time"
)

// LoadZone returns the local time zone as the C library finds it. tz and set are the environment variable TZ and
// whether there is one, readFile reads a whole file.
//
// TZ is a file name, absolute or below the zoneinfo folder, or a POSIX string such as CET-1CEST,M3.5.0,M10.5.0/3; a
// colon before it is ignored, and an empty TZ is UTC. Without TZ it is /etc/localtime, or the POSIX string in /etc/TZ,
// where OpenWrt keeps it. What cannot be understood is UTC.
func LoadZone(tz string, set bool, readFile func(name string) ([]byte, error)) *time.Location {
	if set {
		return zoneByName(strings.TrimPrefix(tz, ":"), readFile)
	}
	if data, err := readFile("/etc/localtime"); err == nil {
		if loc, err := time.LoadLocationFromTZData("Local", data); err == nil {
			return loc
		}
	}
	if data, err := readFile("/etc/TZ"); err == nil {
		line, _, _ := strings.Cut(string(data), "\n")
		return zoneByName(strings.TrimPrefix(strings.TrimSpace(line), ":"), readFile)
	}
	return time.UTC
}

// zoneByName tries a file first: EST5EDT is both.
func zoneByName(name string, readFile func(name string) ([]byte, error)) *time.Location {
	if name == "" {
		return time.UTC
	}
	files := []string{name}
	if !path.IsAbs(name) {
		files = []string{"/usr/share/zoneinfo/" + name, "/share/zoneinfo/" + name, "/etc/zoneinfo/" + name}
	}
	for _, file := range files {
		if data, err := readFile(file); err == nil {
			if loc, err := time.LoadLocationFromTZData(name, data); err == nil {
				return loc
			}
		}
	}
	return posixZone(name)
}

// posixZone returns the zone of a POSIX TZ string; what does not begin with a name is UTC without a name. Go has the reader for such a
// string but no way to call it: it reads the last line of a zoneinfo file, so the file is made here. The file has no
// transitions and one zone, standard time, which also stands where the rules cannot be read.
func posixZone(tz string) *time.Location {
	name, rest := zoneAbbreviation(tz)
	offset, ok := zoneOffset(rest)
	if name == "" || !ok {
		// A name alone is UTC under that name.
		return time.FixedZone(name, 0)
	}
	header := make([]byte, 44)
	copy(header, "TZif2")
	block := append(header[:44:44], header...) // the first block, which is skipped, is empty
	binary.BigEndian.PutUint32(block[44+36:], 1)
	binary.BigEndian.PutUint32(block[44+40:], uint32(len(name)+1))
	block = binary.BigEndian.AppendUint32(block, uint32(int32(offset)))
	block = append(block, 0, 0) // not daylight saving time; the name at 0
	block = append(append(block, name...), 0)
	block = append(block, '\n')
	block = append(append(block, tz...), '\n')
	loc, err := time.LoadLocationFromTZData(tz, block)
	if err != nil {
		return time.FixedZone(name, offset)
	}
	return loc
}

// zoneAbbreviation splits the name of standard time off a POSIX string: at least three letters, or letters, digits
// and signs between angle brackets. The name is empty if there is none.
func zoneAbbreviation(tz string) (name, rest string) {
	if quoted, ok := strings.CutPrefix(tz, "<"); ok {
		name, rest, ok = strings.Cut(quoted, ">")
		if !ok || len(name) < 3 || strings.Trim(name, letters+"0123456789+-") != "" {
			return "", ""
		}
		return name, rest
	}
	rest = strings.TrimLeft(tz, letters)
	if name = tz[:len(tz)-len(rest)]; len(name) < 3 {
		return "", ""
	}
	return name, rest
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// zoneOffset reads [+-]hh[:mm[:ss]] and returns seconds east of Greenwich, the opposite of what POSIX writes.
func zoneOffset(s string) (int, bool) {
	sign := -1
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		sign, s = 1, rest
	} else {
		s = strings.TrimPrefix(s, "+")
	}
	total := 0
	for unit := 3600; unit > 0; unit /= 60 {
		digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
		if digits == 0 {
			return 0, false
		}
		v := 0
		for _, c := range s[:digits] {
			v = min(v*10+int(c-'0'), math.MaxInt16)
		}
		total += v * unit
		rest, ok := strings.CutPrefix(s[digits:], ":")
		if !ok {
			break
		}
		s = rest
	}
	if total > 24*7*3600 {
		return 0, false
	}
	return sign * total, true
}
