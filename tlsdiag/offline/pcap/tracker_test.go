package pcap_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/offline/pcap"
)

// connections reads what a writer wrote.
func connections(t testing.TB, w *writer) ([]*pcap.Connection, pcap.Totals) {
	t.Helper()
	var list []*pcap.Connection
	totals, err := pcap.Read(bytes.NewReader(w.Bytes()), pcap.Options{}, func(c *pcap.Connection) { list = append(list, c) })
	if err != nil {
		t.Fatal(err)
	}
	return list, totals
}

// only reads a capture with one connection.
func only(t testing.TB, w *writer) *pcap.Connection {
	t.Helper()
	list, totals := connections(t, w)
	if len(list) != 1 {
		t.Fatalf("%d connections, %+v", len(list), totals)
	}
	return list[0]
}

// refusal is a connection that the server ends with an alert.
func refusal(w *writer) *writer {
	w.open()
	w.say(client, clientHello())
	w.say(server, alert(70))
	w.close(server)
	w.close(client)
	return w
}

// TestLinks: the same connection in every frame that there is.
func TestLinks(t *testing.T) {
	mac := make([]byte, 12)
	tag := func(kind uint16, rest ...byte) func([]byte) []byte {
		return func(ip []byte) []byte {
			return slices.Concat(mac, binary.BigEndian.AppendUint16(nil, kind), rest, ip)
		}
	}
	for _, test := range []struct {
		name string
		link int
		ipv6 bool
		wrap func([]byte) []byte
	}{
		{"Ethernet", 1, false, tag(0x0800)},
		{"Ethernet, IPv6", 1, true, tag(0x86dd)},
		{"Ethernet, padded", 1, false, func(ip []byte) []byte { return append(tag(0x0800)(ip), make([]byte, 6)...) }},
		{"VLAN", 1, false, tag(0x8100, 0, 7, 8, 0)},
		{"QinQ", 1, false, tag(0x88a8, 0, 7, 0x81, 0, 0, 9, 8, 0)},
		{"PPPoE", 1, false, tag(0x8864, 0x11, 0, 0, 1, 0, 0, 0, 0x21)},
		{"cooked", 113, false, func(ip []byte) []byte { return append(append(make([]byte, 14), 8, 0), ip...) }},
		{"cooked v2", 276, true, func(ip []byte) []byte { return append(append([]byte{0x86, 0xdd}, make([]byte, 18)...), ip...) }},
		{"raw", 101, false, nil},
		{"raw, IPv6", 101, true, nil},
		{"IPv4", 228, false, nil},
		{"null", 0, false, func(ip []byte) []byte { return append([]byte{2, 0, 0, 0}, ip...) }},
		{"loopback", 108, true, func(ip []byte) []byte { return append([]byte{0, 0, 0, 24}, ip...) }},
		{"IPv4 options", 101, false, func(ip []byte) []byte {
			out := slices.Insert(bytes.Clone(ip), 20, 1, 1, 1, 0)
			out[0], out[3] = 0x46, out[3]+4
			return out
		}},
		{"IPv6 extensions", 101, true, func(ip []byte) []byte {
			out := slices.Insert(bytes.Clone(ip), 40, 60, 0, 1, 4, 0, 0, 0, 0, 43, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0)
			out[6] = 0
			binary.BigEndian.PutUint16(out[4:], uint16(len(out)-40))
			return out
		}},
	} {
		w := capture(test.link)
		w.wrap, w.ipv6 = test.wrap, test.ipv6
		c := only(t, refusal(w))
		server := "192.0.2.7:8883"
		if test.ipv6 {
			server = "[2001:db8::7]:8883"
		}
		a := c.Seen.Flow.Alerts
		if c.Server.String() != server || c.Protocol != pcap.TLS || len(a) != 1 || a[0].Code != 70 || a[0].Packet != 5 {
			t.Errorf("%s: %s, alerts %+v", test.name, c.Server, a)
		}
		if h := c.Seen.Flow.ClientHello; h == nil || h.ServerName != "broker.lan" {
			t.Errorf("%s: %+v", test.name, h)
		}
		if e := c.End; e.How != evidence.EndFIN || e.By != evidence.SideServer || e.Packet != 6 || c.Missing != 0 || !c.Established {
			t.Errorf("%s: %+v", test.name, c)
		}
	}
}

