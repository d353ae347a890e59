package options

import (
	"math"
	"strconv"
	"strings"
)

// blanks are the characters that C's isspace skips in front of a number.
const blanks = " \t\n\v\f\r"

// atoi reads an integer as C's atoi does: blanks, a sign, decimal digits; what follows is ignored, and nothing is 0. It
// counts in 64 bits on every platform and stops at the largest and smallest of them.
func atoi(word string) int64 {
	n, _ := cInteger(word, 10)
	return n
}

// cInteger reads an integer as C's strtol does in base 10, or in the base that its prefix tells (0x, 0) if base is 0.
// The second result is what follows the digits; it is the whole word if there are none.
func cInteger(word string, base int) (int64, string) {
	text := strings.TrimLeft(word, blanks)
	sign := ""
	if text != "" && (text[0] == '-' || text[0] == '+') {
		sign, text = text[:1], text[1:]
	}
	if base == 0 {
		base, text = cBase(text)
	}
	end := 0
	for end < len(text) && digit(text[end]) < base {
		end++
	}
	if end == 0 {
		return 0, word
	}
	n, err := strconv.ParseInt(sign+text[:end], base, 64)
	if err != nil && sign == "-" {
		return math.MinInt64, text[end:]
	}
	if err != nil {
		return math.MaxInt64, text[end:]
	}
	return n, text[end:]
}

// cBase tells the base of a number from its prefix, and cuts that of a hexadecimal one: its x is only part of the number
// if a digit follows.
func cBase(text string) (base int, digits string) {
	switch {
	case len(text) > 2 && text[0] == '0' && text[1]|0x20 == 'x' && digit(text[2]) < 16:
		return 16, text[2:]
	case text != "" && text[0] == '0':
		return 8, text
	}
	return 10, text
}

// digit is the value of a digit, and more than any base for another character.
func digit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'z':
		return int(c|0x20-'a') + 10
	}
	return math.MaxInt
}

// atof reads a decimal number as C's atof does: blanks, a sign, digits, a point, an exponent; what follows is ignored,
// and nothing is 0. Infinity, not-a-number and hexadecimal, which C has too, are nothing here.
func atof(word string) float64 {
	text := strings.TrimLeft(word, blanks)
	end, digits := 0, 0
	if text != "" && (text[0] == '-' || text[0] == '+') {
		end++
	}
	for seenPoint := false; end < len(text); end++ {
		if c := text[end]; '0' <= c && c <= '9' {
			digits++
		} else if c == '.' && !seenPoint {
			seenPoint = true
		} else {
			break
		}
	}
	if digits == 0 {
		return 0
	}
	end += exponent(text[end:])
	// The only error left is a number too large or too small, for which the result is right.
	f, _ := strconv.ParseFloat(text[:end], 64)
	return f
}

// exponent returns the length of the exponent at the start of text, 0 if there is none.
func exponent(text string) int {
	if text == "" || text[0]|0x20 != 'e' {
		return 0
	}
	start := 1
	if len(text) > 1 && (text[1] == '-' || text[1] == '+') {
		start = 2
	}
	end := start
	for end < len(text) && '0' <= text[end] && text[end] <= '9' {
		end++
	}
	if end == start {
		return 0
	}
	return end
}
