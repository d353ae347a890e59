package output

import (
	"strconv"
	"time"
)

// appendUnixTime appends %U: seconds and nanoseconds since 1970.
func appendUnixTime(dst []byte, at time.Time) []byte {
	dst = strconv.AppendInt(dst, at.Unix(), 10)
	return appendPadded(append(dst, '.'), at.Nanosecond(), 9)
}

// appendDateTime appends %I: local time as 2006-01-02T15:04:05-0700.
func appendDateTime(dst []byte, o *op, at time.Time) []byte {
	var buf [64]byte
	return appendText(dst, at.AppendFormat(buf[:0], "2006-01-02T15:04:05-0700"), o)
}

// appendClock appends the strftime conversion c of at, as glibc prints it in the C locale. What is no conversion is
// printed with its '%'.
func appendClock(dst []byte, c byte, at time.Time) []byte {
	switch c {
	case 'a':
		return append(dst, at.Weekday().String()[:3]...)
	case 'A':
		return append(dst, at.Weekday().String()...)
	case 'b', 'h':
		return append(dst, at.Month().String()[:3]...)
	case 'B':
		return append(dst, at.Month().String()...)
	case 'p', 'P':
		return appendHalf(dst, c, at)
	case 'z':
		return appendOffset(dst, at)
	case 'Z':
		name, _ := at.Zone()
		return append(dst, name...)
	case 's':
		return strconv.AppendInt(dst, at.Unix(), 10)
	case 'n':
		return append(dst, '\n')
	case 't':
		return append(dst, '\t')
	case 'c', 'D', 'x', 'F', 'T', 'X', 'R', 'r':
		return appendCompound(dst, c, at)
	}
	if v, width, fill, ok := clockNumber(c, at); ok {
		start := len(dst)
		dst = appendPadded(dst, v, width)
		for i := start; fill == ' ' && i < len(dst)-1 && dst[i] == '0'; i++ {
			dst[i] = ' '
		}
		return dst
	}
	if c == '%' {
		return append(dst, '%')
	}
	if '0' < c && c <= '9' {
		// glibc takes a digit for a width, and pads what it does not understand.
		dst = appendRepeat(dst, ' ', int(c-'0')-2)
	}
	return append(dst, '%', c)
}

// appendHalf appends AM or PM, in lower case for P.
func appendHalf(dst []byte, c byte, at time.Time) []byte {
	half := "AM"
	if at.Hour() >= 12 {
		half = "PM"
	}
	if c == 'P' {
		return append(dst, half[0]|0x20, 'm')
	}
	return append(dst, half...)
}

// appendOffset appends the offset from UTC as +hhmm; seconds are dropped.
func appendOffset(dst []byte, at time.Time) []byte {
	_, offset := at.Zone()
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	return appendPadded(append(dst, sign), offset/3600*100+offset/60%60, 4)
}

// appendCompound appends the conversions that stand for several others.
func appendCompound(dst []byte, c byte, at time.Time) []byte {
	var text string
	switch c {
	case 'c':
		text = "%a %b %e %T %Y"
	case 'D', 'x':
		text = "%m/%d/%y"
	case 'F':
		text = "%Y-%m-%d"
	case 'T', 'X':
		text = "%H:%M:%S"
	case 'R':
		text = "%H:%M"
	case 'r':
		text = "%I:%M:%S %p"
	}
	for i := 0; i < len(text); i++ {
		if text[i] == '%' {
			i++
			dst = appendClock(dst, text[i], at)
		} else {
			dst = append(dst, text[i])
		}
	}
	return dst
}

// clockNumber returns the value of a numeric conversion, its least number of characters and what fills it.
func clockNumber(c byte, at time.Time) (v, width int, fill byte, ok bool) {
	weekday := int(at.Weekday())
	switch c {
	case 'C':
		return at.Year() / 100, 2, '0', true
	case 'd':
		return at.Day(), 2, '0', true
	case 'e':
		return at.Day(), 2, ' ', true
	case 'g':
		year, _ := at.ISOWeek()
		return year % 100, 2, '0', true
	case 'G':
		year, _ := at.ISOWeek()
		return year, 1, '0', true
	case 'H':
		return at.Hour(), 2, '0', true
	case 'I':
		return (at.Hour()+11)%12 + 1, 2, '0', true
	case 'j':
		return at.YearDay(), 3, '0', true
	case 'k':
		return at.Hour(), 2, ' ', true
	case 'l':
		return (at.Hour()+11)%12 + 1, 2, ' ', true
	case 'm':
		return int(at.Month()), 2, '0', true
	case 'M':
		return at.Minute(), 2, '0', true
	case 'S':
		return at.Second(), 2, '0', true
	case 'u':
		return (weekday+6)%7 + 1, 1, '0', true
	case 'U': // weeks that begin on Sunday
		return (at.YearDay() + 6 - weekday) / 7, 2, '0', true
	case 'V':
		_, week := at.ISOWeek()
		return week, 2, '0', true
	case 'w':
		return weekday, 1, '0', true
	case 'W': // weeks that begin on Monday
		return (at.YearDay() + 6 - (weekday+6)%7) / 7, 2, '0', true
	case 'y':
		return at.Year() % 100, 2, '0', true
	case 'Y':
		return at.Year(), 1, '0', true
	}
	return 0, 0, 0, false
}
