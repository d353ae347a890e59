package main

import (
	"syscall"
	"unsafe"
)

// windowWidth is the width in columns of the terminal that fd is, or 0 if it is none.
func windowWidth(fd uintptr) int {
	var size struct{ rows, columns, x, y uint16 }
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size)))
	if errno != 0 {
		return 0
	}
	if size.columns == 0 {
		return 80 // a serial line tells no size
	}
	return int(size.columns)
}
