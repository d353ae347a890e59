package spool

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
)

const (
	window  = 64 << 10  // bytes that are read at once
	largest = 300 << 20 // bytes; no message of MQTT comes near
)

// scanner reads the records of one segment up to a given end, and steps over what is damaged.
type scanner struct {
	file   *os.File
	seg    segment
	at     int64 // where the next record begins
	end    int64 // what lies behind it is not looked at
	from   int64 // where buffer begins in the file
	buffer []byte
}

func (c *scanner) close() { _ = c.file.Close() }

// bytes returns n bytes at an offset, fewer at the end. They are valid until the next call.
func (c *scanner) bytes(at int64, n int) ([]byte, error) {
	n = int(min(int64(n), c.end-at))
	if at < c.from || at+int64(n) > c.from+int64(len(c.buffer)) {
		size := int(min(int64(max(n, window)), c.end-at))
		c.from, c.buffer = at, append(c.buffer[:0], make([]byte, size)...)
		if _, err := io.ReadFull(io.NewSectionReader(c.file, at, int64(size)), c.buffer); err != nil {
			c.buffer = c.buffer[:0]
			return nil, err
		}
	}
	return c.buffer[at-c.from:][:n], nil
}

// errDamaged reports bytes that are no whole record.
var errDamaged = errors.New("spool: damaged")

// record returns the body of the record at an offset, which is valid until the next call, and where it ends. The error
// is errDamaged, or that of the file.
func (c *scanner) record(at int64) (body []byte, end int64, err error) {
	head, err := c.bytes(at, headSize)
	if err != nil {
		return nil, at, err
	}
	if len(head) < headSize || !bytes.Equal(head[:markerSize], c.seg.mark[:]) {
		return nil, at, errDamaged
	}
	size := int64(binary.BigEndian.Uint32(head[markerSize:]))
	if size > c.end-at-headSize || size > largest {
		return nil, at, errDamaged
	}
	whole, err := c.bytes(at, headSize+int(size))
	if err != nil {
		return nil, at, err
	}
	head, body = whole[:headSize], whole[headSize:]
	if binary.BigEndian.Uint32(head[markerSize+4:]) != checksum(head, body) {
		return nil, at, errDamaged
	}
	return body, at + headSize + size, nil
}

// next returns the next message and where it begins. Damaged bytes it reports instead, once, as from and to; the call
// after that goes on behind them. At the end the error is io.EOF.
func (c *scanner) next() (m *Message, from, to int64, err error) {
	if c.at >= c.end {
		return nil, c.at, c.at, io.EOF
	}
	from = c.at
	body, to, err := c.record(from)
	if err == nil {
		if m, err = parseBody(append([]byte(nil), body...)); err == nil {
			c.at = to
			return m, from, to, nil
		}
		c.at = to // the checksum is right: this is a whole record of something else
		return nil, from, to, errDamaged
	}
	if err != errDamaged {
		return nil, from, from, err
	}
	if to, err = c.resume(from + 1); err != nil {
		return nil, from, from, err
	}
	c.at = to
	return nil, from, to, errDamaged
}

// resume looks for the next whole record from an offset on, and returns where it begins, or the end.
func (c *scanner) resume(at int64) (int64, error) {
	for at < c.end {
		part, err := c.bytes(at, window)
		if err != nil {
			return at, err
		}
		i := bytes.Index(part, c.seg.mark[:])
		switch {
		case i < 0 && at+int64(len(part)) >= c.end:
			return c.end, nil
		case i < 0:
			at += int64(len(part)) - markerSize + 1
			continue
		}
		at += int64(i)
		if _, _, err := c.record(at); err == nil || err != errDamaged {
			return at, err
		}
		at++
	}
	return c.end, nil
}
