package mqtt

import "encoding/binary"

const (
	maxVarint = 268_435_455 // what four bytes of seven bits hold (MQTT 5.0, 1.5.5)
	maxString = 65_535      // what a Two Byte Integer length can say (MQTT 5.0, 1.5.4)
)

// varintSize returns how many bytes v takes as a Variable Byte Integer.
func varintSize(v int) int {
	switch {
	case v < 1<<7:
		return 1
	case v < 1<<14:
		return 2
	case v < 1<<21:
		return 3
	}
	return 4
}

// appendVarint appends v, at most maxVarint, as a Variable Byte Integer.
func appendVarint(b []byte, v int) []byte {
	for v >= 0x80 {
		b = append(b, byte(v)|0x80)
		v >>= 7
	}
	return append(b, byte(v))
}

// decodeVarint reads a Variable Byte Integer from the start of b and returns how
// many bytes it took: 0 when b ends inside it, -1 when it has more than four
// bytes, -2 when it has more than its value needs [MQTT-1.5.5-1].
func decodeVarint(b []byte) (v, n int) {
	for i, c := range b {
		v |= int(c&0x7f) << (7 * i)
		if c < 0x80 {
			if c == 0 && i > 0 {
				return 0, -2
			}
			return v, i + 1
		}
		if i == 3 {
			return 0, -1
		}
	}
	return 0, 0
}

// appendString appends s, of at most maxString bytes, with its length in front.
func appendString[T string | []byte](b []byte, s T) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
}

// appendHeader appends a fixed header.
func appendHeader(b []byte, t PacketType, flags byte, remaining int) []byte {
	return appendVarint(append(b, byte(t)<<4|flags), remaining)
}
