package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"syscall"
	"unsafe"

	"github.com/culex-mqtt/culex/client"
)

// prompt asks a question on the controlling terminal, which does not show the answer.
func prompt(question string, cancel <-chan struct{}) ([]byte, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, client.ErrNoTerminal
	}
	// Fd makes the file a blocking one, so that cancelling takes more than closing it: the reader is left behind.
	fd := tty.Fd()
	var shown syscall.Termios
	if err := attributes(fd, syscall.TCGETS, &shown); err != nil {
		_ = tty.Close()
		return nil, client.ErrNoTerminal
	}
	hidden := shown
	hidden.Lflag = hidden.Lflag&^syscall.ECHO | syscall.ECHONL
	if err := attributes(fd, syscall.TCSETS, &hidden); err != nil {
		_ = tty.Close()
		return nil, err
	}
	_, _ = fmt.Fprint(tty, question)
	typed := make(chan []byte, 1)
	go func() {
		line := make([]byte, 1024)
		n, _ := tty.Read(line) // a terminal gives whole lines
		typed <- line[:n]
	}()
	select {
	case line := <-typed:
		err = attributes(fd, syscall.TCSETS, &shown)
		_ = tty.Close()
		if len(line) == 0 {
			return nil, io.EOF
		}
		return bytes.TrimRight(line, "\r\n"), err
	case <-cancel:
		// The process is about to end, and the reader with it.
		return nil, attributes(fd, syscall.TCSETS, &shown)
	}
}

// attributes gets or sets the attributes of a terminal (termios(3)).
func attributes(fd, request uintptr, a *syscall.Termios) error {
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(unsafe.Pointer(a))); errno != 0 {
		return errno
	}
	return nil
}
