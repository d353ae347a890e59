// Package pcap reads packet captures, pcap and pcapng, and puts the TLS and
// MQTT connections in them together again. It is pure and bounded: whatever
// the capture, it does not panic, and keeps no more of a connection than what
// its handshake needs.
package pcap

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// bufferSize is the read buffer, and so the longest block that is looked at.
// Captures hold packets of 256 KiB at most.
const (
	bufferSize = 1 << 20
	maxPacket  = 256 << 10
)

// Packet is one packet of a capture.
type Packet struct {
	// Number counts from 1, as Wireshark does.
	Number int
	Time   time.Time
	Link   LinkType
	// Data is what was captured; it stays valid until the next call of Next.
	Data []byte
	// Length is how long the packet was on the wire.
	Length int
}

// FormatError says why a capture cannot be read, or not any further.
type FormatError struct {
	// Offset is where in the file, in bytes; Packet is the last one that could
	// be read, 0 for none.
	Offset  int64
	Packet  int
	Problem string
}

// Error returns the problem and where it is.
func (e *FormatError) Error() string {
	if e.Packet == 0 {
		return e.Problem
	}
	return fmt.Sprintf("%s (at byte %d, after packet %d)", e.Problem, e.Offset, e.Packet)
}

// Reader reads the packets of a capture, in either format.
type Reader struct {
	in     *bufio.Reader
	offset int64
	number int
	order  binary.ByteOrder
	// next reads the next packet of the format at hand.
	next func() (Packet, error)

	classic classicHeader
	ng      section
	// secrets is what a pcapng capture brings of a key log.
	secrets []byte
}

// NewReader recognises the format of a capture. Its error is a *FormatError,
// or that of reading.
func NewReader(r io.Reader) (*Reader, error) {
	c := &Reader{in: bufio.NewReaderSize(r, bufferSize)}
	magic, err := c.peek(4)
	switch {
	case len(magic) == 0 && errors.Is(err, io.EOF):
		return nil, &FormatError{Problem: "the capture is empty"}
	case err != nil && len(magic) < 4:
		return nil, c.cut(err, "the file's header")
	}
	if binary.BigEndian.Uint32(magic) == blockSection {
		c.next = c.nextNG
		return c, nil
	}
	if c.next = c.nextClassic; c.readClassicHeader(magic) {
		return c, c.finishClassicHeader()
	}
	return nil, &FormatError{Problem: unknownFormat(magic)}
}

func unknownFormat(magic []byte) string {
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		return "the file is compressed (gzip): unpack it first, or pipe it: gunzip -c FILE | culex tlsdiag pcap -"
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return "the file is compressed (zstd): unpack it first, or pipe it: zstd -dc FILE | culex tlsdiag pcap -"
	case bytes.Equal(magic, []byte{0x34, 0xcd, 0xb2, 0xa1}), bytes.Equal(magic, []byte{0xa1, 0xb2, 0xcd, 0x34}):
		return "the file is in the modified pcap format of old Linux kernels: convert it: editcap -F pcap FILE NEW"
	}
	return fmt.Sprintf("the file begins with % x, which is neither pcap nor pcapng", magic)
}

// Next returns the next packet, io.EOF behind the last, and a *FormatError
// where the capture is cut short or damaged.
func (c *Reader) Next() (Packet, error) { return c.next() }

// Secrets returns the lines of key logs that the capture itself has brought
// since the last call (pcapng Decryption Secrets Block).
func (c *Reader) Secrets() []byte {
	s := c.secrets
	c.secrets = nil
	return s
}

func (c *Reader) peek(n int) ([]byte, error) { return c.in.Peek(n) }

func (c *Reader) discard(n int) error {
	done, err := c.in.Discard(n)
	c.offset += int64(done)
	return err
}

// cut is the error for a capture that ends in the middle of something.
func (c *Reader) cut(err error, what string) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return c.damaged("the capture is cut short: it ends in the middle of " + what)
	}
	return err
}

func (c *Reader) damaged(problem string) error {
	return &FormatError{Offset: c.offset, Packet: c.number, Problem: problem}
}

// stamp makes a time out of a number of units since 1970, perSecond of them to
// a second.
func stamp(units, perSecond uint64) time.Time {
	return time.Unix(int64(units/perSecond), int64(float64(units%perSecond)*(1e9/float64(perSecond))))
}
