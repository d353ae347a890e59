package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// side is one of the two programs that are compared: the words that its two
// commands begin with.
type side struct {
	name     string
	pub, sub []string
	resumes  bool // it has --tls-session-dir
}

// bench is where the runs find and leave their files.
type bench struct {
	dir, certs string
}

// budget is a ratio not to be crossed, and the one to reach; 0 is none.
type budget struct{ limit, goal float64 }

// workload is one thing to do, the same for both sides, and what it may cost.
type workload struct {
	name      string
	pairs     int // timed runs of each side
	memories  int // further runs of each side, for their memory
	wires     int // and for their traffic
	warmUp    int // runs of each side before that, not counted
	serve     func(context.Context, bench) (server, error)
	prepare   func(context.Context, server) error
	run       runner
	wall, cpu budget
	memory    budget
	// flatMemory also compares the peak with that of a run with a tenth of the
	// messages.
	flatMemory bool
}

// runner does the thing once. With memory or wire it measures that instead of
// time; tenth asks for a tenth of the messages. published is how many messages the
// broker has to have counted by it.
type runner func(ctx context.Context, r request) (c cost, published int, err error)

// server is what the programs connect to.
type server interface {
	ports() (plain, tls string)
	// awaitPublished fails unless exactly that many messages have arrived since the
	// start, now or soon.
	awaitPublished(ctx context.Context, want int) error
	// failed tells that the server ended by itself; nil while it runs.
	failed() error
	stop()
}

type request struct {
	bench
	server server
	side   side
	asked
}

// asked is what a run is to measure, the time if nothing else, and whether it is
// to take a tenth of the messages.
type asked struct{ memory, wire, tenth bool }

// workloads lists what is measured and the budgets. Where a mosquitto is what
// takes the time, it stands for information, and the budget is held against the
// sink, which never is.
func workloads(size scale) []workload {
	list := []workload{{
		name: "one-shot, QoS 0", pairs: size.pairs, memories: size.memories, warmUp: 3, wires: 3,
		serve: startBroker(""), run: oneShot(shot{}),
		wall: budget{1.2, 0.95}, cpu: budget{1.2, 0.95},
	}, {
		name: "one-shot, QoS 0, TLS", pairs: size.pairs, memories: size.memories, warmUp: 3, wires: 3,
		serve: startBroker(""), run: oneShot(shot{tls: true}),
		wall: budget{0.15, 0.08}, cpu: budget{0.6, 0.45}, memory: budget{1.2, 0.8}, // all commands are in the binary
	}, {
		name: bulkName("-l, %d lines, QoS 0", size.lines0), pairs: size.bulkPairs, memories: size.bulkPairs,
		serve: startSink, run: lines(size.lines0, 0),
		wall: budget{1.0 / 15, 1.0 / 25}, cpu: budget{1.0 / 15, 1.0 / 25}, flatMemory: true,
	}, {
		name: bulkName("-l, %d lines, QoS 1", size.lines1), pairs: size.bulkPairs, memories: size.bulkPairs,
		serve: startSink, run: lines(size.lines1, 1),
		wall: budget{1.0 / 4, 1.0 / 6}, cpu: budget{1.0 / 4, 1.0 / 6}, flatMemory: true,
	}, {
		name: bulkName("sub, %d messages", size.messages), pairs: size.bulkPairs, memories: size.bulkPairs,
		serve: startSink, run: receive(size.messages, reception{}),
		cpu: budget{1.0 / 10, 1.0 / 40}, flatMemory: true,
	}}
	if size.all {
		list = append(list, more(size)...)
	}
	return list
}

func bulkName(text string, b batch) string {
	return fmt.Sprintf(text, b.count) + fmt.Sprintf(", %d B", b.size)
}

