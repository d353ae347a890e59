package psk

import (
	"net"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// alert is the code of a TLS alert (RFC 5246 section 7.2).
type alert uint8

func (a alert) Error() string {
	return "tls: " + strings.ReplaceAll(record.Describe(int(a)).Name, "_", " ")
}

// remoteError is an alert that the server sent.
func remoteError(a alert) error { return &net.OpError{Op: "remote error", Err: a} }

// localError is what the server did wrong. It unwraps to the alert that tells the server so.
type localError struct {
	alert  alert
	reason string
}

func (e *localError) Error() string { return "local error: tls: " + e.reason }

func (e *localError) Unwrap() error { return &net.OpError{Op: "local error", Err: e.alert} }

func wrong(a alert, reason string) error { return &localError{a, reason} }
