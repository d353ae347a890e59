package output

import (
	"io"
	"sync"
	"time"
)

const (
	bufferSize    = 64 << 10 // what is held back at most between two flushes
	largestBuffer = 1 << 20  // what is kept for the next message after a big one
)

// Writer collects output and hands it on in large pieces. Its methods may be called by several goroutines; what one
// call writes stays together.
//
// The first error of the underlying writer is kept, and everything after it is dropped: every later call returns that
// error, so that errors.Is finds syscall.EPIPE (the reader went away) or syscall.ENOSPC in it.
type Writer struct {
	mu  sync.Mutex
	out io.Writer
	buf []byte
	err error
}

// NewWriter returns a Writer that writes to out. It allocates its buffer as it is used.
func NewWriter(out io.Writer) *Writer {
	return &Writer{out: out}
}

// Write adds p. It goes out when 64 KiB are waiting, or at Flush.
func (w *Writer) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(p) >= bufferSize {
		w.through(p)
	} else if w.err == nil {
		w.buf = append(w.buf, p...)
		w.flushFull()
	}
	if w.err != nil {
		return 0, w.err
	}
	return len(p), nil
}

// WriteMessage adds the output of f for m, received at at. An error that is not the sticky one is about this message
// only: a *PayloadError, or several joined.
func (w *Writer) WriteMessage(f *Format, m *Message, at time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.message(f, m, at)
	w.flushFull()
	if w.err != nil {
		return w.err
	}
	return err
}

// message runs f. A payload that is printed as it is and is longer than the buffer is not copied.
func (w *Writer) message(f *Format, m *Message, at time.Time) error {
	if w.err != nil {
		return nil
	}
	if len(m.Payload) < bufferSize {
		var err error
		w.buf, err = f.Append(w.buf, m, at)
		return err
	}
	var errs error
	ops := f.steps(m)
	for i := range ops {
		o := &ops[i]
		if o.conv == 'p' && o.width == 0 && !o.left {
			w.through(m.Payload)
			continue
		}
		var err error
		if w.buf, err = f.appendOp(w.buf, o, m, at); err != nil {
			errs = join(errs, err)
		}
		w.flushFull()
	}
	return errs
}

// Flush hands on what is waiting.
func (w *Writer) Flush() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flush()
	return w.err
}

// Err returns the sticky error.
func (w *Writer) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

func (w *Writer) flushFull() {
	if len(w.buf) >= bufferSize {
		w.flush()
	}
}

func (w *Writer) flush() {
	if w.err == nil && len(w.buf) > 0 {
		_, w.err = w.out.Write(w.buf)
	}
	if cap(w.buf) > largestBuffer || w.err != nil {
		w.buf = nil
	}
	w.buf = w.buf[:0]
}

// through writes p after what is waiting, without copying it.
func (w *Writer) through(p []byte) {
	w.flush()
	if w.err == nil {
		_, w.err = w.out.Write(p)
	}
}
