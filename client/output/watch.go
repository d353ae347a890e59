package output

import (
	"strconv"
	"time"
)

// Watch prints every topic on a line of its own (--watch): a new message replaces the one before. It belongs to one
// goroutine. It remembers every topic that it has seen, as long as it lives.
type Watch struct {
	lines map[string]int
	moves []byte // the escape sequences of one message
}

// firstLine is the line of the first topic; the broker's name stands above it.
const firstLine = 2

// NewWatch returns a Watch that has seen no topic.
func NewWatch() *Watch {
	return &Watch{lines: make(map[string]int)}
}

// Start clears the terminal and names the broker.
func (w *Watch) Start(out *Writer, host string) error {
	_, err := out.Write([]byte("\x1b[2J\x1b[1;1HBroker: " + host + "\n"))
	return err
}

// WriteMessage is Writer.WriteMessage on the line of the topic. Afterwards the cursor is below the last line in use.
func (w *Watch) WriteMessage(out *Writer, f *Format, m *Message, at time.Time) error {
	line, ok := w.lines[string(m.Topic)]
	if !ok {
		line = firstLine + len(w.lines)
		w.lines[string(m.Topic)] = line
	}
	out.mu.Lock()
	defer out.mu.Unlock()
	w.moves = appendMove(w.moves[:0], line)
	start := len(w.moves)
	w.moves = append(appendMove(w.moves, firstLine-1+len(w.lines)), '\n')
	out.buf = append(out.buf, w.moves[:start]...)
	err := out.message(f, m, at)
	out.buf = append(out.buf, w.moves[start:]...)
	out.flushFull()
	if out.err != nil {
		return out.err
	}
	return err
}

// appendMove appends the sequence that moves the cursor to the start of a line.
func appendMove(dst []byte, line int) []byte {
	dst = strconv.AppendInt(append(dst, "\x1b["...), int64(line), 10)
	return append(dst, ";1H"...)
}
