package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// sink is the other end that is never waited for, where mosquitto would be the
// slowest part: it acknowledges what arrived with one write, and feeds a
// subscriber whose Topic Filter ends in a number with that many messages. It
// speaks MQTT 3.1.1, and just as much of it as the workloads need.
type sink struct {
	listener  net.Listener
	published atomic.Int64
	open      atomic.Int64 // sessions
	tasks     sync.WaitGroup
}

func startSink(context.Context, bench) (server, error) {
	listener, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		return nil, err
	}
	s := &sink{listener: listener}
	s.tasks.Go(s.accept)
	return s, nil
}

func (s *sink) ports() (plain, tls string) {
	return strconv.Itoa(s.listener.Addr().(*net.TCPAddr).Port), ""
}

func (s *sink) failed() error { return nil }

// stop returns when the last session is over; each ends with its client.
func (s *sink) stop() {
	s.listener.Close()
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

func (s *sink) accept() {
	for {
		conn, err := s.listener.Accept()
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
	in, out := make([]byte, 64<<10), make([]byte, 0, 64<<10)
	held := 0
	for {
		n, err := conn.Read(in[held:])
		if err != nil {
			return err
		}
		held += n
		used, feed := 0, 0
		for {
			size := packetSize(in[used:held])
			if size == 0 {
				break
			}
			if out, feed, err = s.answer(out, in[used:used+size]); err != nil {
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
		if feed > 0 {
			if err := writeMessages(conn, feed); err != nil {
				return err
			}
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

// answer appends what has to be sent for a packet; feed is how many messages the
// client subscribed to with it.
func (s *sink) answer(out, packet []byte) (answered []byte, feed int, err error) {
	_, used := binary.Uvarint(packet[1:])
	body := packet[1+used:]
	switch kind := packet[0] >> 4; kind {
	case 1: // CONNECT
		return append(out, 0x20, 2, 0, 0), 0, nil
	case 3: // PUBLISH
		s.published.Add(1)
		if packet[0]&0x06 == 0 {
			return out, 0, nil
		}
		id := body[2+binary.BigEndian.Uint16(body):]
		return append(out, 0x40, 2, id[0], id[1]), 0, nil
	case 8: // SUBSCRIBE, of one Topic Filter
		filter := string(body[4 : 4+binary.BigEndian.Uint16(body[2:])])
		feed, err := strconv.Atoi(filter[strings.LastIndexByte(filter, '/')+1:])
		return append(out, 0x90, 3, body[0], body[1], 0), feed, err
	case 12: // PINGREQ
		return append(out, 0xd0, 0), 0, nil
	case 14: // DISCONNECT
		return out, 0, io.EOF
	default:
		return out, 0, fmt.Errorf("unexpected packet type %d", kind)
	}
}
