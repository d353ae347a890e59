package main

import (
	"net"

	"golang.org/x/sys/unix"
)

// segments counts those of a connection, in both directions.
func segments(c *net.TCPConn) (int64, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var info *unix.TCPInfo
	var failed error
	if err := raw.Control(func(fd uintptr) {
		info, failed = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
	}); err != nil {
		return 0, err
	}
	if failed != nil {
		return 0, failed
	}
	return int64(info.Segs_in) + int64(info.Segs_out), nil
}
