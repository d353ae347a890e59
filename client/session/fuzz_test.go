package session

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// The first byte of a fuzzed broker says what it is like.
const (
	fuzzV5      = 1 << iota // the session speaks MQTT 5.0
	fuzzConnack             // a good CONNACK comes first
	fuzzSlow                // the bytes come one by one
	fuzzDeaf                // it reads nothing after CONNECT
	fuzzCloses              // it closes after the last byte
	fuzzStops               // the session ends itself after three messages
	fuzzCounts              // the session wants no more than two messages at a time
)

// FuzzSession lets a broker of arbitrary bytes talk to a busy session: whatever it says, the session ends in time, hands
// over only sound messages, acknowledges only those, and sends nothing that a broker could complain of.
func FuzzSession(f *testing.F) {
	for _, m := range append(insteadOfConnack, afterConnack...) {
		for v5, text := range []string{m.three, m.five} {
			b, err := hexBytes(text)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(byte(v5|fuzzConnack), b)
		}
	}
	f.Fuzz(func(t *testing.T, kind byte, said []byte) {
		said = said[:min(len(said), 4096)] // ten of them a second at the slowest
		synctest.Test(t, func(t *testing.T) { playFuzzed(t, kind, said) })
	})
}

// witness notes what a fuzzed session hands over.
type witness struct {
	t        *testing.T
	messages int
	puback   int // of QoS 1
}

func (w *witness) message(m *mqtt.Publish) error {
	if len(m.Topic) == 0 || bytes.ContainsAny(m.Topic, "+#\x00") || m.QoS > 2 || m.QoS > 0 && m.PacketID == 0 {
		w.t.Errorf("the session hands over %+v", m)
	}
	w.messages++
	if m.QoS == 1 {
		w.puback++
	}
	return nil
}

func playFuzzed(t *testing.T, kind byte, said []byte) {
	v := mqtt.V311
	if kind&fuzzV5 != 0 {
		v = mqtt.V5
	}
	cfg := wary(t, v)
	w := &witness{t: t}
	cfg.Events.Message = func(m *mqtt.Publish) error {
		err := w.message(m)
		if kind&fuzzStops != 0 && w.messages == 3 {
			err = ErrStop
		}
		return err
	}
	if kind&fuzzCounts != 0 {
		cfg.Events.Ready = func(held int) bool { return held < 2 }
	}
	ours, theirs := net.Pipe()
	r := busy(t, cfg, func(context.Context) (net.Conn, error) { return ours, nil })
	told := make(chan []mqtt.Frame, 1)
	go func() { told <- listenTo(theirs, kind&fuzzDeaf != 0) }()
	spoken := make(chan struct{})
	go func() { speak(theirs, kind, v, said); close(spoken) }()
	began := time.Now()
	err := <-r.ended
	if took := time.Since(began); took > time.Hour/4 {
		t.Errorf("that took %v: %v", took, err)
	}
	_ = theirs.Close()
	<-spoken
	w.judge(v, <-told, kind, err)
	if a := r.Account(); a.Unknown > a.Accepted || a.Accepted > 2 || (a.Unknown == 0) != (a.First == 0) {
		t.Errorf("the account is %+v", a)
	}
}

// speak says the bytes, then nothing more.
func speak(c net.Conn, kind byte, v mqtt.Version, said []byte) {
	if kind&fuzzConnack != 0 {
		hello, _ := hexBytes(connackOf(v))
		said = append(hello, said...)
	}
	size := len(said)
	if kind&fuzzSlow != 0 {
		size = 1
	}
	for rest := said; len(rest) > 0; {
		n, err := c.Write(rest[:min(size, len(rest))])
		if err != nil {
			return
		}
		rest = rest[n:]
		if kind&fuzzSlow != 0 {
			time.Sleep(100 * time.Millisecond)
		}
	}
	if kind&fuzzCloses == 0 {
		time.Sleep(10 * time.Minute) // five keep alive intervals, unless the broker has changed that
	}
	_ = c.Close()
}

// listenTo returns the packets that the session sends.
func listenTo(c net.Conn, deaf bool) (packets []mqtt.Frame) {
	r := mqtt.NewReader(c, 0)
	for {
		f, err := r.Next()
		if err != nil {
			return packets
		}
		f.Body = bytes.Clone(f.Body)
		packets = append(packets, f)
		if deaf {
			return packets
		}
	}
}

func (w *witness) judge(v mqtt.Version, told []mqtt.Frame, kind byte, err error) {
	var names []string
	acks := 0
	for _, f := range told {
		names = append(names, f.Type().String())
		if f.Type() == mqtt.PUBACK {
			acks++
		}
	}
	last := len(told) - 1
	for i, name := range names {
		if name == "CONNECT" != (i == 0) || name == "DISCONNECT" && i != last {
			w.t.Errorf("the session sends %v", names)
			return
		}
	}
	if acks > w.puback {
		w.t.Errorf("%d of %d messages of QoS 1 are acknowledged", acks, w.puback)
	}
	var bad *mqtt.Malformed
	if errors.As(err, &bad) && (bad.What == "" || !strings.HasPrefix(bad.Section, "MQTT ")) {
		w.t.Errorf("%#v does not say what was wrong", bad)
	}
	if bad != nil && v == mqtt.V5 && kind&(fuzzDeaf|fuzzCloses) == 0 && (names[last] != "DISCONNECT" || mqtt.ReasonCode(told[last].Body[0]) != bad.Code) {
		w.t.Errorf("after %v the session sends %v", err, names)
	}
}
