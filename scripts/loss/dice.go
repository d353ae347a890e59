package main

import (
	"math/rand/v2"
	"sync"
)

// dice are random numbers for several goroutines, the same for the same seed.
type dice struct {
	mu     sync.Mutex
	random *rand.Rand
}

func newDice(seed uint64) *dice { return &dice{random: rand.New(rand.NewPCG(seed, 0))} }

func (d *dice) Int64N(n int64) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.random.Int64N(n)
}

func (d *dice) IntN(n int) int { return int(d.Int64N(int64(n))) }