// TestDisorder cuts a handshake into segments that overlap, come twice and in any order; nothing of it is lost.
func TestDisorder(t *testing.T) {
	ordered := capture(101)
	ordered.hello()
	want := only(t, ordered).Seen.Flow
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		w := capture(101)
		w.open()
		for _, part := range []struct {
			from int
			data []byte
		}{
			{client, clientHello()}, {server, serverHello()}, {client, []byte{20, 3, 3, 0, 1, 1}}, {server, []byte{20, 3, 3, 0, 1, 1}},
			{client, sealed(40)}, {server, sealed(30)},
		} {
			scatter(w, r, part.from, part.data)
		}
		c := only(t, w)
		if got := c.Seen.Flow; len(got.Records) != len(want.Records) || len(got.Messages) != len(want.Messages) || c.Missing != 0 ||
			got.Sent != want.Sent || got.Received != want.Received || !c.Seen.Answered {
			t.Fatalf("seed %d: %d missing, %+v", seed, c.Missing, got)
		}
	}
}

// scatter sends data in pieces.
func scatter(w *writer, r *rand.Rand, from int, data []byte) {
	var pieces [][2]int
	for at := 0; at < len(data); {
		n := min(1+r.IntN(20), len(data)-at)
		pieces = append(pieces, [2]int{max(at-r.IntN(5), 0), at + n})
		at += n
	}
	pieces = append(pieces, pieces[r.IntN(len(pieces))])
	r.Shuffle(len(pieces), func(i, j int) { pieces[i], pieces[j] = pieces[j], pieces[i] })
	for _, p := range pieces {
		// The sequence numbers of the server wrap round here.
		w.tcp(from, flagACK, w.sent[from]+uint32(p[0]), 0, data[p[0]:p[1]])
	}
	w.sent[from] += uint32(len(data))
}

// TestGaps: bytes that were not captured are counted, and what comes behind them is still read.
func TestGaps(t *testing.T) {
	w := capture(101)
	w.hello()
	w.sent[client] += 5000 // lost, and acknowledged
	w.say(client, sealed(100))
	w.say(server, sealed(100))
	w.sent[server] += 700 // lost, and nobody knows
	w.say(server, record(21, make([]byte, 26)))
	w.close(server)
	w.close(client)
	c := only(t, w)
	if a := c.Seen.Flow.Alerts; c.Missing != 5700 || len(a) != 1 || a[0].Code != evidence.AlertUnread || !c.Seen.Answered {
		t.Errorf("%d missing, %+v", c.Missing, a)
	}
	cut := capture(101)
	cut.snap = 60
	list, totals := connections(t, refusal(cut))
	if len(list) != 1 || list[0].Missing != int64(len(clientHello())-20) || totals.Cut != 1 {
		t.Errorf("cut: %+v, %+v", list, totals)
	}
}

// TestFragments: pieces of IP packets are counted, and the rest of their segment is missing.
func TestFragments(t *testing.T) {
	w := capture(101)
	w.open()
	whole := w.segment(client, flagACK, w.sent[client], 0, clientHello())
	first, second := bytes.Clone(whole[:60]), append(bytes.Clone(whole[:20]), whole[60:]...)
	first[6], first[3] = 0x20, 60
	second[7], second[2], second[3] = 5, 0, byte(len(second))
	w.frame(first)
	w.frame(second)
	w.sent[client] += uint32(len(clientHello()))
	w.close(client)
	w.close(server)
	list, totals := connections(t, w)
	if len(list) != 1 || totals.Fragments != 2 || list[0].Missing != int64(len(clientHello())-20) {
		t.Errorf("%+v, %+v", list, totals)
	}
}

// TestEnds tells how connections end, and who ended them.
func TestEnds(t *testing.T) {
	for _, test := range []struct {
		name string
		run  func(*writer)
		want pcap.Ending
	}{
		{"refused", func(w *writer) {
			w.tcp(client, flagSYN, 1, 0, nil)
			w.tcp(server, flagRST|flagACK, 0, 2, nil)
		}, pcap.Ending{How: evidence.EndRefused, By: evidence.SideServer, Packet: 2}},
		{"no answer", func(w *writer) {
			w.tcp(client, flagSYN, 1, 0, nil)
			w.tcp(client, flagSYN, 1, 0, nil)
		}, pcap.Ending{Open: true}},
		{"reset by the server", func(w *writer) {
			w.open()
			w.say(client, clientHello())
			w.tcp(server, flagRST, w.sent[server], 0, nil)
		}, pcap.Ending{How: evidence.EndReset, By: evidence.SideServer, Packet: 5}},
		{"the client first", func(w *writer) {
			w.hello()
			w.close(client)
			w.tcp(server, flagRST, w.sent[server], 0, nil)
		}, pcap.Ending{How: evidence.EndFIN, By: evidence.SideClient, Packet: 10}},
		{"still open", func(w *writer) { w.hello() }, pcap.Ending{Open: true}},
	} {
		w := capture(101)
		test.run(w)
		e := only(t, w).End
		if e.Silence < 0 || e.Time.IsZero() {
			t.Errorf("%s: %+v", test.name, e)
		}
		e.Silence, e.Time = 0, test.want.Time
		if e != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, e, test.want)
		}
	}
}

