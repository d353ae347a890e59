package pcap_test

import (
	"bytes"
	"encoding/binary"
)

// The two sides, and flags of TCP.
const (
	client = 0
	server = 1

	flagFIN = 1
	flagSYN = 2
	flagRST = 4
	flagACK = 16
)

// writer writes a capture of one connection, a packet a millisecond.
type writer struct {
	bytes.Buffer
	link  int
	count int
	// sent are the next sequence numbers.
	sent [2]uint32
	// wrap puts an IP packet into a frame; nil for none.
	wrap func(ip []byte) []byte
	ipv6 bool
	snap int
}

// capture begins a capture of this link type.
func capture(link int) *writer {
	w := &writer{link: link, sent: [2]uint32{1000, 0xfffffff0}}
	binary.Write(w, binary.LittleEndian, []uint32{0xa1b2c3d4, 4<<16 | 2, 0, 0, 65535, uint32(link)})
	return w
}

// frame adds a packet.
func (w *writer) frame(b []byte) {
	w.count++
	length := len(b)
	if w.snap > 0 {
		b = b[:min(w.snap, length)]
	}
	at := w.count * 1000
	binary.Write(w, binary.LittleEndian, []uint32{1800000000 + uint32(at/1e6), uint32(at % 1e6), uint32(len(b)), uint32(length)})
	w.Write(b)
}

// segment makes a TCP segment in an IP packet.
func (w *writer) segment(from, flags int, seq, ack uint32, payload []byte) []byte {
	ports := [2]uint16{50000, 8883}
	tcp := binary.BigEndian.AppendUint16(nil, ports[from])
	tcp = binary.BigEndian.AppendUint16(tcp, ports[1-from])
	tcp = binary.BigEndian.AppendUint32(tcp, seq)
	tcp = binary.BigEndian.AppendUint32(tcp, ack)
	tcp = append(tcp, 5<<4, byte(flags), 255, 255, 0, 0, 0, 0)
	return w.ip(from, append(tcp, payload...))
}

func (w *writer) ip(from int, tcp []byte) []byte {
	hosts := [2]byte{20, 7}
	if w.ipv6 {
		ip := append([]byte{0x60, 0, 0, 0}, byte(len(tcp)>>8), byte(len(tcp)), 6, 64)
		for _, h := range []byte{hosts[from], hosts[1-from]} {
			ip = append(ip, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, h)
		}
		return append(ip, tcp...)
	}
	total := len(tcp) + 20
	ip := []byte{0x45, 0, byte(total >> 8), byte(total), 0, 0, 0, 0, 64, 6, 0, 0, 192, 0, 2, hosts[from], 192, 0, 2, hosts[1-from]}
	return append(ip, tcp...)
}

// tcp adds a packet with a segment.
func (w *writer) tcp(from, flags int, seq, ack uint32, payload []byte) {
	ip := w.segment(from, flags, seq, ack, payload)
	if w.wrap != nil {
		ip = w.wrap(ip)
	}
	w.frame(ip)
}

// open is TCP's own handshake.
func (w *writer) open() {
	w.tcp(client, flagSYN, w.sent[client], 0, nil)
	w.sent[client]++
	w.tcp(server, flagSYN|flagACK, w.sent[server], w.sent[client], nil)
	w.sent[server]++
	w.tcp(client, flagACK, w.sent[client], w.sent[server], nil)
}

// say adds data in order.
func (w *writer) say(from int, data []byte) {
	w.tcp(from, flagACK, w.sent[from], w.sent[1-from], data)
	w.sent[from] += uint32(len(data))
}

// close adds a FIN.
func (w *writer) close(from int) {
	w.tcp(from, flagFIN|flagACK, w.sent[from], w.sent[1-from], nil)
	w.sent[from]++
}

// hello is a handshake as far as an observer looks: both hellos of TLS 1.2, ChangeCipherSpec, and an answer.
func (w *writer) hello() {
	w.open()
	w.say(client, clientHello())
	w.say(server, serverHello())
	w.say(client, []byte{20, 3, 3, 0, 1, 1})
	w.say(server, []byte{20, 3, 3, 0, 1, 1})
	w.say(client, sealed(40))
	w.say(server, sealed(30))
}

func sealed(n int) []byte {
	return append([]byte{23, 3, 3, byte(n >> 8), byte(n)}, make([]byte, n)...)
}

func record(kind byte, body []byte) []byte {
	return append([]byte{kind, 3, 3, byte(len(body) >> 8), byte(len(body))}, body...)
}

func message(kind byte, body []byte) []byte {
	return record(22, append([]byte{kind, 0, byte(len(body) >> 8), byte(len(body))}, body...))
}

// clientHello asks for broker.lan.
func clientHello() []byte {
	name := "broker.lan"
	body := append([]byte{3, 3}, make([]byte, 32)...)
	body = append(body, 0, 0, 2, 0xc0, 0x2f, 1, 0)
	sni := append([]byte{0, 0, 0, byte(len(name) + 5), 0, byte(len(name) + 3), 0, 0, byte(len(name))}, name...)
	body = append(body, 0, byte(len(sni)))
	return message(1, append(body, sni...))
}

func serverHello() []byte {
	body := append([]byte{3, 3}, make([]byte, 32)...)
	return message(2, append(body, 0, 0xc0, 0x2f, 0))
}

// alert is one in the clear.
func alert(code byte) []byte { return record(21, []byte{2, code}) }
