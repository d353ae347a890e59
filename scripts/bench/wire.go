package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
)

// traffic is what passed between a client and a server: the bytes that TCP carried in both directions, and its segments
// with those that carry none (SYN, ACK, FIN).
type traffic struct{ bytes, packets int64 }

// relay stands between a client and a server, to count what passes.
type relay struct {
	listener net.Listener
	server   string
}

func startRelay(server string) (*relay, error) {
	listener, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		return nil, err
	}
	return &relay{listener, server}, nil
}

func (r *relay) port() string {
	_, port, _ := net.SplitHostPort(r.listener.Addr().String()) // a listener's address has a port
	return port
}

func (r *relay) stop() { r.listener.Close() }

// carry takes one connection to its end.
func (r *relay) carry() (traffic, error) {
	accepted, err := r.listener.Accept()
	if err != nil {
		return traffic{}, err
	}
	defer accepted.Close()
	dialled, err := net.Dial("tcp", r.server)
	if err != nil {
		return traffic{}, err
	}
	defer dialled.Close()
	client, server := accepted.(*net.TCPConn), dialled.(*net.TCPConn)
	var t traffic
	back := make(chan int64, 1)
	go func() {
		n, _ := io.Copy(onlyWriter{client}, server) // a reset is an end like others
		_ = client.CloseWrite()
		back <- n
	}()
	n, _ := io.Copy(onlyWriter{server}, client)
	_ = server.CloseWrite()
	t.bytes = n + <-back
	t.packets, err = segments(client)
	return t, err
}

// onlyWriter keeps io.Copy from moving the bytes inside the kernel, where they would leave in other segments.
type onlyWriter struct{ io.Writer }

// measureWire runs the words twice through a relay, the words being made for the relay's port, and returns the traffic of the
// second run: the first may have left something behind that the second can use.
func (r request) measureWire(ctx context.Context, port string, words func(port string) []string) (cost, error) {
	relay, err := startRelay(net.JoinHostPort(loopback, port))
	if err != nil {
		return cost{}, err
	}
	defer relay.stop()
	var c cost
	for range 2 {
		type result struct {
			t   traffic
			err error
		}
		carried := make(chan result, 1)
		go func() {
			t, err := relay.carry()
			carried <- result{t, err}
		}()
		if c, err = (command{words: words(relay.port())}).measure(ctx); err != nil {
			return c, err
		}
		select {
		case done := <-carried:
			if done.err != nil {
				return c, fmt.Errorf("relay: %w", done.err)
			}
			c.wire = done.t
		case <-ctx.Done():
			return c, errors.Join(errors.New("relay: the connection did not end"), ctx.Err())
		}
	}
	return c, nil
}
