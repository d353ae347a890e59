package main

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
)

// oneShot publishes one small message.
func oneShot(tls bool) runner {
	return func(ctx context.Context, r request) (cost, int, error) {
		plainPort, tlsPort := r.server.ports()
		words := slices.Concat(r.side.pub, []string{"-h", loopback, "-t", "bench/one", "-m", "21.5"})
		if tls {
			words = append(words, "-p", tlsPort, "--cafile", filepath.Join(r.certs, "ca.crt"))
		} else {
			words = append(words, "-p", plainPort)
		}
		c, err := r.execute(ctx, command{words: words})
		return c, 1, err
	}
}

// lines publishes a file, one message a line.
func lines(count int, qos int) runner {
	return func(ctx context.Context, r request) (cost, int, error) {
		count := count
		if r.tenth {
			count /= 10
		}
		file, err := writeLines(r.dir, count)
		if err != nil {
			return cost{}, 0, err
		}
		plain, _ := r.server.ports()
		words := slices.Concat(r.side.pub, []string{"-h", loopback, "-p", plain,
			"-t", "bench/lines", "-q", strconv.Itoa(qos), "-l"})
		c, err := r.execute(ctx, command{words: words, stdin: file})
		return c, count, err
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
