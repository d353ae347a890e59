package transport

import (
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// WebSocket is how to carry MQTT in a WebSocket connection [MQTT-6.0.0].
type WebSocket struct {
	// Path is the request target, with a query if need be. It begins with a slash.
	Path string
	// Header are further fields, "Name: value"; they may be secret.
	Header []string
}

// subprotocol is what MQTT of all versions is called [MQTT-6.0.0-3].
const subprotocol = "mqtt"

// WebSocketError is an opening handshake that failed.
type WebSocketError struct {
	evidence.WebSocket
	Err error // nil if there was an answer of HTTP
}

func (e *WebSocketError) Error() string {
	text := "WebSocket " + e.Path + ": "
	switch e.Fault {
	case evidence.FaultStatus:
		text += "the server answered " + strings.TrimSpace(strconv.Itoa(e.Status)+" "+e.Answer)
		if e.Location != "" {
			text += ", see " + e.Location
		}
	case evidence.FaultSubprotocol:
		text += fmt.Sprintf("the server chose the subprotocol %q, not %q", e.Answer, subprotocol)
	case evidence.FaultAccept:
		text += fmt.Sprintf("Sec-WebSocket-Accept %q does not fit the key", e.Answer)
	case evidence.FaultUpgrade:
		text += "status 101 without the fields Upgrade: websocket and Connection: Upgrade"
	default:
		text += e.Err.Error()
	}
	return text
}

// Unwrap gives the error of the network, if there was one.
func (e *WebSocketError) Unwrap() error { return e.Err }

// open runs the opening handshake (RFC 6455, 4.1). Its error is a *WebSocketError unless TLS or the time limit ended it.
func (o *WebSocket) open(ctx context.Context, c net.Conn, d *Dialer) (web *webSocket, err error) {
	err = within(ctx, c, func() error {
		var nonce [16]byte
		_, _ = rand.Read(nonce[:]) // which never fails
		key := base64.StdEncoding.EncodeToString(nonce[:])
		if _, err := io.WriteString(c, o.request(d, key)); err != nil {
			return err
		}
		h, rest, err := readHead(c)
		if err != nil {
			return o.unanswered(rest, err)
		}
		if err := o.judge(h, key); err != nil {
			return err
		}
		web = newWebSocket(c, rest)
		return nil
	})
	return web, err
}

// request is the opening handshake. A field of the user's replaces ours of that name.
func (o *WebSocket) request(d *Dialer, key string) string {
	var b strings.Builder
	b.WriteString("GET " + o.Path + " HTTP/1.1\r\n")
	if !o.has("Host") {
		b.WriteString("Host: " + d.webHost() + "\r\n")
	}
	b.WriteString("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + key +
		"\r\nSec-WebSocket-Protocol: " + subprotocol + "\r\nSec-WebSocket-Version: 13\r\n")
	for _, field := range o.Header {
		b.WriteString(field + "\r\n")
	}
	b.WriteString("\r\n")
	return b.String()
}

// has tells whether the user gave a field.
func (o *WebSocket) has(name string) bool {
	for _, field := range o.Header {
		if n, _, _ := strings.Cut(field, ":"); strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}

// webHost is the value of the field Host: the port is left out where it is the scheme's own (RFC 9110, 7.2).
func (d *Dialer) webHost() string {
	const portHTTP, portHTTPS = 80, 443
	host := d.Host
	switch {
	case d.Port == 0:
		return "localhost"
	case strings.Contains(host, ":"):
		host = "[" + host + "]"
	}
	if d.TLS == nil && d.Port == portHTTP || d.TLS != nil && d.Port == portHTTPS {
		return host
	}
	return host + ":" + strconv.Itoa(d.Port)
}

// unanswered is for a server from which no head came. An alert of TLS is left as it is.
func (o *WebSocket) unanswered(rest []byte, err error) error {
	fault := &WebSocketError{WebSocket: evidence.WebSocket{Path: o.Path, Fault: evidence.FaultMalformed}, Err: err}
	var network net.Error
	switch {
	case len(rest) > 0:
		fault.Answer = excerpt(string(rest))
	case ended(err):
		fault.Fault = evidence.FaultClosed
	case errors.As(err, &network):
		return err
	}
	return fault
}

// judge holds an answer against RFC 6455, 4.1.
func (o *WebSocket) judge(h *head, key string) error {
	fault := evidence.WebSocket{Path: o.Path, Status: h.status, Server: excerpt(h.get("Server"))}
	const switching = 101
	accept := h.get("Sec-WebSocket-Accept")
	chosen := h.get("Sec-WebSocket-Protocol")
	switch {
	case h.status != switching:
		fault.Fault, fault.Answer = evidence.FaultStatus, excerpt(h.reason)
		if h.status/100 == 3 {
			fault.Location = excerpt(h.get("Location"))
		}
	case !h.lists("Upgrade", "websocket"), !h.lists("Connection", "upgrade"):
		fault.Fault = evidence.FaultUpgrade
	case accept != acceptKey(key):
		fault.Fault, fault.Answer = evidence.FaultAccept, excerpt(accept)
	case chosen != subprotocol:
		fault.Fault, fault.Answer = evidence.FaultSubprotocol, excerpt(chosen)
	default:
		return nil
	}
	return &WebSocketError{WebSocket: fault}
}

// acceptKey is the answer to a key (RFC 6455, 4.2.2).
func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}
