package mqtt

import (
	"bytes"
	"unicode/utf8"
)

// ValidUTF8 reports whether s is a string that the reference client sends: at
// most 65,536 bytes of well-formed UTF-8 without control characters (U+0000 to
// U+001F, U+007F to U+009F) and without non-characters (U+FDD0 to U+FDEF, and the
// last two code points of each plane). The standard only advises against the last
// two ([MQTT-1.5.4-1], [MQTT-1.5.4-2]; MQTT 5.0, 1.5.4).
func ValidUTF8[T string | []byte](s T) bool {
	if len(s) > 65_536 {
		return false
	}
	i := 0
	for i < len(s) {
		if len(s)-i >= 8 && printable8(load8(s, i)) {
			i += 8
			continue
		}
		if c := s[i]; c < utf8.RuneSelf {
			if c < 0x20 || c == 0x7f {
				return false
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(string(s[i:min(i+utf8.UTFMax, len(s))]))
		if r == utf8.RuneError && size == 1 || r <= 0x9f || r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe {
			return false
		}
		i += size
	}
	return true
}

// wellFormed reports whether b is UTF-8 as the standard demands: well-formed,
// without surrogates [MQTT-1.5.4-1], without U+0000 [MQTT-1.5.4-2].
func wellFormed(b []byte) bool {
	for len(b) >= 8 && plain8(load8(b, 0)) {
		b = b[8:]
	}
	for i, c := range b {
		if c == 0 {
			return false
		}
		if c >= utf8.RuneSelf {
			return utf8.Valid(b[i:]) && bytes.IndexByte(b[i:], 0) < 0
		}
	}
	return true
}

// badText says what is wrong with a string that is not wellFormed.
func badText(v Version, t PacketType, what string, b []byte) *Malformed {
	if bytes.IndexByte(b, 0) >= 0 {
		return malformed(t, cite(v, "[MQTT-1.5.4-2]", "[MQTT-1.5.3-2]"), "%s contains U+0000", what)
	}
	return malformed(t, cite(v, "[MQTT-1.5.4-1]", "[MQTT-1.5.3-1]"), "%s is not well-formed UTF-8", what)
}

// Eight characters at a time: each byte of a word is tested by itself, with its
// highest bit as the answer. A borrow can only spoil the bytes above one that
// already failed, so "some byte failed" is exact.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// load8 returns the eight bytes of s from i on, the first in the lowest place.
func load8[T string | []byte](s T, i int) uint64 {
	_ = s[i+7]
	return uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
		uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
}

// printable8 reports whether all eight bytes are in 0x20 to 0x7e.
func printable8(x uint64) bool {
	isDEL := x ^ ones*0x7f
	return ((x-ones*0x20)|(isDEL-ones)&^isDEL|x)&highs == 0
}

// plain8 reports whether all eight bytes are ASCII and none is U+0000.
func plain8(x uint64) bool { return ((x-ones)|x)&highs == 0 }

// plainTopic8 reports whether all eight bytes are ASCII and none is U+0000, + or #.
func plainTopic8(x uint64) bool {
	// + and # differ in one bit only: with it set in all bytes they are one test.
	isWildcard := (x | ones*('+'^'#')) ^ ones*'+'
	return ((x-ones)|(isWildcard-ones)&^isWildcard|x)&highs == 0
}
