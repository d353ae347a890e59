//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// die has the process end by the signal, so that a shell sees it.
func die(s syscall.Signal) {
	signal.Reset(s)
	if syscall.Kill(os.Getpid(), s) == nil {
		time.Sleep(time.Second) // until the signal arrives
	}
}
