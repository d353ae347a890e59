package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
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

// receive subscribes and counts the lines that come out into a pipe. The sink
// sends them by itself; a broker has to be fed when the subscription stands.
func receive(count int, fed bool) runner {
	return func(ctx context.Context, r request) (cost, int, error) {
		count := count
		if r.tenth {
			count /= 10
		}
		plain, _ := r.server.ports()
		topic := subTopic + "/" + strconv.Itoa(count)
		play := func(context.Context, <-chan struct{}) error { return nil }
		if fed {
			topic = subTopic
			play = func(ctx context.Context, first <-chan struct{}) error {
				if err := awaitFirst(ctx, first); err != nil {
					return err
				}
				return feed(ctx, net.JoinHostPort(loopback, plain), count-1)
			}
		}
		words := slices.Concat(r.side.sub, []string{"-h", loopback, "-p", plain, "-t", topic, "-C", strconv.Itoa(count)})
		var file string
		if r.memory {
			words, file = underTime(r.dir, words)
		}
		took, err := subscriber(ctx, words, count, play)
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
