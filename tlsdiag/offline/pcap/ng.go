package pcap

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// Block types of pcapng (draft-ietf-opsawg-pcapng section 4).
const (
	blockSection        = 0x0a0d0d0a
	blockInterface      = 1
	blockOldPacket      = 2
	blockSimplePacket   = 3
	blockEnhancedPacket = 6
	blockSecrets        = 10
)

const (
	byteOrderMagic = 0x1a2b3c4d
	blockHeader    = 8  // type and length
	blockFrame     = 12 // with the length at the end
	optionEnd      = 0
	optionTSResol  = 9
	optionTSOffset = 14
	secretsTLS     = 0x544c534b
	maxInterfaces  = 4096
)

// section is what a pcapng section has said so far.
type section struct{ interfaces []ngInterface }

// ngInterface is one interface of a capture.
type ngInterface struct {
	link      LinkType
	snapLen   int
	perSecond uint64
	offset    int64 // seconds
}

func (c *Reader) nextNG() (Packet, error) {
	for {
		kind, body, err := c.block()
		if err != nil {
			return Packet{}, err
		}
		size := len(body) + blockFrame
		p, ok, err := c.readBlock(kind, body)
		if err != nil {
			return Packet{}, err
		}
		if err := c.discard(size); err != nil {
			return Packet{}, c.cut(err, "a block")
		}
		if ok {
			return p, nil
		}
	}
}

// block returns the next block that fits the buffer; longer ones hold no packets
// and are passed over.
func (c *Reader) block() (kind uint32, body []byte, err error) {
	for {
		h, err := c.peek(blockHeader)
		if err != nil {
			if len(h) == 0 && errors.Is(err, io.EOF) {
				return 0, nil, io.EOF
			}
			return 0, nil, c.cut(err, "a block's header")
		}
		if binary.BigEndian.Uint32(h) == blockSection {
			if err := c.sectionOrder(); err != nil {
				return 0, nil, err
			}
		}
		kind, length := c.order.Uint32(h), c.order.Uint32(h[4:])
		if length < blockFrame || length%4 != 0 {
			return 0, nil, c.damaged(fmt.Sprintf("the capture is damaged: a block of %d bytes", length))
		}
		if length > bufferSize {
			if kind == blockEnhancedPacket || kind == blockSimplePacket || kind == blockOldPacket || kind == blockInterface || kind == blockSection {
				return 0, nil, c.damaged(fmt.Sprintf("the capture is damaged: a block of %d bytes", length))
			}
			if err := c.discard(int(length)); err != nil {
				return 0, nil, c.cut(err, "a block")
			}
			continue
		}
		b, err := c.peek(int(length))
		if err != nil {
			return 0, nil, c.cut(err, "a block")
		}
		if c.order.Uint32(b[length-4:]) != length {
			return 0, nil, c.damaged("the capture is damaged: a block's two lengths differ")
		}
		return kind, b[blockHeader : length-4], nil
	}
}

// sectionOrder learns the byte order of a section before its length can be read.
func (c *Reader) sectionOrder() error {
	h, err := c.peek(blockHeader + 4)
	if err != nil {
		return c.cut(err, "a section's header")
	}
	switch uint32(byteOrderMagic) {
	case binary.LittleEndian.Uint32(h[blockHeader:]):
		c.order = binary.LittleEndian
	case binary.BigEndian.Uint32(h[blockHeader:]):
		c.order = binary.BigEndian
	default:
		return c.damaged(fmt.Sprintf("the capture is damaged: a section with the byte order % x", h[blockHeader:]))
	}
	return nil
}

// readBlock reads the body of a block; ok says that it holds a packet.
func (c *Reader) readBlock(kind uint32, body []byte) (p Packet, ok bool, err error) {
	switch kind {
	case blockSection:
		c.ng = section{}
	case blockInterface:
		return p, false, c.readInterface(body)
	case blockEnhancedPacket, blockOldPacket:
		p, err = c.packetBlock(kind, body)
		return p, err == nil, err
	case blockSimplePacket:
		p, err = c.simplePacket(body)
		return p, err == nil, err
	case blockSecrets:
		c.readSecrets(body)
	}
	return p, false, nil
}

