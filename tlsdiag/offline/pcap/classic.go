package pcap

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// Magic numbers of the pcap format (draft-ietf-opsawg-pcap section 4).
const (
	magicMicroseconds = 0xa1b2c3d4
	magicNanoseconds  = 0xa1b23c4d
)

const (
	classicFileHeader   = 24
	classicPacketHeader = 16
)

// classicHeader is what the header of a pcap file says.
type classicHeader struct {
	nanoseconds bool
	link        LinkType
}

// readClassicHeader tells the byte order and the unit of time by the magic number.
func (c *Reader) readClassicHeader(magic []byte) bool {
	for _, order := range [...]binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(magic) {
		case magicMicroseconds:
			c.order = order
			return true
		case magicNanoseconds:
			c.order, c.classic.nanoseconds = order, true
			return true
		}
	}
	return false
}

func (c *Reader) finishClassicHeader() error {
	h, err := c.peek(classicFileHeader)
	if err != nil {
		return c.cut(err, "the file's header")
	}
	if major := c.order.Uint16(h[4:]); major != 2 {
		return &FormatError{Problem: fmt.Sprintf("pcap version %d.%d is not known, only 2.x", major, c.order.Uint16(h[6:]))}
	}
	// The upper bits tell the length of a frame check sequence.
	c.classic.link = LinkType(c.order.Uint32(h[20:]) & 0xffff)
	if !c.classic.link.known() {
		return &FormatError{Problem: unknownLink(c.classic.link)}
	}
	return c.discard(classicFileHeader)
}

func (c *Reader) nextClassic() (Packet, error) {
	h, err := c.peek(classicPacketHeader)
	if err != nil {
		if len(h) == 0 && errors.Is(err, io.EOF) {
			return Packet{}, io.EOF
		}
		return Packet{}, c.cut(err, "a packet's header")
	}
	seconds, fraction := c.order.Uint32(h), c.order.Uint32(h[4:])
	captured, length := c.order.Uint32(h[8:]), c.order.Uint32(h[12:])
	if captured > maxPacket {
		return Packet{}, c.damaged(fmt.Sprintf("the capture is damaged: a packet of %d bytes", captured))
	}
	b, err := c.peek(classicPacketHeader + int(captured))
	if err != nil {
		return Packet{}, c.cut(err, "a packet")
	}
	if !c.classic.nanoseconds {
		fraction *= 1000
	}
	c.number++
	p := Packet{
		Number: c.number, Time: time.Unix(int64(seconds), int64(fraction)), Link: c.classic.link,
		Data: b[classicPacketHeader:], Length: int(length),
	}
	return p, c.discard(len(b))
}
