package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
)

const subTopic = "bench/sub"

// batch is a number of messages, all of one size in bytes.
type batch struct{ count, size int }

// smallest is the size of a message that is its number and nothing else.
const smallest = 8

// payload is the message with number 0: the number in 8 digits, then letters.
func (b batch) payload() []byte {
	return append([]byte("00000000"), bytes.Repeat([]byte{'x'}, max(b.size, smallest)-smallest)...)
}

// number writes n over the number of a message.
func number(payload []byte, n int) {
	for at := smallest - 1; at >= 0; at, n = at-1, n/10 {
		payload[at] = byte('0' + n%10)
	}
}

func (b batch) tenth() batch { return batch{b.count / 10, b.size} }

// writeMessages writes PUBLISH packets at QoS 0, each with its number. They are written out here so that neither side's
// encoder has a part in it.
func writeMessages(w io.Writer, b batch) error {
	out := bufio.NewWriterSize(w, 64<<10)
	packet := binary.AppendUvarint([]byte{0x30}, uint64(2+len(subTopic)+max(b.size, smallest))) // MQTT's length is the same
	packet = append(packet, 0, byte(len(subTopic)))
	packet = append(packet, subTopic...)
	start := len(packet)
	packet = append(packet, b.payload()...)
	for n := range b.count {
		number(packet[start:], n)
		if _, err := out.Write(packet); err != nil {
			return err
		}
	}
	return out.Flush()
}

// feed publishes messages over one connection, as fast as the broker reads.
func feed(ctx context.Context, address string, b batch) error {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	// MQTT 3.1.1, Clean Session, Keep Alive 0, a ClientID that the broker makes.
	if _, err := conn.Write([]byte("\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00")); err != nil {
		return err
	}
	var connack [4]byte
	if _, err := io.ReadFull(conn, connack[:]); err != nil {
		return fmt.Errorf("no CONNACK: %w", err)
	}
	if connack != [4]byte{0x20, 0x02, 0x00, 0x00} {
		return fmt.Errorf("CONNACK % x", connack)
	}
	if err := writeMessages(conn, b); err != nil {
		return err
	}
	_, err = conn.Write([]byte{0xe0, 0x00}) // DISCONNECT
	return err
}

// writeLines makes a file of lines, each with its number.
func writeLines(dir string, b batch) (string, error) {
	name := filepath.Join(dir, fmt.Sprintf("lines-%d-%d", b.count, b.size))
	if _, err := os.Stat(name); err == nil {
		return name, nil
	}
	f, err := os.Create(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	out := bufio.NewWriterSize(f, 64<<10)
	line := append(b.payload(), '\n')
	for n := range b.count {
		number(line, n)
		if _, err := out.Write(line); err != nil {
			return "", err
		}
	}
	return name, out.Flush()
}

// countLines reads to the end; first is closed at the first line.
func countLines(r io.Reader, first chan<- struct{}) (lines int, err error) {
	buffer := make([]byte, 256<<10)
	for {
		n, err := r.Read(buffer)
		if found := bytes.Count(buffer[:n], []byte{'\n'}); found > 0 {
			if lines == 0 {
				close(first)
			}
			lines += found
		}
		switch {
		case err == io.EOF:
			return lines, nil
		case err != nil:
			return lines, err
		}
	}
}
