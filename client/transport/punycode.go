package transport

import (
	"strings"
	"unicode/utf8"
)

// toASCII is the form in which DNS knows a host name: each label that is not ASCII in Punycode (RFC 5891, 4.4). Capital
// letters become small; no other character is mapped.
func toASCII(host string) string {
	labels := strings.Split(strings.ToLower(host), ".")
	for i, label := range labels {
		if strings.IndexFunc(label, func(r rune) bool { return r >= utf8.RuneSelf }) >= 0 {
			labels[i] = "xn--" + punycode([]rune(label))
		}
	}
	return strings.Join(labels, ".")
}

// The parameters of Punycode (RFC 3492, 5).
const (
	puBase    = 36
	puTMin    = 1
	puTMax    = 26
	puSkew    = 38
	puDamp    = 700
	puBias    = 72
	puInitial = 128
)

// punycode encodes a label (RFC 3492, 6.3).
func punycode(label []rune) string {
	var out []byte
	for _, r := range label {
		if r < puInitial {
			out = append(out, byte(r))
		}
	}
	basic := len(out)
	if basic > 0 {
		out = append(out, '-')
	}
	n, delta, bias := rune(puInitial), 0, puBias
	for done := basic; done < len(label); n++ {
		next := rune(utf8.MaxRune)
		for _, r := range label {
			if r >= n {
				next = min(next, r)
			}
		}
		delta += int(next-n) * (done + 1)
		n = next
		for _, r := range label {
			switch {
			case r < n:
				delta++
			case r == n:
				out = appendDelta(out, delta, bias)
				bias = adapt(delta, done+1, done == basic)
				delta = 0
				done++
			}
		}
		delta++
	}
	return string(out)
}

// appendDelta appends a number in digits of varying base.
func appendDelta(out []byte, delta, bias int) []byte {
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	for k := puBase; ; k += puBase {
		t := min(max(k-bias, puTMin), puTMax)
		if delta < t {
			return append(out, digits[delta])
		}
		out = append(out, digits[t+(delta-t)%(puBase-t)])
		delta = (delta - t) / (puBase - t)
	}
}

// adapt finds the bias for the next number (RFC 3492, 6.1).
func adapt(delta, points int, first bool) int {
	if first {
		delta /= puDamp
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for ; delta > (puBase-puTMin)*puTMax/2; k += puBase {
		delta /= puBase - puTMin
	}
	return k + (puBase-puTMin+1)*delta/(delta+puSkew)
}
