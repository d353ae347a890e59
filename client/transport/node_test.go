package transport

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag"
)

// nodeServer starts the server of testdata/echo.js and returns its port.
func nodeServer(t *testing.T) int {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("node is not installed")
		}
		t.Skip("node is not installed")
	}
	cmd := exec.Command(node, filepath.Join("testdata", "echo.js"))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// A server of others, which sends fragments, empty frames and Pings between them, and closes as the standard says.
func TestWebSocketOfNode(t *testing.T) {
	t.Parallel()
	d := &Dialer{Host: "127.0.0.1", Port: nodeServer(t), WebSocket: &WebSocket{Path: "/mqtt"}, Watch: tlsdiag.Settings{Host: "127.0.0.1", Now: time.Now}}
	ctx, cancel := context.WithTimeout(context.Background(), testPatience)
	defer cancel()
	c, _, err := d.Dial(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(testPatience))
	for _, size := range []int{1, 125, 126, 65535, 65536, 1 << 20} {
		want := bytes.Repeat([]byte{byte(size), 1, 2, 3, 4, 5, 6}, size/7+1)[:size]
		failed := make(chan error, 1)
		go func() {
			_, err := c.Write(want)
			failed <- err
		}()
		got := make([]byte, size)
		if _, err := io.ReadFull(c, got); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes: %v", size, err)
		}
		if err := <-failed; err != nil {
			t.Fatal(err)
		}
	}
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(make([]byte, 1)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("after a Close frame: %d bytes, %v", n, err)
	}
}
