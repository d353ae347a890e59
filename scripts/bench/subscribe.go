package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// retainReady leaves a message that every subscriber gets first: when it comes
// out, the subscription stands.
func retainReady(ctx context.Context, s server) error {
	plain, _ := s.ports()
	ready := command{words: []string{"mosquitto_pub", "-h", loopback, "-p", plain, "-t", subTopic, "-r", "-m", "ready"}}
	_, err := ready.measure(ctx)
	return err
}

// reception is how messages are received. The sink sends them by itself; a broker has to be fed when the subscription
// stands.
type reception struct {
	tls, fed bool
	format   []string // options
}

// receive subscribes and counts the lines that come out into a pipe.
func receive(b batch, how reception) runner {
	return func(ctx context.Context, r request) (cost, int, error) {
		b := b
		if r.tenth {
			b = b.tenth()
		}
		port, tlsPort := r.server.ports()
		topic := fmt.Sprintf("%s/%d/%d", subTopic, b.size, b.count)
		play := func(context.Context, <-chan struct{}) error { return nil }
		if how.fed {
			topic = subTopic
			play = func(ctx context.Context, first <-chan struct{}) error {
				if err := awaitFirst(ctx, first); err != nil {
					return err
				}
				return feed(ctx, net.JoinHostPort(loopback, port), batch{b.count - 1, b.size})
			}
		}
		words := slices.Concat(r.side.sub, []string{"-h", loopback, "-t", topic, "-C", strconv.Itoa(b.count)}, how.format)
		if how.tls {
			words = append(words, "-p", tlsPort, "--cafile", filepath.Join(r.certs, "ca.crt"))
		} else {
			words = append(words, "-p", port)
		}
		var file string
		if r.memory {
			words, file = underTime(r.dir, words)
		}
		took, err := subscriber(ctx, words, b.count, play)
		if err == nil && r.memory {
			took.memory, err = readMemory(file)
		}
		return took, 0, err // counted here, not by the server
	}
}

// subscriber runs the words beside play, and is done when the program has written
// count lines and ended.
func subscriber(ctx context.Context, words []string, count int, play func(context.Context, <-chan struct{}) error) (cost, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := exec.CommandContext(ctx, words[0], words[1:]...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return cost{}, err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return cost{}, err
	}
	lines, playErr := await(ctx, cancel, out, play)
	err = cmd.Wait()
	wall := time.Since(begin)
	switch {
	case playErr != nil:
		return cost{}, playErr
	case err != nil || said.Len() > 0:
		return cost{}, &failedRun{words: words, said: said.String(), err: err}
	case lines != count:
		return cost{}, fmt.Errorf("%d lines came out, %d were due", lines, count)
	}
	return cost{wall: wall, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}, nil
}

// await reads everything that comes out while play runs; a play that fails ends
// the program by cancel.
func await(ctx context.Context, cancel func(), out io.Reader, play func(context.Context, <-chan struct{}) error) (int, error) {
	first, played := make(chan struct{}), make(chan error, 1)
	go func() {
		err := play(ctx, first)
		if err != nil {
			cancel()
		}
		played <- err
	}()
	lines, err := countLines(out, first)
	if lines == 0 {
		cancel() // nothing came out: play may be waiting for it
	}
	return lines, errors.Join(<-played, err)
}

func awaitFirst(ctx context.Context, first <-chan struct{}) error {
	select {
	case <-first:
		return nil
	case <-time.After(brokerWait):
		return errors.New("the subscriber did not write the retained message")
	case <-ctx.Done():
		return ctx.Err()
	}
}
