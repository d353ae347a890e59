package spool

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
)

// Position is a place in the spool, between two records.
type Position struct {
	Segment uint64 // its number
	Offset  int64  // in bytes
}

// Before tells whether p comes earlier than q.
func (p Position) Before(q Position) bool {
	return p.Segment < q.Segment || p.Segment == q.Segment && p.Offset < q.Offset
}

const (
	cursorFile = "cursor"
	cursorNext = "cursor.new"
	cursorSize = 8 + 8 + 4
)

// readCursor returns the place up to which everything is delivered. A cursor that cannot be read costs no message: what
// it had passed is delivered again.
func (s *Spool) readCursor() (Position, error) {
	f, err := s.open(cursorFile, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return Position{}, nil
	}
	if err != nil {
		return Position{}, err
	}
	defer f.Close()
	b := make([]byte, cursorSize)
	if _, err := io.ReadFull(f, b); err != nil || crc32.Checksum(b[:16], castagnoli()) != binary.BigEndian.Uint32(b[16:]) {
		return Position{}, nil
	}
	return Position{binary.BigEndian.Uint64(b), int64(binary.BigEndian.Uint64(b[8:]) &^ (1 << 63))}, nil
}

// writeCursor replaces the cursor in one step.
func (s *Spool) writeCursor(p Position) error {
	b := binary.BigEndian.AppendUint64(nil, p.Segment)
	b = binary.BigEndian.AppendUint64(b, uint64(p.Offset))
	b = binary.BigEndian.AppendUint32(b, crc32.Checksum(b, castagnoli()))
	f, err := s.open(cursorNext, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = s.root.Rename(cursorNext, cursorFile)
	}
	if err != nil {
		return s.failed("write", cursorFile, err)
	}
	return nil
}
