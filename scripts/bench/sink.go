package main

import (
	"context"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// sink is the other end that is never waited for, where mosquitto would be the
// slowest part: it acknowledges what arrived with one write, and feeds a
// subscriber whose Topic Filter ends in a size and a number with that many
// messages of that size, in the clear and in TLS. It
// speaks MQTT 3.1.1, and just as much of it as the workloads need.
type sink struct {
	listeners []net.Listener // plain, then TLS if there are certificates
	published atomic.Int64
	open      atomic.Int64 // sessions
	tasks     sync.WaitGroup
}

func startSink(_ context.Context, b bench) (server, error) {
	s := &sink{}
	if err := s.listen(nil); err != nil {
		return nil, err
	}
	if b.certs == "" {
		return s, nil
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(b.certs, "server.crt"), filepath.Join(b.certs, "server.key"))
	if err == nil {
		err = s.listen(&tls.Config{Certificates: []tls.Certificate{pair}})
	}
	if err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

// listen opens a port; with a config it is for TLS.
func (s *sink) listen(config *tls.Config) error {
	listener, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		return err
	}
	if config != nil {
		listener = tls.NewListener(listener, config)
	}
	s.listeners = append(s.listeners, listener)
	s.tasks.Go(func() { s.accept(listener) })
	return nil
}

func (s *sink) ports() (plain, tls string) {
	var ports [2]string
	for i, listener := range s.listeners {
		ports[i] = strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	}
	return ports[0], ports[1]
}

func (s *sink) failed() error { return nil }

// stop returns when the last session is over; each ends with its client.
func (s *sink) stop() {
	for _, listener := range s.listeners {
		listener.Close()
	}
	s.tasks.Wait()
}

// awaitPublished lets the sessions end first: a client may be gone before all that
// it sent was read here.
func (s *sink) awaitPublished(ctx context.Context, want int) error {
	ctx, cancel := context.WithTimeout(ctx, brokerWait)
	defer cancel()
	for s.open.Load() > 0 && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	return checkPublished(int(s.published.Load()), want)
}

func (s *sink) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return // closed by stop
		}
		s.open.Add(1)
		s.tasks.Go(func() {
			defer s.open.Add(-1)
			defer conn.Close()
			// An error shows in what the client says and in the count.
			_ = s.serve(conn)
		})
	}
}

// errTooLarge ends a session: no workload sends a packet larger than the buffer.
var errTooLarge = errors.New("packet larger than the buffer")

// serve reads what is there, answers it with one write, and so on to the end.
func (s *sink) serve(conn net.Conn) error {
	in, out := make([]byte, 256<<10), make([]byte, 0, 64<<10)
	held := 0
	var feed batch
	for {
		n, err := conn.Read(in[held:])
		if err != nil {
			return err
		}
		held += n
		used := 0
		for {
			size := packetSize(in[used:held])
			if size == 0 {
				break
			}
			if out, err = s.answer(out, in[used:used+size], &feed); err != nil {
				return err
			}
			used += size
		}
		held = copy(in, in[used:held])
		if held == len(in) {
			return errTooLarge
		}
		if _, err := conn.Write(out); err != nil {
			return err
		}
		out = out[:0]
		if feed.count > 0 {
			if err := writeMessages(conn, feed); err != nil {
				return err
			}
			feed = batch{}
		}
	}
}

// packetSize returns the size of the first packet, and 0 when it is not complete.
func packetSize(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	length, used := binary.Uvarint(b[1:]) // MQTT's variable byte integer is the same
	if size := 1 + used + int(length); used > 0 && size <= len(b) {
		return size
	}
	return 0
}

// answer appends what has to be sent for a packet; feed is set to what the client
// subscribed to with it.
func (s *sink) answer(out, packet []byte, feed *batch) ([]byte, error) {
	_, used := binary.Uvarint(packet[1:])
	body := packet[1+used:]
	switch kind := packet[0] >> 4; kind {
	case 1: // CONNECT
		return append(out, 0x20, 2, 0, 0), nil
	case 3: // PUBLISH
		s.published.Add(1)
		qos := packet[0] >> 1 & 3
		if qos == 0 {
			return out, nil
		}
		id := body[2+binary.BigEndian.Uint16(body):]
		return append(out, 0x30+qos<<4, 2, id[0], id[1]), nil // PUBACK or PUBREC
	case 6: // PUBREL
		return append(out, 0x70, 2, body[0], body[1]), nil
	case 8: // SUBSCRIBE, of one Topic Filter
		filter := string(body[4 : 4+binary.BigEndian.Uint16(body[2:])])
		_, err := fmt.Sscanf(filter, subTopic+"/%d/%d", &feed.size, &feed.count)
		return append(out, 0x90, 3, body[0], body[1], 0), err
	case 12: // PINGREQ
		return append(out, 0xd0, 0), nil
	case 14: // DISCONNECT
		return out, io.EOF
	default:
		return out, fmt.Errorf("unexpected packet type %d", kind)
	}
}
