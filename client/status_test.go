package client

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/session"
	"github.com/culex-mqtt/culex/client/transport"
	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

func failedDial(op tlsdiag.Op, err error) error {
	return &transport.Error{Op: op, Address: "broker.lan:8883", Err: err}
}

func refusal(v mqtt.Version, code mqtt.ReasonCode) error {
	return &session.RefusedError{Version: v, Connack: mqtt.Connack{Code: code}}
}

func connecting(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }

func TestStatusOf(t *testing.T) {
	for _, c := range []struct {
		err  error
		line string
		code int
	}{
		{nil, "", 0},
		{failedDial(tlsdiag.OpLoad, &certs.FileError{Problem: certs.Missing}), "Error: Problem setting TLS options: File not found.", 1},
		{failedDial(tlsdiag.OpLoad, &certs.FileError{Problem: certs.Damaged}), "Unable to connect (A TLS error occurred).", 1},
		{failedDial(tlsdiag.OpLoad, &transport.CipherError{}), "Unable to connect (A TLS error occurred).", 1},
		{failedDial(tlsdiag.OpResolve, &net.DNSError{IsNotFound: true}), "Unable to connect (Lookup error).", 1},
		{failedDial(tlsdiag.OpResolve, &net.DNSError{IsTimeout: true}), "Error: Connection timed out", 1},
		{failedDial(tlsdiag.OpDial, connecting(os.NewSyscallError("connect", syscall.ECONNREFUSED))), "Error: Connection refused", 1},
		{failedDial(tlsdiag.OpDial, connecting(os.NewSyscallError("connect", syscall.EHOSTUNREACH))), "Error: No route to host", 1},
		{failedDial(tlsdiag.OpDial, connecting(syscall.ENOENT)), "Error: No such file or directory", 1},
		{failedDial(tlsdiag.OpDial, connecting(context.DeadlineExceeded)), "Error: Connection timed out", 1},
		{failedDial(tlsdiag.OpHandshake, io.EOF), "Error: A TLS error occurred", 8},
		{failedDial(tlsdiag.OpHandshake, context.DeadlineExceeded), "Error: A TLS error occurred", 8},
		{&session.LostError{Err: io.EOF}, "Error: The connection was lost", 7},
		{&session.LostError{Err: syscall.ECONNRESET}, "Error: The connection was lost", 7},
		{&session.LostError{Err: &net.OpError{Op: "remote error", Err: io.EOF}}, "Error: A TLS error occurred", 8},
		{session.ErrKeepAlive, "Error: Keepalive exceeded", 19},
		{session.ErrQoS, "Error: Requested QoS not supported on server", 24},
		{session.ErrPacketSize, "Error: Packet larger than supported by the server", 25},
		{&session.DisconnectedError{Code: mqtt.SessionTakenOver}, "Error: The client is not currently connected", 4},
		{&mqtt.Malformed{Packet: mqtt.PUBLISH}, "Error: A network protocol error occurred when communicating with the broker", 2},
		{&mqtt.TooLarge{Packet: mqtt.PUBLISH}, "Error: A network protocol error occurred when communicating with the broker", 2},
		{refusal(mqtt.V311, 5), "Connection error: Connection Refused: not authorised", 5},
		{refusal(mqtt.V311, 9), "Connection error: Connection Refused: unknown reason", 9},
		{refusal(mqtt.V5, mqtt.NotAuthorized), "Connection error: Not authorized", 135},
		{refusal(mqtt.V5, mqtt.UnsupportedProtocolVersion), "Connection error: Unsupported Protocol Version. Try connecting to an MQTT v5 broker, or use MQTT v3.x mode.", 132},
		{&unsupportedError{"--psk"}, "Unable to connect (This feature is not supported).", 1},
		{fmt.Errorf("wrapped: %w", session.ErrKeepAlive), "Error: Keepalive exceeded", 19},
	} {
		if got := statusOf(c.err); got.line != c.line || got.code != c.code {
			t.Errorf("%v: %q, %d, want %q, %d", c.err, got.line, got.code, c.line, c.code)
		}
	}
}

// A time limit says which step used it up.
func TestStatusOfSlowSteps(t *testing.T) {
	for op, want := range map[tlsdiag.Op]string{
		tlsdiag.OpResolve: "", // that is a finding
		tlsdiag.OpDial:    "broker.lan:8883 did not answer in time (TCP)",
	} {
		if got := statusOf(failedDial(op, context.DeadlineExceeded)); !strings.Contains(got.detail, want) || want == "" && got.detail != "" {
			t.Errorf("%v: %q, want %q in it", op, got.detail, want)
		}
	}
}

// What a broker says is printed without letting it drive the terminal.
func TestPrintable(t *testing.T) {
	for s, want := range map[string]string{
		"plain, äöü": "plain, äöü",
		"a\x1b[2Jb":  `"a\x1b[2Jb"`,
		"a\nb":       `"a\nb"`,
		"\u0085":     `"\u0085"`,
		"\u202ea":    `"\u202ea"`, // right to left
		"a\xff":      `"a\xff"`,
	} {
		if got := printable(s); got != want {
			t.Errorf("%q is printed as %s, want %s", s, got, want)
		}
	}
}