func (c *Reader) readInterface(body []byte) error {
	if len(body) < 8 || len(c.ng.interfaces) == maxInterfaces {
		return c.damaged("the capture is damaged: an interface that cannot be")
	}
	i := ngInterface{link: LinkType(c.order.Uint16(body)), snapLen: int(c.order.Uint32(body[4:])), perSecond: 1e6}
	for rest := body[8:]; len(rest) >= 4; {
		code, length := c.order.Uint16(rest), int(c.order.Uint16(rest[2:]))
		value := rest[4:]
		if code == optionEnd || length > len(value) {
			break
		}
		switch {
		case code == optionTSResol && length == 1:
			i.perSecond = resolution(value[0])
		case code == optionTSOffset && length == 8:
			i.offset = int64(c.order.Uint64(value))
		}
		rest = value[min((length+3)&^3, len(value)):]
	}
	if i.perSecond == 0 {
		return c.damaged("the capture is damaged: an interface whose clock has an impossible resolution")
	}
	c.ng.interfaces = append(c.ng.interfaces, i)
	return nil
}

// resolution reads if_tsresol: units to a second as a power of 10, or of 2 with
// the top bit set; 0 for one that no clock has.
func resolution(b byte) uint64 {
	exponent := int(b & 0x7f)
	base, most := uint64(10), 19
	if b&0x80 != 0 {
		base, most = 2, 63
	}
	if exponent > most {
		return 0
	}
	out := uint64(1)
	for range exponent {
		out *= base
	}
	return out
}

func (c *Reader) iface(n int) (*ngInterface, error) {
	if n >= len(c.ng.interfaces) {
		return nil, c.damaged(fmt.Sprintf("the capture is damaged: a packet of interface %d, which was not described", n))
	}
	i := &c.ng.interfaces[n]
	if !i.link.known() {
		return nil, c.damaged(unknownLink(i.link))
	}
	return i, nil
}

// packetBlock reads an Enhanced Packet Block, or the older Packet Block.
func (c *Reader) packetBlock(kind uint32, body []byte) (Packet, error) {
	const fixed = 20
	if len(body) < fixed {
		return Packet{}, c.damaged("the capture is damaged: a packet without a header")
	}
	number := int(c.order.Uint32(body))
	if kind == blockOldPacket {
		number = int(c.order.Uint16(body))
	}
	i, err := c.iface(number)
	if err != nil {
		return Packet{}, err
	}
	units := uint64(c.order.Uint32(body[4:]))<<32 | uint64(c.order.Uint32(body[8:]))
	captured, length := c.order.Uint32(body[12:]), c.order.Uint32(body[16:])
	if uint64(captured) > uint64(len(body)-fixed) {
		return Packet{}, c.damaged(fmt.Sprintf("the capture is damaged: a packet of %d bytes in a block of %d", captured, len(body)))
	}
	c.number++
	return Packet{
		Number: c.number, Time: stamp(units, i.perSecond).Add(time.Duration(i.offset) * time.Second), Link: i.link,
		Data: body[fixed : fixed+int(captured)], Length: int(length),
	}, nil
}

// simplePacket reads a Simple Packet Block, which has no time.
func (c *Reader) simplePacket(body []byte) (Packet, error) {
	if len(body) < 4 {
		return Packet{}, c.damaged("the capture is damaged: a packet without a header")
	}
	i, err := c.iface(0)
	if err != nil {
		return Packet{}, err
	}
	length := c.order.Uint32(body)
	captured := min(int64(length), int64(len(body)-4))
	if i.snapLen > 0 {
		captured = min(captured, int64(i.snapLen))
	}
	c.number++
	return Packet{Number: c.number, Link: i.link, Data: body[4 : 4+captured], Length: int(length)}, nil
}

func (c *Reader) readSecrets(body []byte) {
	if len(body) < 8 || c.order.Uint32(body) != secretsTLS {
		return
	}
	if length := c.order.Uint32(body[4:]); uint64(length) <= uint64(len(body)-8) {
		c.secrets = append(c.secrets, body[8:8+length]...)
	}
}
