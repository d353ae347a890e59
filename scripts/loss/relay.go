package main

import (
	"io"
	"net"
	"sync"
)

// connectSize is more than CONNECT takes: without a first connection a program has nothing to go on with.
const connectSize = 100

// relay passes connections on and breaks them, so many times, each after some bytes of the client.
type relay struct {
	listener net.Listener
	target   string
	serving  sync.WaitGroup
	mu       sync.Mutex
	cuts     []int64 // bytes until each cut
}

func openRelay(target string, random *dice, cuts int, total int64) (*relay, error) {
	l, err := net.Listen("tcp", loopback+":0")
	if err != nil {
		return nil, err
	}
	r := &relay{listener: l, target: target}
	for range cuts {
		r.cuts = append(r.cuts, connectSize+random.Int64N(2*total/int64(cuts+1)))
	}
	go r.serve()
	return r, nil
}

func (r *relay) serve() {
	for {
		near, err := r.listener.Accept()
		if err != nil {
			return
		}
		r.serving.Go(func() { r.pass(near) })
	}
}

func (r *relay) close() {
	_ = r.listener.Close()
	r.serving.Wait()
}

func (r *relay) pass(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", r.target)
	if err != nil {
		return
	}
	defer far.Close()
	done := make(chan struct{})
	go func() {
		_, _ = io.Copy(near, far)
		_ = near.Close()
		close(done)
	}()
	if limit, cut := r.next(); cut {
		_, _ = io.CopyN(far, near, limit)
		_ = near.(*net.TCPConn).SetLinger(0) // a reset: what was on its way is gone
		_ = near.Close()
	} else {
		_, _ = io.Copy(far, near)
		_ = far.(*net.TCPConn).CloseWrite()
		<-done
		return
	}
	_ = far.Close()
	<-done
}

func (r *relay) next() (limit int64, cut bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.cuts) == 0 {
		return 0, false
	}
	limit, r.cuts = r.cuts[0], r.cuts[1:]
	return limit, true
}
