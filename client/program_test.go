package client

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/options"
)

const testLimit = 20 * time.Second

// outcome is how a program ended and what it wrote.
type outcome struct {
	stdout, stderr string
	code           int
}

// program starts pub, sub or rr against a port of this machine, and returns a function that waits for its end.
func program(t *testing.T, port int, stdin io.Reader, name string, args ...string) func() outcome {
	t.Helper()
	return signalled(t, port, stdin, make(chan os.Signal), name, args...)
}

// signalled is program with signals.
func signalled(t *testing.T, port int, stdin io.Reader, signals <-chan os.Signal, name string, args ...string) func() outcome {
	t.Helper()
	run := map[string]func(*Env, options.Invocation, []string) Exit{"pub": Pub, "sub": Sub, "rr": RR}[name]
	var stdout, stderr bytes.Buffer
	env := &Env{
		Stdin:     stdin,
		Stdout:    &stdout,
		Stderr:    &stderr,
		LookupEnv: func(string) (string, bool) { return "", false },
		Now:       time.Now,
		Pid:       1,
		Signals:   signals,
	}
	ended := make(chan Exit, 1)
	go func() {
		ended <- run(env, options.AsReference, append([]string{"-h", "127.0.0.1", "-p", strconv.Itoa(port)}, args...))
	}()
	return func() outcome {
		t.Helper()
		select {
		case exit := <-ended:
			return outcome{stdout.String(), stderr.String(), exit.Code}
		case <-time.After(testLimit):
			t.Fatal("the program does not end")
			return outcome{}
		}
	}
}

// scripted listens for programs and plays the broker: one function for each connection, the last for all further ones. Nil
// stands for a port where nobody listens any more.
func scripted(t *testing.T, plays ...func(*broker)) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var playing sync.WaitGroup
	playing.Go(func() {
		for n := 0; ; n++ {
			if plays[min(n, len(plays)-1)] == nil {
				_ = l.Close()
			}
			c, err := l.Accept()
			if err != nil {
				return
			}
			playing.Go(func() {
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(testLimit))
				plays[min(n, len(plays)-1)](&broker{TCPConn: c.(*net.TCPConn), packets: mqtt.NewReader(c, 0), t: t})
			})
		}
	})
	t.Cleanup(func() { _ = l.Close(); playing.Wait() })
	return l.Addr().(*net.TCPAddr).Port
}

// broker is the broker's end of one connection.
type broker struct {
	*net.TCPConn
	packets *mqtt.Reader
	t       *testing.T
	failed  error // why say could not
}

// say sends bytes given in hexadecimal, as far as the program takes them.
func (b *broker) say(text string) {
	packet, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		b.t.Error(err)
	}
	_, b.failed = b.Write(packet)
}

// hear reads the next packet of the program, as its name and its body; empty at the end.
func (b *broker) hear() string {
	f, err := b.packets.Next()
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(fmt.Sprintf("%v %x", f.Type(), f.Body), " ")
}

// expect reads packets up to the first with that name.
func (b *broker) expect(name string) {
	for {
		switch p := b.hear(); {
		case p == "":
			b.t.Errorf("the program closed without a %s", name)
			return
		case strings.HasPrefix(p, name):
			return
		}
	}
}

// accept waits for CONNECT and answers that all is well. It returns the protocol version.
func (b *broker) accept() mqtt.Version {
	connect := b.hear()
	if strings.HasPrefix(connect, "CONNECT 00044d51545405") {
		b.say("2003 0000 00")
		return mqtt.V5
	}
	b.say("2002 0000")
	return mqtt.V311
}

// rest reads what the program says until it closes.
func (b *broker) rest() (packets []string) {
	for p := b.hear(); p != ""; p = b.hear() {
		packets = append(packets, p)
	}
	return packets
}
