//go:build !linux

package main

import "github.com/culex-mqtt/culex/client"

// prompt is for Linux: elsewhere the pass phrase comes from the options or from standard input.
func prompt(string, <-chan struct{}) ([]byte, error) { return nil, client.ErrNoTerminal }
