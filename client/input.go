package client

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime/debug"
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
	payload, err := readAll(f, sizeOf(f))
	if err != nil {
		return nil, fileError(name, err)
	}
	if len(payload) > maxPayload {
		return nil, &inputError{fmt.Sprintf("Error: File must be less than %d bytes.\n\nError loading input file \"%s\".\n", maxPayload, name)}
	}
	return payload, nil
}

// sizeOf is what a file tells of its size, or 0.
func sizeOf(r io.Reader) int64 {
	f, ok := r.(interface{ Stat() (fs.FileInfo, error) })
	if !ok {
		return 0
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return min(info.Size(), maxPayload+1)
}

func fileError(name string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return &inputError{fmt.Sprintf("Error: Unable to read file \"%s\": %s.\nError loading input file \"%s\".\n", name, errnoText(err), name)}
}

func (e *Env) readStdin() ([]byte, error) {
	payload, err := readAll(e.Stdin, sizeOf(e.Stdin))
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

// readAll reads at most one byte more than a message can have. Size is how much is expected, 0 if that is not known.
func readAll(r io.Reader, size int64) ([]byte, error) {
	r = io.LimitReader(r, maxPayload+1)
	if size == 0 {
		size = lineBuffer
	}
	var all bytes.Buffer
	all.Grow(int(size) + 1 + bytes.MinRead)
	switch _, err := all.ReadFrom(io.LimitReader(r, size+1)); {
	case err != nil:
		return nil, err
	case int64(all.Len()) <= size:
		return all.Bytes(), nil
	}
	return readPieces(r, all.Bytes())
}

// pieceSize is how much of an input of unknown length is kept in one piece until the length is known, in bytes.
const pieceSize = 4 << 20

// readPieces reads the rest of an input into pieces, and puts them behind its head only when it knows how much room that
// takes: a buffer that doubles would take up to three times as much memory as the message.
func readPieces(r io.Reader, head []byte) ([]byte, error) {
	pieces, size := [][]byte{head}, len(head)
	for {
		piece := make([]byte, pieceSize)
		n, err := io.ReadFull(r, piece)
		size += n
		if n > 0 {
			pieces = append(pieces, piece[:n])
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	all := make([]byte, 0, size)
	for i, piece := range pieces {
		all = append(all, piece...)
		if pieces[i] = nil; i%givenBack == 0 {
			debug.FreeOSMemory() // or the pieces would stay beside what they were copied to
		}
	}
	return all, nil
}

// givenBack is after how many pieces their memory goes back to the system.
const givenBack = 4

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
