package transport

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
)

// opcode is the type of a frame (RFC 6455, 5.2).
type opcode byte

// The opcodes. Those with the bit 8 are of control frames.
const (
	opContinuation opcode = 0
	opText         opcode = 1
	opBinary       opcode = 2
	opClose        opcode = 8
	opPing         opcode = 9
	opPong         opcode = 10
	controlBit     opcode = 8
)

// Bits and limits of a frame header (RFC 6455, 5.2).
const (
	finBit       = 0x80
	reservedBits = 0x70
	opcodeBits   = 0x0f
	maskBit      = 0x80
	lengthBits   = 0x7f
	length16     = 126
	length64     = 127
	maxControl   = 125
	maxHeader    = 14
	maskSize     = 4
)

// frameHeader is the header of a frame from a server.
type frameHeader struct {
	op   opcode
	fin  bool
	size uint64 // of the payload
}

// webSocketFault is a server that breaks RFC 6455.
type webSocketFault string

func (e webSocketFault) Error() string { return "WebSocket: " + string(e) }

// errShort says that more bytes are needed.
var errShort = errors.New("the frame header is not complete")

// parseHeader reads a frame header at the beginning of b and returns its size. It accepts what a server may send to a
// client that has agreed on no extension.
func parseHeader(b []byte) (h frameHeader, n int, err error) {
	const smallest = 2
	if len(b) < smallest {
		return h, 0, errShort
	}
	h = frameHeader{op: opcode(b[0] & opcodeBits), fin: b[0]&finBit != 0, size: uint64(b[1] & lengthBits)}
	switch {
	case b[0]&reservedBits != 0:
		return h, 0, webSocketFault("a reserved bit is set, and no extension was agreed on")
	case b[1]&maskBit != 0:
		return h, 0, webSocketFault("the server masks its frames")
	case h.op == opText:
		return h, 0, webSocketFault("a text frame: MQTT comes in binary frames")
	case h.op != opContinuation && h.op != opBinary && h.op != opClose && h.op != opPing && h.op != opPong:
		return h, 0, webSocketFault(fmt.Sprintf("a frame with the unknown opcode %d", h.op))
	case h.op&controlBit != 0 && (!h.fin || h.size > maxControl):
		return h, 0, webSocketFault("a control frame that is fragmented or has more than 125 bytes")
	}
	more, err := h.readLength(b[smallest:])
	return h, smallest + more, err
}

// readLength reads a length that does not fit the second byte, from what follows it. It returns the size of the length.
func (h *frameHeader) readLength(b []byte) (n int, err error) {
	switch h.size {
	case length16:
		n = 2
		if len(b) < n {
			return 0, errShort
		}
		if h.size = uint64(binary.BigEndian.Uint16(b)); h.size < length16 {
			return 0, webSocketFault("a length that is longer than it has to be")
		}
	case length64:
		n = 8
		if len(b) < n {
			return 0, errShort
		}
		if h.size = binary.BigEndian.Uint64(b); h.size>>63 != 0 || h.size>>16 == 0 {
			return 0, webSocketFault("a length that is out of range")
		}
	}
	return n, nil
}

// appendHeader appends the header of a frame of ours: final and masked.
func appendHeader(dst []byte, op opcode, size int, mask [maskSize]byte) []byte {
	dst = append(dst, finBit|byte(op))
	switch {
	case size < length16:
		dst = append(dst, maskBit|byte(size))
	case size>>16 == 0:
		dst = binary.BigEndian.AppendUint16(append(dst, maskBit|length16), uint16(size))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, maskBit|length64), uint64(size))
	}
	return append(dst, mask[:]...)
}

// masks hands out masking keys that cannot be foreseen (RFC 6455, 5.3), one for each frame. It draws a stock of them.
type masks struct {
	stock [64 * maskSize]byte
	used  int
}

func newMasks() *masks { return &masks{used: len(masks{}.stock)} }

func (m *masks) next() (mask [maskSize]byte) {
	if m.used == len(m.stock) {
		_, _ = rand.Read(m.stock[:]) // which never fails
		m.used = 0
	}
	copy(mask[:], m.stock[m.used:])
	m.used += maskSize
	return mask
}

// maskInto writes src, masked, to dst, which is as long. What is before src in the payload has a multiple of 4 bytes.
func maskInto(dst, src []byte, mask [maskSize]byte) {
	const word = 8
	key := uint64(binary.LittleEndian.Uint32(mask[:]))
	key |= key << 32
	i := 0
	for ; i+word <= len(src); i += word {
		binary.LittleEndian.PutUint64(dst[i:], binary.LittleEndian.Uint64(src[i:])^key)
	}
	for ; i < len(src); i++ {
		dst[i] = src[i] ^ mask[i%maskSize]
	}
}
