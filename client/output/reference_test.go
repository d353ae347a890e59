package output

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"
)

// reference runs mosquitto_sub 2.0.11 against a broker of our own, which sends the messages of a case as they are.
type reference struct {
	port int

	mu    sync.Mutex
	cases map[string][]*Message // by client identifier
}

// newReference skips the test where there is no mosquitto_sub 2.0.11.
func newReference(t *testing.T) *reference {
	t.Helper()
	out, err := exec.Command("mosquitto_sub", "--version").Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || !bytes.Contains(out, []byte("version 2.0.11 ")) {
		if os.Getenv("CI") != "" {
			t.Fatalf("no mosquitto_sub 2.0.11 to compare with: %v %s", err, out)
		}
		t.Skipf("no mosquitto_sub 2.0.11 to compare with: %v %s", err, out)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &reference{port: listener.Addr().(*net.TCPAddr).Port, cases: make(map[string][]*Message)}
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Go(func() { r.serve(conn) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		connections.Wait()
	})
	return r
}

// readPacket returns the header byte and the body of a control packet.
func readPacket(in *bufio.Reader) (byte, []byte, error) {
	header, err := in.ReadByte()
	if err != nil {
		return 0, nil, err
	}
	size, err := binary.ReadUvarint(in)
	if err != nil {
		return 0, nil, err
	}
	if size > 1<<16 {
		return 0, nil, fmt.Errorf("packet of %d bytes", size)
	}
	body := make([]byte, size)
	_, err = io.ReadFull(in, body)
	return header, body, err
}

// serve is the broker's side of one connection.
func (r *reference) serve(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	in := bufio.NewReader(conn)
	var messages []*Message
	v5 := false
	for {
		header, body, err := readPacket(in)
		if err != nil {
			return
		}
		var answer []byte
		switch header >> 4 {
		case 1: // CONNECT
			v5 = body[6] == 5
			rest := body[10:]
			answer = []byte{0x20, 2, 0, 0}
			if v5 {
				answer = []byte{0x20, 3, 0, 0, 0}
				rest = rest[1+rest[0]:]
			}
			id := rest[2 : 2+binary.BigEndian.Uint16(rest)]
			r.mu.Lock()
			messages = r.cases[string(id)]
			r.mu.Unlock()
		case 8: // SUBSCRIBE
			answer = []byte{0x90, 3, body[0], body[1], 2}
			if v5 {
				answer = []byte{0x90, 4, body[0], body[1], 0, 2}
			}
			for _, m := range messages {
				answer = appendPublish(answer, m, v5)
			}
		case 5: // PUBREC
			answer = []byte{0x62, 2, body[0], body[1]}
		case 14: // DISCONNECT
			return
		}
		if _, err := conn.Write(answer); err != nil {
			return
		}
	}
}

// appendPublish appends a PUBLISH packet [MQTT-3.3].
func appendPublish(dst []byte, m *Message, v5 bool) []byte {
	var body []byte
	body = append(binary.BigEndian.AppendUint16(body, uint16(len(m.Topic))), m.Topic...)
	if m.QoS > 0 {
		body = binary.BigEndian.AppendUint16(body, m.PacketID)
	}
	if v5 {
		body = binary.AppendUvarint(body, uint64(len(m.Properties)))
		body = append(body, m.Properties...)
	}
	body = append(body, m.Payload...)
	header := 0x30 | m.QoS<<1
	if m.Retain {
		header |= 1
	}
	return append(binary.AppendUvarint(append(dst, header), uint64(len(body))), body...)
}

// run returns what mosquitto_sub prints for the messages with the options given.
func (r *reference) run(t *testing.T, env []string, messages []*Message, options ...string) (stdout, stderr string) {
	t.Helper()
	r.mu.Lock()
	id := "case-" + strconv.Itoa(len(r.cases))
	r.cases[id] = messages
	r.mu.Unlock()
	version := "311"
	for _, m := range messages {
		if len(m.Properties) > 0 {
			version = "5"
		}
	}
	args := []string{
		"-h", "127.0.0.1", "-p", strconv.Itoa(r.port), "-i", id, "-t", "#", "-q", "2", "-V", version,
		"-C", strconv.Itoa(len(messages)), "-W", "10",
	}
	cmd := exec.Command("mosquitto_sub", append(args, options...)...)
	cmd.Env = append([]string{"TZ=CET-1CEST", "XDG_CONFIG_HOME=/nonexistent", "HOME=/nonexistent"}, env...)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	var exit *exec.ExitError
	if failure := cmd.Run(); failure != nil && !(errors.As(failure, &exit) && exit.ExitCode() == 1) {
		t.Errorf("mosquitto_sub %q: %v\n%s", options, failure, err.String())
	}
	return out.String(), err.String()
}

// parallel calls each for 0 to n-1, four at a time.
func parallel(n int, each func(i int)) {
	var group sync.WaitGroup
	next := make(chan int)
	for range 4 {
		group.Go(func() {
			for i := range next {
				each(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
}
