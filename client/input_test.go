package client

import (
	"bytes"
	"io"
	"runtime"
	"testing"
)

// TestReadAll reads inputs of about the sizes at which pieces begin and end, known and unknown, and larger or smaller than
// what was expected.
func TestReadAll(t *testing.T) {
	all := bytes.Repeat([]byte("0123456789abcdef!"), (2*pieceSize+lineBuffer)/17+2)
	for _, size := range []int{0, 1, lineBuffer - 1, lineBuffer, lineBuffer + 1, lineBuffer + pieceSize, lineBuffer + pieceSize + 1, lineBuffer + 2*pieceSize + 2} {
		for _, expected := range []int{0, 1, size, size + 1} {
			// A reader without other methods, as a pipe is.
			got, err := readAll(struct{ io.Reader }{bytes.NewReader(all[:size])}, int64(expected))
			if err != nil || !bytes.Equal(got, all[:size]) {
				t.Errorf("%d bytes, %d expected: got %d, %v", size, expected, len(got), err)
			}
		}
	}
}

// TestReadAllTakesItsSize: of an input of unknown length there is never much more in memory than its length and the pieces
// that it came in.
func TestReadAllTakesItsSize(t *testing.T) {
	const size = 40 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, err := readAll(io.LimitReader(endless{}, size), 0)
	runtime.ReadMemStats(&after)
	if err != nil || len(got) != size {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > 2*size+3*pieceSize {
		t.Errorf("%d bytes took %d", size, took)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
