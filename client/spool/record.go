package spool

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// Message is a message with what is needed to deliver it later.
type Message struct {
	// Broker is the address that it is meant for.
	Broker string
	// Stored is when it was stored.
	Stored Stamp
	// Publish is the message itself, of QoS 1 or 2; its Packet Identifier and DUP are not kept.
	mqtt.Publish
}

// A record is the marker of its segment, the length of its body, a CRC-32C of these two and the body, and the body.
// Integers are big endian. The marker is random, so that no message can pass for a record.
const (
	markerSize = 8
	headSize   = markerSize + 4 + 4
	format     = 1 // the first byte of a body
	fixedSize  = 2 + 8 + 16 + 8
	flagRetain = 0x04 // beside the QoS in the second byte
)

type marker [markerSize]byte

// errBody reports bytes with a good checksum that are no message.
var errBody = errors.New("spool: not a message of this version")

func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

func checksum(head, body []byte) uint32 {
	return crc32.Update(crc32.Checksum(head[:markerSize+4], castagnoli()), castagnoli(), body)
}

// appendRecord appends m as one record.
func appendRecord(dst []byte, mark marker, m *Message) ([]byte, error) {
	start := len(dst)
	dst = append(append(dst, mark[:]...), make([]byte, headSize-markerSize)...)
	dst = appendBody(dst, m)
	size := len(dst) - start - headSize
	if len(m.Topic) > math.MaxUint16 || len(m.Broker) > math.MaxUint16 || int64(size) > math.MaxUint32 {
		return dst[:start], errBody
	}
	binary.BigEndian.PutUint32(dst[start+markerSize:], uint32(size))
	seal(dst[start:])
	return dst, nil
}

// seal puts the checksum into a record that is complete but for that.
func seal(record []byte) {
	binary.BigEndian.PutUint32(record[markerSize+4:], checksum(record, record[headSize:]))
}

func appendBody(dst []byte, m *Message) []byte {
	flags := m.QoS
	if m.Retain {
		flags |= flagRetain
	}
	dst = append(dst, format, flags)
	dst = binary.BigEndian.AppendUint64(dst, uint64(m.Stored.Wall.UnixNano()))
	dst = append(dst, m.Stored.Boot[:]...)
	dst = binary.BigEndian.AppendUint64(dst, uint64(m.Stored.Uptime))
	dst = append(binary.BigEndian.AppendUint16(dst, uint16(len(m.Broker))), m.Broker...)
	dst = append(binary.BigEndian.AppendUint16(dst, uint16(len(m.Topic))), m.Topic...)
	dst = append(binary.BigEndian.AppendUint32(dst, uint32(len(m.Properties))), m.Properties...)
	return append(dst, m.Payload...)
}

// parseBody reads the body of a record. The slices of the message alias it.
func parseBody(b []byte) (*Message, error) {
	if len(b) < fixedSize || b[0] != format || b[1]&^flagRetain == 0 || b[1]&^flagRetain > 2 {
		return nil, errBody
	}
	m := &Message{}
	m.QoS, m.Retain = b[1]&^flagRetain, b[1]&flagRetain != 0
	m.Stored.Wall = time.Unix(0, int64(binary.BigEndian.Uint64(b[2:]))).UTC()
	copy(m.Stored.Boot[:], b[10:])
	m.Stored.Uptime = time.Duration(binary.BigEndian.Uint64(b[26:]))
	broker, rest, ok := cut(b[fixedSize:], 2)
	if !ok {
		return nil, errBody
	}
	if m.Topic, rest, ok = cut(rest, 2); !ok {
		return nil, errBody
	}
	properties, payload, ok := cut(rest, 4)
	if !ok || !mqtt.ValidTopicName(string(m.Topic)) || mqtt.Properties(properties).Check(mqtt.PUBLISH) != nil {
		return nil, errBody
	}
	m.Broker, m.Properties, m.Payload = string(broker), properties, payload
	return m, nil
}

// cut takes a string with its length, in 2 or 4 bytes, from the start of b.
func cut(b []byte, width int) (s, rest []byte, ok bool) {
	if len(b) < width {
		return nil, nil, false
	}
	size := uint64(binary.BigEndian.Uint16(b))
	if width == 4 {
		size = uint64(binary.BigEndian.Uint32(b))
	}
	if b = b[width:]; uint64(len(b)) < size {
		return nil, nil, false
	}
	return b[:size:size], b[size:], true
}
