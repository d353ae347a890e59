package client

import (
	"io"
	"sync"
	"time"
)

// slowAfter is how long nothing is said of what is being done.
const slowAfter = time.Second

// progress tells a terminal what is being done, once that takes long.
type progress struct {
	out   io.Writer // nil: nobody watches
	mu    sync.Mutex
	what  string
	shown bool
	timer *time.Timer
}

func newProgress(env *Env, quiet bool) *progress {
	p := &progress{}
	if env.Terminal.Interactive && !quiet {
		p.out = env.Stderr
		p.timer = time.AfterFunc(slowAfter, func() {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.shown = true
			p.show()
		})
	}
	return p
}

// step says what is being done from now on.
func (p *progress) step(what string) {
	if p.out == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.what = what
	if p.shown {
		p.show()
	}
}

const clearLine = "\r\x1b[K"

// show writes the line. p.mu is held.
func (p *progress) show() {
	if p.what != "" {
		_, _ = io.WriteString(p.out, clearLine+p.what+" …")
	}
}

// end takes the line away.
func (p *progress) end() {
	if p.out == nil {
		return
	}
	p.timer.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown && p.what != "" {
		_, _ = io.WriteString(p.out, clearLine)
	}
	p.what = ""
}
