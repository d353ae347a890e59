package transport

import (
	"net"
	"sync/atomic"
	"syscall"
)

// quickAck has the kernel acknowledge at once until stop. A broker that leaves Nagle's algorithm on holds CONNACK back
// until its TLS session tickets are acknowledged, which the kernel otherwise delays by 40 ms. Linux forgets
// TCP_QUICKACK with every exchange, so it is set again before each read.
type quickAck struct {
	net.Conn
	off atomic.Bool
}

func (q *quickAck) Read(p []byte) (int, error) {
	if !q.off.Load() {
		q.arm()
	}
	return q.Conn.Read(p)
}

// arm fails in silence: without the option the connection is slower, not wrong.
func (q *quickAck) arm() {
	tcp, ok := q.Conn.(*net.TCPConn)
	if !ok {
		q.off.Store(true)
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1)
	})
}

func (q *quickAck) stop() { q.off.Store(true) }

// CloseWrite closes our direction, if the connection has directions.
func (q *quickAck) CloseWrite() error { return closeWrite(q.Conn) }
