package transport

// deepStack is about what a TLS handshake takes of its goroutine's stack, in bytes.
const deepStack = 20 << 10

// GrowStack has the stack of the calling goroutine grow at once to what a TLS handshake needs. Call it where the stack is
// shallow: left alone a stack doubles four times on the way, and the deeper it is, the longer moving it takes. That is a
// fourteenth of the time of a program that sends one message.
func GrowStack() { _ = frame(false) }

// frame makes room for its frame before anything else, so use is never true: the room need not even be cleared.
//
//go:noinline
func frame(use bool) byte {
	if !use {
		return 0
	}
	var room [deepStack]byte
	for i := range room {
		room[i] = byte(i)
	}
	return room[len(room)/2]
}
