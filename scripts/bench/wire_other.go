//go:build !linux

package main

import (
	"errors"
	"net"
)

// segments needs Linux.
func segments(*net.TCPConn) (int64, error) { return 0, errors.ErrUnsupported }
