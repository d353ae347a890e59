package mqtt

// PacketSize returns the size in bytes of the encoded packet that b begins with, fixed header included, whether or not b
// holds all of it, or 0 if b does not hold a whole fixed header (MQTT 5.0, 2.1.4).
func PacketSize(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	remaining, n := decodeLength(b[1:])
	if n <= 0 {
		return 0
	}
	return 1 + n + remaining
}