// TestLate: a connection that began before the capture is told from others, and its alert is seen.
func TestLate(t *testing.T) {
	w := capture(101)
	w.say(client, sealed(100)[30:]) // the middle of a record
	w.say(server, sealed(100))
	w.say(server, record(21, []byte{2, 40}))
	w.close(server)
	c := only(t, w)
	if a := c.Seen.Flow.Alerts; !c.Late || c.Protocol != pcap.TLS || len(a) != 1 || a[0].Code != 40 || c.Server.Port() != 8883 {
		t.Errorf("%+v", c)
	}
	begun := capture(101)
	begun.say(client, clientHello()) // behind TCP's handshake only
	begun.say(server, alert(40))
	if c := only(t, begun); c.Late || c.Seen.Flow.ClientHello == nil || len(c.Seen.Flow.Alerts) != 1 {
		t.Errorf("%+v", c)
	}
}

// TestOthers: what is neither TLS nor MQTT is counted only; plain MQTT is not kept.
func TestOthers(t *testing.T) {
	ssh := capture(101)
	ssh.open()
	ssh.say(server, []byte("SSH-2.0-x\r\n"))
	ssh.say(client, []byte("SSH-2.0-y\r\n"))
	ssh.close(client)
	ssh.close(server)
	if list, totals := connections(t, ssh); len(list) != 0 || totals.Other != 1 {
		t.Errorf("%+v, %+v", list, totals)
	}
	plain := capture(101)
	plain.open()
	plain.say(client, []byte("\x10\x20\x00\x04MQTT\x04\xc2\x00\x3c\x00\x01c\x00\x05admin\x00\x06secret"))
	plain.say(server, []byte("\x20\x02\x00\x05"))
	plain.close(server)
	plain.close(client)
	c := only(t, plain)
	if p := c.Seen.Flow.Stranger; c.Protocol != pcap.MQTT || p == nil || p.Protocol != "MQTT" || bytes.Contains(fmt.Append(nil, c), []byte("secret")) {
		t.Errorf("%+v", c)
	}
}

// TestPortsAgain: a port that is used again is another connection.
func TestPortsAgain(t *testing.T) {
	w := capture(101)
	for range 3 {
		refusal(w)
		w.sent[client] += 99999
	}
	if list, _ := connections(t, w); len(list) != 3 || list[2].Packets.First != 15 {
		t.Errorf("%+v", list)
	}
}

// TestManyConnections: however many are open, only so many are kept, and each is reported.
func TestManyConnections(t *testing.T) {
	const n = 40000
	var b bytes.Buffer
	b.Write(capture(101).Bytes())
	for i := range n {
		w := &writer{link: 101, sent: [2]uint32{1, 1}}
		w.wrap = func(ip []byte) []byte {
			ip[14], ip[15] = byte(i>>8), byte(i) // the client's address
			return ip
		}
		ip := w.segment(client, flagSYN, 1, 0, nil)
		w.frame(w.wrap(ip))
		b.Write(w.Bytes())
	}
	reported := 0
	totals, err := pcap.Read(&b, pcap.Options{Ports: []uint16{8883}}, func(*pcap.Connection) { reported++ })
	if err != nil || reported != n || totals.GivenUp != n-32768 {
		t.Errorf("%d reported, %+v, %v", reported, totals, err)
	}
}

// FuzzStream puts segments of two sides into any order, with gaps, and expects no byte twice.
func FuzzStream(f *testing.F) {
	f.Add([]byte{0, 10, 1, 5, 20, 0, 0, 30, 1, 200, 9, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		w := capture(101)
		w.open()
		base := w.sent
		for ; len(b) >= 3; b = b[3:] {
			from, seq := int(b[0]&1), uint32(b[1])*7
			data := append(sealed(int(b[2])), clientHello()...)
			w.tcp(from, flagACK|int(b[0]>>1&3), base[from]+seq-5, base[1-from]+uint32(b[2])*5, data[:min(int(b[2]), len(data))])
		}
		list, _ := connections(t, w)
		for _, c := range list {
			if sum := c.Seen.Flow.Sent + c.Seen.Flow.Received; sum < 0 || sum > 2*256*7+2*600 {
				t.Errorf("%d bytes", sum)
			}
		}
	})
}
