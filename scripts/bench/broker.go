package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

const (
	loopback = "127.0.0.1"
	// brokerWait bounds the broker's start, and how long a count may take to show.
	brokerWait = 10 * time.Second
)

// broker is a mosquitto with its defaults, but for the two listeners and for
// counters that are published every second.
type broker struct {
	plain, tls string // ports
	process    *exec.Cmd
	log        string // file
	ended      chan struct{}
}

// startBroker returns what starts a broker, with extra in mosquitto.conf. It
// tries anew when another program took a port between its choice by the kernel
// and the broker's start.
func startBroker(extra string) func(context.Context, bench) (server, error) {
	return func(ctx context.Context, b bench) (server, error) {
		var last error
		for range 3 {
			s, err := tryBroker(ctx, b, extra)
			if err == nil {
				return s, nil
			}
			last = err
		}
		return nil, last
	}
}

func (s *broker) ports() (plain, tls string) { return s.plain, s.tls }

func tryBroker(ctx context.Context, b bench, extra string) (*broker, error) {
	plain, err := freePort()
	if err != nil {
		return nil, err
	}
	tls, err := freePort()
	if err != nil {
		return nil, err
	}
	conf := fmt.Sprintf("allow_anonymous true\nsys_interval 1\n%s\nlistener %s %s\n", extra, plain, loopback) +
		fmt.Sprintf("listener %s %s\ncafile %s\ncertfile %s\nkeyfile %s\n", tls, loopback,
			filepath.Join(b.certs, "ca.crt"), filepath.Join(b.certs, "server.crt"), filepath.Join(b.certs, "server.key"))
	if os.Geteuid() == 0 {
		conf = "user root\n" + conf // or it could not read the key
	}
	file := filepath.Join(b.dir, "mosquitto.conf")
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		return nil, err
	}
	server := &broker{plain: plain, tls: tls, log: filepath.Join(b.dir, "mosquitto.log"), ended: make(chan struct{})}
	log, err := os.Create(server.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	server.process = exec.CommandContext(ctx, "mosquitto", "-c", file)
	server.process.Stdout, server.process.Stderr = log, log
	if err := server.process.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(server.ended)
		_ = server.process.Wait() // failed reads the state
	}()
	if err := awaitPorts(ctx, plain, tls); err != nil {
		server.stop()
		said, _ := os.ReadFile(server.log)
		return nil, fmt.Errorf("mosquitto does not start: %w; it said:\n%s", err, said)
	}
	return server, nil
}

func (s *broker) failed() error {
	select {
	case <-s.ended:
		return fmt.Errorf("mosquitto ended: %v", s.process.ProcessState)
	default:
		return nil
	}
}

func (s *broker) stop() {
	_ = s.process.Process.Kill() // fails only when it has ended already
	<-s.ended
}

func freePort() (string, error) {
	listener, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, err
}

func awaitPorts(ctx context.Context, ports ...string) error {
	ctx, cancel := context.WithTimeout(ctx, brokerWait/4)
	defer cancel()
	for _, port := range ports {
		for {
			conn, err := net.Dial("tcp", net.JoinHostPort(loopback, port))
			if err == nil {
				conn.Close()
				break
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("nothing listens on %s port %s: %w", loopback, port, err)
			case <-time.After(20 * time.Millisecond):
			}
		}
	}
	return nil
}

// awaitPublished asks the broker, which counts all but retained messages and
// publishes the count, retained, every second.
func (s *broker) awaitPublished(ctx context.Context, want int) error {
	ctx, cancel := context.WithTimeout(ctx, brokerWait)
	defer cancel()
	var last error
	for ctx.Err() == nil {
		seen, err := s.published(ctx)
		switch {
		case err == nil && seen == want:
			return nil
		case ctx.Err() == nil: // what the end of the time did to the command tells nothing
			last = errors.Join(err, checkPublished(seen, want))
		}
		time.Sleep(100 * time.Millisecond)
	}
	return last
}

func (s *broker) published(ctx context.Context) (int, error) {
	counter := exec.CommandContext(ctx, "mosquitto_sub", "-h", loopback, "-p", s.plain,
		"-t", "$SYS/broker/publish/messages/received", "-C", "1")
	out, err := counter.Output()
	if err != nil {
		return 0, fmt.Errorf("mosquitto_sub for the broker's counter: %w", err)
	}
	return strconv.Atoi(strings.TrimSpace(string(out)))
}

func checkPublished(seen, want int) error {
	if seen != want {
		return fmt.Errorf("%d messages arrived, %d were sent", seen, want)
	}
	return nil
}
