package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
)

const subTopic = "bench/sub"

// writeMessages writes count PUBLISH packets at QoS 0, each with its number. They
// are written out here so that neither side's encoder has a part in it.
func writeMessages(w io.Writer, count int) error {
	out := bufio.NewWriterSize(w, 64<<10)
	packet := []byte("\x30\x00\x00\x09" + subTopic + "message 00000000 of a test")
	packet[1] = byte(len(packet) - 2) // Remaining Length, below 128
	digits := packet[4+len(subTopic)+len("message "):][:8]
	for n := range count {
		for at, rest := 7, n; at >= 0; at, rest = at-1, rest/10 {
			digits[at] = byte('0' + rest%10)
		}
		if _, err := out.Write(packet); err != nil {
			return err
		}
	}
	return out.Flush()
}

// feed publishes count messages over one connection, as fast as the broker reads.
func feed(ctx context.Context, address string, count int) error {
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
	if err := writeMessages(conn, count); err != nil {
		return err
	}
	_, err = conn.Write([]byte{0xe0, 0x00}) // DISCONNECT
	return err
}

// writeLines makes a file of that many lines, each with its number.
func writeLines(dir string, lines int) (string, error) {
	name := filepath.Join(dir, fmt.Sprintf("lines-%d", lines))
	if _, err := os.Stat(name); err == nil {
		return name, nil
	}
	var text bytes.Buffer
	for n := range lines {
		fmt.Fprintf(&text, "line %08d of a test\n", n)
	}
	return name, os.WriteFile(name, text.Bytes(), 0o600)
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
