package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"syscall"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/session"
	"github.com/culex-mqtt/culex/client/transport"
	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/report"
)

// The exit codes: those of the reference, whose library numbers its errors.
const (
	codeSuccess      = 0
	codeFailure      = 1 // whatever fails before the connection is made
	codeProtocol     = 2
	codeInvalid      = 3
	codeNoConnection = 4
	codeLost         = 7
	codeTLS          = 8
	codeUnauthorised = 11
	codeUnknown      = 13
	codeErrno        = 14
	codeProxy        = 16
	codeKeepAlive    = 19
	codeQoS          = 24
	codeOversize     = 25
	codeTimeout      = 27
	codeNeverBegan   = 255
)

// status is the reference's line for an error, an optional line of ours that says more, and the exit code.
type status struct {
	line   string
	detail string
	code   int
}

// statusOf maps every error of a session and its transport.
func statusOf(err error) status {
	var dial *transport.Error
	var refused *session.RefusedError
	var disconnected *session.DisconnectedError
	var bad *mqtt.Malformed
	var large *mqtt.TooLarge
	var input *inputError
	var unsupported *unsupportedError
	var sessions *transport.SessionDirError
	var stored *storeError
	switch {
	case err == nil:
		return status{}
	case errors.As(err, &dial):
		return dialStatus(dial)
	case errors.As(err, &unsupported):
		return status{line: "Unable to connect (This feature is not supported).", detail: err.Error(), code: codeFailure}
	case errors.As(err, &sessions):
		return status{line: "Error: " + err.Error() + ".", code: codeFailure}
	case errors.As(err, &input):
		return status{line: input.text, code: codeFailure}
	case errors.As(err, &stored):
		return status{line: "Error: " + printable(stored.Error()), code: codeFailure}
	case errors.As(err, &refused):
		return refusedStatus(refused)
	case errors.As(err, &disconnected):
		return status{line: "Error: The client is not currently connected", detail: "mqtt: " + err.Error(), code: codeNoConnection}
	case errors.As(err, &bad), errors.As(err, &large):
		return status{line: "Error: " + protocolText, detail: "mqtt: " + err.Error(), code: codeProtocol}
	case errors.Is(err, session.ErrKeepAlive):
		return status{line: "Error: Keepalive exceeded", code: codeKeepAlive}
	case errors.Is(err, session.ErrQoS):
		return status{line: "Error: Requested QoS not supported on server", code: codeQoS}
	case errors.Is(err, session.ErrPacketSize):
		return status{line: "Error: Packet larger than supported by the server", code: codeOversize}
	case isTLS(err):
		return status{line: "Error: A TLS error occurred", code: codeTLS}
	default:
		return lostStatus(err)
	}
}

const protocolText = "A network protocol error occurred when communicating with the broker"

// lostStatus is for a connection that ended, and for what no other case knows.
func lostStatus(err error) status {
	var lost *session.LostError
	if errors.As(err, &lost) {
		return status{line: "Error: The connection was lost", code: codeLost}
	}
	return status{line: "Error: " + errnoText(err), code: codeErrno}
}

func dialStatus(e *transport.Error) status {
	var file *certs.FileError
	switch {
	case e.Op == tlsdiag.OpLoad && errors.As(e.Err, &file) && file.NotOpened():
		return status{line: "Error: Problem setting TLS options: File not found.", code: codeFailure}
	case e.Op == tlsdiag.OpLoad:
		return status{line: "Unable to connect (A TLS error occurred).", code: codeFailure}
	case e.Op == tlsdiag.OpHandshake, isTLS(e.Err):
		return status{line: "Error: A TLS error occurred", code: codeTLS}
	case e.Op == tlsdiag.OpConnack:
		return status{line: "Error: Keepalive exceeded", code: codeKeepAlive}
	case e.Op == tlsdiag.OpRead, e.Op == tlsdiag.OpWrite:
		return status{line: "Error: The connection was lost", code: codeLost}
	case e.Op == tlsdiag.OpWebSocket:
		return status{line: "Error: Unknown error", code: codeUnknown}
	case e.Op == tlsdiag.OpProxy && !timedOut(e.Err):
		return proxyStatus(e.Err)
	case timedOut(e.Err):
		return status{line: "Error: Connection timed out", detail: slowStep(e), code: codeFailure}
	case e.Op == tlsdiag.OpResolve:
		return status{line: "Unable to connect (Lookup error).", code: codeFailure}
	default:
		return status{line: "Error: " + errnoText(e.Err), code: codeFailure}
	}
}

// proxyStatus is the reference's answer to the replies of a SOCKS5 proxy (RFC 1928, 6); those of an HTTP proxy are put
// beside the replies that mean the same.
func proxyStatus(err error) status {
	var proxy *transport.ProxyError
	if !errors.As(err, &proxy) {
		return status{line: "Error: Proxy error", code: codeProxy}
	}
	switch s := proxyAnswer(proxy); s {
	case codeNoConnection:
		return status{line: "Error: The client is not currently connected", code: s}
	case codeUnauthorised:
		return status{line: "Error: Authorisation failed", code: s}
	case codeInvalid:
		return status{line: "Error: Invalid input", code: s}
	default:
		return status{line: "Error: Proxy error", code: codeProxy}
	}
}

// proxyAnswer is the exit code for what a proxy answered.
func proxyAnswer(e *transport.ProxyError) int {
	http := e.Protocol == transport.HTTP.String()
	switch {
	case e.Code == 0:
		return codeProxy
	case http && (e.Code == 401 || e.Code == 403 || e.Code == 407):
		return codeUnauthorised
	case http && e.Code >= 502 && e.Code <= 504:
		return codeNoConnection
	case http, e.Step == evidence.StepLogin:
		return codeProxy
	case e.Step == evidence.StepMethod, e.Code == 2:
		return codeUnauthorised
	case e.Code >= 3 && e.Code <= 5:
		return codeNoConnection
	case e.Code > 8:
		return codeInvalid
	}
	return codeProxy
}

func timedOut(err error) bool {
	var limit net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &limit) && limit.Timeout()
}

// slowStep says that TCP used up the time; tlsdiag says it of name lookup, proxies, TLS and CONNACK.
func slowStep(e *transport.Error) string {
	if e.Op != tlsdiag.OpDial {
		return ""
	}
	return "net: " + e.Address + " did not answer in time (TCP): a firewall that drops packets, or a wrong address"
}

func refusedStatus(e *session.RefusedError) status {
	s := status{code: int(e.Connack.Code), line: "Connection error: " + mqtt.ConnackText(e.Version, e.Connack.Code)}
	if e.Version == mqtt.V5 && e.Connack.Code == mqtt.UnsupportedProtocolVersion {
		s.line += ". Try connecting to an MQTT v5 broker, or use MQTT v3.x mode."
	}
	if reason, ok := e.Connack.Properties.String(mqtt.ReasonString); ok {
		s.detail = "mqtt: the broker says: " + printable(reason)
	}
	return s
}

// isTLS tells an alert, or a record that does not decrypt, after the handshake.
func isTLS(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && (op.Op == "remote error" || op.Op == "local error")
}

// errnoText is the C library's text for a system error: Go's begins with a small letter.
func errnoText(err error) string {
	var errno syscall.Errno
	text := err.Error()
	if errors.As(err, &errno) {
		text = errno.Error()
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// printable escapes what could drive a terminal, or turn the direction of its text.
func printable(s string) string {
	if report.Escape(s) == s {
		return s
	}
	return fmt.Sprintf("%+q", s)
}
