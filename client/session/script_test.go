package session

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// script is a broker on one end of a pipe, in the time of a bubble. It reads all that the session sends, whatever it says
// itself.
type script struct {
	t    *testing.T
	conn net.Conn
	sent chan string // the packets of the session; closed when it closes
	deaf bool        // it reads nothing after CONNECT
}

// pipe returns a Dial that gives a session one end of a pipe, and the broker at the other end.
func pipe(t *testing.T) (Dial, *script) {
	ours, theirs := net.Pipe()
	s := &script{t: t, conn: theirs, sent: make(chan string, 1<<10)}
	return func(context.Context) (net.Conn, error) {
		go s.read()
		return ours, nil
	}, s
}

func (s *script) read() {
	defer close(s.sent)
	r := mqtt.NewReader(s.conn, 0)
	for {
		f, err := r.Next()
		if err != nil {
			return
		}
		s.sent <- strings.TrimSuffix(fmt.Sprintf("%v %x", f.Type(), f.Body), " ")
		if s.deaf {
			return
		}
	}
}

// accept waits for CONNECT and accepts it.
func (s *script) accept(v mqtt.Version) {
	s.t.Helper()
	s.hear(1)
	if v == mqtt.V5 {
		s.say(connack5)
	} else {
		s.say(connack311)
	}
}

// say sends bytes, as far as the session takes them.
func (s *script) say(hexadecimal string) { _, _ = s.conn.Write(unhex(s.t, hexadecimal)) }

// hear waits for so many packets of the session and returns the last.
func (s *script) hear(n int) (last string) {
	s.t.Helper()
	for range n {
		p, ok := <-s.sent
		if !ok {
			s.t.Fatalf("the session closed after %q", last)
		}
		last = p
	}
	return last
}

// rest returns what the session sends until it closes, and how long that takes.
func (s *script) rest() (packets []string, took time.Duration) {
	began := time.Now()
	for p := range s.sent {
		packets = append(packets, p)
	}
	_ = s.conn.Close()
	return packets, time.Since(began)
}

// busy starts a session that subscribes to two filters with one SUBSCRIBE, identifier 1, and publishes a message of QoS 1,
// identifier 2, and one of QoS 2, identifier 3.
func busy(t *testing.T, cfg Config, dial Dial) *running {
	r := &running{t: t, ended: make(chan error, 1)}
	subscribed := make(chan struct{}) // the Packet Identifiers are in this order
	cfg.Events.Connected = func(mqtt.Connack) error {
		defer close(subscribed)
		return r.Subscribe([]mqtt.Subscription{{Filter: "a", QoS: 2}, {Filter: "b", QoS: 2}}, nil)
	}
	r.Session = New(cfg)
	go func() {
		err := r.Run(context.Background(), dial, nil)
		select {
		case <-subscribed:
		default:
			close(subscribed)
		}
		r.ended <- err
	}()
	go func() {
		<-subscribed
		for qos := byte(1); qos <= 2; qos++ {
			if _, err := r.Publish(&mqtt.Publish{Topic: []byte("t"), QoS: qos}); err != nil {
				return
			}
			r.Flush()
		}
	}()
	return r
}
