package client

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync/atomic"

	"github.com/culex-mqtt/culex/client/options"
)

const (
	maxPayload = 268435455
	lineBuffer = 64 << 10
)

// inputError is a message that cannot be read; text is what the user sees, in two lines.
type inputError struct{ text string }

func (e *inputError) Error() string { return e.text }

// payload loads the message that -m, -n, -f or -s names; nil with -l or without any.
func (e *Env) payload(m *options.Message) ([]byte, error) {
	switch {
	case m.Text != nil:
		return []byte(*m.Text), nil
	case m.File != nil:
		return readFile(*m.File)
	case m.Stdin:
		return e.readStdin()
	default:
		return nil, nil
	}
}

// readFile reads a file, a pipe or a device to its end.
func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fileError(name, err)
	}
	defer f.Close()
	var size int64 // what a file tells beforehand is room that need not be found by doubling
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		size = min(info.Size(), maxPayload+1)
	}
	payload, err := readAll(f, size)
	if err != nil {
		return nil, fileError(name, err)
	}
	if len(payload) > maxPayload {
		return nil, &inputError{fmt.Sprintf("Error: File must be less than %d bytes.\n\nError loading input file \"%s\".\n", maxPayload, name)}
	}
	return payload, nil
}

func fileError(name string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return &inputError{fmt.Sprintf("Error: Unable to read file \"%s\": %s.\nError loading input file \"%s\".\n", name, errnoText(err), name)}
}

func (e *Env) readStdin() ([]byte, error) {
	payload, err := readAll(e.Stdin, 0)
	reason := ""
	switch {
	case err != nil:
		reason = fmt.Sprintf("Error: Unable to read stdin: %s.\n", errnoText(err))
	case len(payload) == 0:
		reason = "Error: Zero length input.\n"
	case len(payload) > maxPayload:
		reason = fmt.Sprintf("Error: Message length must be less than %d bytes.\n\n", maxPayload)
	default:
		return payload, nil
	}
	return nil, &inputError{reason + "Error loading input from stdin.\n"}
}

// readAll reads at most one byte more than a message can have. Size is how much is expected.
func readAll(r io.Reader, size int64) ([]byte, error) {
	var all bytes.Buffer
	all.Grow(int(size) + bytes.MinRead)
	_, err := all.ReadFrom(io.LimitReader(r, maxPayload+1))
	return all.Bytes(), err
}

// unreadable ends a program whose message cannot be read.
func (e *Env) unreadable(o *options.Client, err error) Exit {
	if !o.Quiet {
		_, _ = io.WriteString(e.Stderr, err.Error())
	}
	return Exit{Code: codeFailure}
}

// publishLines sends each line of stdin as a message. Reading begins with the first connection.
func (p *publisher) publishLines() error {
	if err := p.session.Connected(); err != nil {
		return err
	}
	in := bufio.NewReaderSize(p.input(), lineBuffer)
	for {
		line, err := readLine(in)
		if err != nil && len(line) == 0 {
			return p.endOfInput(err)
		}
		m := p.message
		m.Payload = line
		if _, err := p.session.Publish(&m); err != nil {
			_ = p.session.Drain() // the lines before it are still on their way
			return err
		}
	}
}

// endOfInput waits for the acknowledgements of what was read, also when the rest could not be.
func (p *publisher) endOfInput(err error) error {
	if drained := p.session.Drain(); drained != nil || err == io.EOF {
		return drained
	}
	return &inputError{"Error: Unable to read stdin: " + errnoText(err) + "."}
}

// readLine returns the next line without its newline, or the rest of the input. It is valid until the next call, or for
// good if it is longer than the buffer. The error comes once nothing is left.
func readLine(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		line, err = readLongLine(in, append([]byte(nil), line...))
	}
	if err == nil {
		return line[:len(line)-1], nil
	}
	return line, err
}

func readLongLine(in *bufio.Reader, line []byte) ([]byte, error) {
	for {
		more, err := in.ReadSlice('\n')
		if line = append(line, more...); len(line) > maxPayload+1 {
			return nil, errLongLine
		}
		if err != bufio.ErrBufferFull {
			return line, err
		}
	}
}

var errLongLine = errors.New("a line is longer than 268435455 bytes")

// reading is how far stdin has been read; any goroutine may ask.
type reading struct {
	waiting atomic.Bool // for more input, with all that came before handled
	stopped atomic.Bool // no more is wanted
}

// input is stdin for -l.
func (p *publisher) input() io.Reader { return flushing{p} }

// flushing writes out what was published before it waits for more input, and counts the lines of that.
type flushing struct{ p *publisher }

func (f flushing) Read(b []byte) (int, error) {
	p := f.p
	p.session.Flush()
	p.reading.waiting.Store(true)
	if p.reading.stopped.Load() {
		return 0, io.EOF
	}
	n, err := p.env.Stdin.Read(b)
	p.reading.waiting.Store(false)
	p.lines.add(b[:n])
	return n, err
}