// more is what has no budget of its own.
func more(size scale) []workload {
	few := batch{size.messages.count / 5, size.messages.size}
	half := size.lines1
	half.count /= 2
	list := []workload{{
		name: "one-shot, TLS, --tls-session-dir", pairs: size.pairs / 2, warmUp: 3, wires: 3,
		serve: startBroker(""), run: oneShot(shot{tls: true, resume: true}),
	}, {
		name: bulkName("-l to mosquitto, %d lines, QoS 0", size.lines0), pairs: 2,
		serve: startBroker(""), run: lines(size.lines0, 0),
	}, {
		name: bulkName("-l to mosquitto, %d lines, QoS 1", size.lines1), pairs: 2,
		serve: startBroker(""), run: lines(size.lines1, 1),
	}, {
		name: bulkName("-l, %d lines, QoS 2", half), pairs: 2,
		serve: startSink, run: lines(half, 2),
	}, {
		name: bulkName("-l, %d lines, QoS 0", size.large), pairs: 2,
		serve: startSink, run: lines(size.large, 0),
	}, {
		name: bulkName("sub, %d messages", size.large), pairs: 2,
		serve: startSink, run: receive(size.large, reception{}),
	}, {
		name: bulkName("sub, TLS, %d messages", few), pairs: 2,
		serve: startSink, run: receive(few, reception{tls: true}),
	}, {
		name: bulkName("sub from mosquitto, %d messages", few), pairs: 2,
		// The reference is slower than the broker, which would drop what it queued.
		serve: startBroker("max_queued_messages 0"), prepare: retainReady, run: receive(few, reception{fed: true}),
	}}
	for _, format := range [][]string{{"-v"}, {"-F", "%t %p"}, {"-F", "%j"}} {
		list = append(list, workload{
			name: bulkName("sub "+strings.ReplaceAll(strings.Join(format, " "), "%", "%%")+", %d messages", few), pairs: 2,
			serve: startSink, run: receive(few, reception{format: format}),
		})
	}
	return list
}

// runLimit is far above what any run takes, so that one that hangs is told as such.
const runLimit = 90 * time.Second

// samples are the results of all runs of one side.
type samples struct {
	wall, cpu, memory []float64 // ns, ns, bytes
	tenth             []float64 // bytes, with a tenth of the messages
	bytes, packets    []float64 // on the wire
}

// compare does the workload with a server of its own, the sides in turn: first
// one, then the other is ahead, so that neither always finds the caches warm.
func compare(ctx context.Context, w workload, b bench, reference, subject side) ([2]samples, error) {
	var all [2]samples
	server, err := w.serve(ctx, b)
	if err != nil {
		return all, err
	}
	defer server.stop()
	published, checked := 0, 0
	if w.prepare != nil {
		if err := w.prepare(ctx, server); err != nil {
			return all, err
		}
	}
	sides := [2]side{reference, subject}
	// once does one run and looks that the broker got everything.
	once := func(which int, what asked) (cost, error) {
		limited, cancel := context.WithTimeout(ctx, runLimit)
		defer cancel()
		c, sent, err := w.run(limited, request{bench: b, server: server, side: sides[which], asked: what})
		if err != nil && limited.Err() != nil && ctx.Err() == nil {
			err = fmt.Errorf("stopped after %v: %w", runLimit, err)
		}
		published += sent
		if err == nil && sent > 2 {
			err = server.awaitPublished(ctx, published)
			checked = published
		}
		if err != nil {
			return c, fmt.Errorf("%s: %w", sides[which].name, errors.Join(err, server.failed()))
		}
		return c, nil
	}
	if err := timed(w, once, &all); err != nil {
		return all, err
	}
	if err := remembered(w, once, &all); err != nil {
		return all, err
	}
	if err := carried(w, once, &all); err != nil {
		return all, err
	}
	if checked < published { // single messages are counted once, together
		err = server.awaitPublished(ctx, published)
	}
	return all, err
}

type onceFunc func(which int, what asked) (cost, error)

func timed(w workload, once onceFunc, all *[2]samples) error {
	for pair := range w.warmUp + w.pairs {
		for turn := range 2 {
			which := (turn + pair) % 2
			c, err := once(which, asked{})
			if err != nil {
				return err
			}
			if pair >= w.warmUp {
				all[which].wall = append(all[which].wall, float64(c.wall))
				all[which].cpu = append(all[which].cpu, float64(c.cpu))
			}
		}
	}
	return nil
}

func remembered(w workload, once onceFunc, all *[2]samples) error {
	for range w.memories {
		for which := range 2 {
			c, err := once(which, asked{memory: true})
			if err != nil {
				return err
			}
			all[which].memory = append(all[which].memory, float64(c.memory))
			if !w.flatMemory {
				continue
			}
			if c, err = once(which, asked{memory: true, tenth: true}); err != nil {
				return err
			}
			all[which].tenth = append(all[which].tenth, float64(c.memory))
		}
	}
	return nil
}

func carried(w workload, once onceFunc, all *[2]samples) error {
	for range w.wires {
		for which := range 2 {
			c, err := once(which, asked{wire: true})
			if err != nil {
				return err
			}
			all[which].bytes = append(all[which].bytes, float64(c.wire.bytes))
			all[which].packets = append(all[which].packets, float64(c.wire.packets))
		}
	}
	return nil
}
