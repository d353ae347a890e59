package client

import (
	"io"
	"os"
)

// pumped reads what another goroutine has read, and ends when a signal comes: who stops a `tail -f` wants to see what
// it came to.
type pumped struct {
	chunks  <-chan chunk
	signals <-chan os.Signal
	rest    []byte
	err     error
}

// chunk is what one call of Read gave.
type chunk struct {
	bytes []byte
	err   error
}

// pump reads r in a goroutine of its own until it ends or done is closed. One that waits for a terminal or a pipe then
// ends with the process.
func pump(r io.Reader, signals <-chan os.Signal, done <-chan struct{}) io.Reader {
	chunks := make(chan chunk)
	go func() {
		for {
			buf := make([]byte, 32<<10)
			n, err := r.Read(buf)
			select {
			case chunks <- chunk{buf[:n], err}:
			case <-done:
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return &pumped{chunks: chunks, signals: signals}
}

// Read returns io.EOF after a signal.
func (p *pumped) Read(b []byte) (int, error) {
	for len(p.rest) == 0 {
		if p.err != nil {
			return 0, p.err
		}
		select {
		case c := <-p.chunks:
			p.rest, p.err = c.bytes, c.err
		case <-p.signals:
			p.err = io.EOF
		}
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}
