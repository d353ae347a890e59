package main

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
)

// shot is how one small message is published.
type shot struct{ tls, resume bool }

// oneShot publishes one small message.
func oneShot(how shot) runner {
	return func(ctx context.Context, r request) (cost, int, error) {
		port, tlsPort := r.server.ports()
		words := slices.Concat(r.side.pub, []string{"-h", loopback, "-t", "bench/one", "-m", "21.5"})
		if how.tls {
			port = tlsPort
			words = append(words, "--cafile", filepath.Join(r.certs, "ca.crt"))
		}
		if how.resume && r.side.resumes {
			words = append(words, "--tls-session-dir", filepath.Join(r.dir, "sessions"))
		}
		to := func(port string) []string { return slices.Concat(words, []string{"-p", port}) }
		if r.wire {
			c, err := r.measureWire(ctx, port, to)
			return c, 2, err
		}
		c, err := r.execute(ctx, command{words: to(port)})
		return c, 1, err
	}
}

// lines publishes a file, one message a line.
func lines(b batch, qos int) runner {
	return func(ctx context.Context, r request) (cost, int, error) {
		b := b
		if r.tenth {
			b = b.tenth()
		}
		file, err := writeLines(r.dir, b)
		if err != nil {
			return cost{}, 0, err
		}
		plain, _ := r.server.ports()
		words := slices.Concat(r.side.pub, []string{"-h", loopback, "-p", plain,
			"-t", "bench/lines", "-q", strconv.Itoa(qos), "-l"})
		c, err := r.execute(ctx, command{words: words, stdin: file})
		return c, b.count, err
	}
}

// execute runs the command and measures what the request asks for.
func (r request) execute(ctx context.Context, c command) (cost, error) {
	if !r.memory {
		return c.measure(ctx)
	}
	var file string
	c.words, file = underTime(r.dir, c.words)
	took, err := c.measure(ctx)
	if err != nil {
		return took, err
	}
	took.memory, err = readMemory(file)
	return took, err
}
