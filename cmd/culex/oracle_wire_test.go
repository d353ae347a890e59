package main

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// scriptedBroker answers packets as a case says, and logs what it is sent: one line for each packet, with its bytes.
// What a case says nothing about is answered as any broker would.
type scriptedBroker struct {
	log         *oracleLog
	connections sync.WaitGroup

	mu      sync.Mutex
	answers map[string][]string // by packet; each is used once
}

// withScript runs each case against a broker of its own, several at the same time.
func (r *oracleRun) withScript() {
	var group sync.WaitGroup
	slots := make(chan struct{}, 6)
	for i, c := range r.cases {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			r.outcomes[i], r.failures[i] = r.playScript(c)
		})
	}
	group.Wait()
}

func (r *oracleRun) playScript(c *oracleCase) (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	b := &scriptedBroker{log: &oracleLog{}, answers: map[string][]string{}}
	for packet, answers := range c.answers {
		b.answers[packet] = slices.Clone(answers)
	}
	b.connections.Go(func() { b.accept(l) })
	s := &oracleStage{dir: r.dir, path: r.path, log: b.log, names: map[string]string{}}
	s.namePort("PORT", l.Addr())
	seen, err := s.play(c)
	_ = l.Close()
	b.connections.Wait()
	return seen + s.masked(b.log.since(0)), err
}

func (b *scriptedBroker) accept(l net.Listener) {
	for n := 1; ; n++ {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		b.connections.Go(func() {
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(2 * oracleLimit))
			b.serve(conn.(*net.TCPConn), n)
		})
	}
}

// serve talks to the nth connection until it ends.
func (b *scriptedBroker) serve(conn *net.TCPConn, n int) {
	in := bufio.NewReader(conn)
	level := byte(0)
	for {
		packet, body, err := nextPacket(in)
		if err != nil {
			return
		}
		name := packetName(packet[0])
		fmt.Fprintf(b.log, "connection %d: %s %s\n", n, name, readable(packet))
		if name == "CONNECT" && len(body) > 6 {
			level = body[6]
		}
		answer, last := b.answer(packet[0], body, level == 5)
		if _, err := conn.Write(answer); err != nil {
			return
		}
		if last { // with a FIN: unread bytes would turn it into a reset
			_ = conn.CloseWrite()
			_, _ = io.Copy(io.Discard, in)
			return
		}
	}
}

// answer is what follows a packet, and whether the connection ends with it.
func (b *scriptedBroker) answer(header byte, body []byte, v5 bool) (answer []byte, last bool) {
	name := packetName(header)
	b.mu.Lock()
	defer b.mu.Unlock()
	if a := b.answers[name]; len(a) > 0 {
		b.answers[name] = a[1:]
		return scripted(a[0])
	}
	return usualAnswer(header, body, v5), name == "DISCONNECT"
}

// usualAnswer accepts everything.
func usualAnswer(header byte, body []byte, v5 bool) []byte {
	switch packetName(header) {
	case "CONNECT":
		if v5 {
			return []byte{0x20, 3, 0, 0, 0}
		}
		return []byte{0x20, 2, 0, 0}
	case "PUBLISH":
		qos := header >> 1 & 3
		if qos == 0 {
			return nil
		}
		id := body[2+binary.BigEndian.Uint16(body):]
		return []byte{0x30 + 0x10*qos, 2, id[0], id[1]}
	case "PUBREC":
		return []byte{0x62, 2, body[0], body[1]}
	case "PUBREL":
		return []byte{0x70, 2, body[0], body[1]}
	case "SUBSCRIBE", "UNSUBSCRIBE":
		return granted(packetName(header), body, v5)
	case "PINGREQ":
		return []byte{0xd0, 0}
	}
	return nil
}

// granted is the SUBACK that grants each filter the QoS it asks for, or an UNSUBACK.
func granted(name string, body []byte, v5 bool) []byte {
	answer := []byte{body[0], body[1]}
	rest := body[2:]
	if v5 {
		answer = append(answer, 0)
		rest = rest[1+rest[0]:] // no case has more than 127 bytes of properties here
	}
	for len(rest) > 0 {
		rest = rest[2+binary.BigEndian.Uint16(rest):]
		switch {
		case name == "SUBSCRIBE":
			answer = append(answer, rest[0]&3)
			rest = rest[1:]
		case v5:
			answer = append(answer, 0)
		}
	}
	header := byte(0x90)
	if name == "UNSUBSCRIBE" {
		header = 0xb0
	}
	return append([]byte{header, byte(len(answer))}, answer...)
}

// scripted is an answer in a case: bytes in hexadecimal, text in quotes, "close" where the connection ends, or "nothing".
func scripted(text string) (answer []byte, last bool) {
	for i, part := range strings.Split(text, `"`) {
		if i%2 == 1 {
			answer = append(answer, part...)
			continue
		}
		for _, word := range strings.Fields(part) {
			switch bytes, err := hex.DecodeString(word); {
			case word == "close":
				return answer, true
			case word == "nothing":
			case err != nil:
				panic(fmt.Sprintf("%s: %v", text, err))
			default:
				answer = append(answer, bytes...)
			}
		}
	}
	return answer, false
}

// nextPacket returns a control packet, and what follows its fixed header.
func nextPacket(in *bufio.Reader) (packet, body []byte, err error) {
	header, err := in.ReadByte()
	if err != nil {
		return nil, nil, err
	}
	size, err := binary.ReadUvarint(in)
	if err != nil {
		return nil, nil, err
	}
	if size > 1<<20 {
		return nil, nil, fmt.Errorf("a packet of %d bytes", size)
	}
	body = make([]byte, size)
	if _, err := io.ReadFull(in, body); err != nil {
		return nil, nil, err
	}
	return append(binary.AppendUvarint([]byte{header}, size), body...), body, nil
}

// packetName is the name of a control packet (MQTT 5.0, 2.1.2).
func packetName(header byte) string {
	return [16]string{
		1: "CONNECT", 3: "PUBLISH", 4: "PUBACK", 5: "PUBREC", 6: "PUBREL", 7: "PUBCOMP",
		8: "SUBSCRIBE", 10: "UNSUBSCRIBE", 12: "PINGREQ", 13: "PINGRESP", 14: "DISCONNECT", 15: "AUTH",
	}[header>>4]
}

// readable writes bytes in hexadecimal, and what looks like text as it is, in quotes.
func readable(packet []byte) string {
	var words []string
	for len(packet) > 0 {
		n := slices.IndexFunc(packet, func(c byte) bool { return c < ' ' || c > '~' || c == '"' })
		if n < 0 {
			n = len(packet)
		}
		if n > 2 {
			words = append(words, `"`+string(packet[:n])+`"`)
		} else {
			n = max(n, 1)
			words = append(words, hex.EncodeToString(packet[:n]))
		}
		packet = packet[n:]
	}
	return strings.Join(words, " ")
}
