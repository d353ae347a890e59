//go:build !linux

package transport

import "net"

// quickAck is a plain connection where the kernel has no TCP_QUICKACK.
type quickAck struct{ net.Conn }

func (q *quickAck) stop() {}

// CloseWrite closes our direction, if the connection has directions.
func (q *quickAck) CloseWrite() error { return closeWrite(q.Conn) }
