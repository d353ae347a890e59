package transport

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// ProxyProtocol is what a proxy speaks.
type ProxyProtocol byte

// The protocols.
const (
	// SOCKS5 has the proxy look the broker's name up (RFC 1928).
	SOCKS5 ProxyProtocol = iota
	// HTTP asks with the method CONNECT (RFC 9110, 9.3.6).
	HTTP
)

// String is the protocol's name, "SOCKS5" or "HTTP".
func (p ProxyProtocol) String() string {
	if p == HTTP {
		return "HTTP"
	}
	return "SOCKS5"
}

// Proxy is a proxy on the way to the broker.
type Proxy struct {
	Protocol ProxyProtocol
	// LocalNames has the broker's name looked up here, not by the proxy.
	LocalNames bool
	Host       string
	Port       int
	// Username is nil if the proxy wants no login.
	Username *string
	Password string
}

// ProxyError is a proxy that made no connection.
type ProxyError struct {
	evidence.Proxy
	Err error // nil if the proxy answered, and refused
}

func (e *ProxyError) Error() string {
	text := e.Protocol + " proxy " + e.Address + ": "
	switch {
	case e.Err != nil:
		return text + e.Err.Error()
	case e.Code != 0:
		return text + e.Reason + " (" + strconv.Itoa(e.Code) + ")"
	}
	return text + e.Reason
}

// Unwrap gives the error of the network, if there was one.
func (e *ProxyError) Unwrap() error { return e.Err }

func (p *Proxy) failed(step evidence.Step, code int, reason string, err error) error {
	return &ProxyError{
		Proxy: evidence.Proxy{
			Address: net.JoinHostPort(p.Host, strconv.Itoa(p.Port)), Protocol: p.Protocol.String(),
			Step: step, Code: code, Reason: reason, Login: evidence.Of(p.Username != nil),
		},
		Err: err,
	}
}

// connect has the proxy at the other end of c connect to host and port.
func (p *Proxy) connect(ctx context.Context, c net.Conn, host string, port int) (through net.Conn, err error) {
	err = within(ctx, c, func() error {
		if p.Protocol == HTTP {
			through, err = p.tunnel(c, host, port)
			return err
		}
		through = c
		return p.socks(c, host, port)
	})
	var failed *ProxyError
	if err != nil && !errors.As(err, &failed) {
		return nil, p.failed(evidence.StepRequest, 0, "", err)
	}
	return through, err
}

// The numbers of SOCKS5 (RFC 1928, RFC 1929).
const (
	socksVersion    = 5
	methodNone      = 0
	methodPassword  = 2
	methodsRefused  = 0xff
	loginVersion    = 1
	commandConnect  = 1
	addressIPv4     = 1
	addressName     = 3
	addressIPv6     = 4
	longestSocksArg = 255
)

// socks talks to a SOCKS5 proxy until it has made the connection.
func (p *Proxy) socks(c net.Conn, host string, port int) error {
	request, err := socksRequest(host, port)
	if err != nil {
		return p.failed(evidence.StepRequest, 0, err.Error(), nil)
	}
	hello := []byte{socksVersion, 1, methodNone}
	if p.Username != nil {
		hello = []byte{socksVersion, 2, methodNone, methodPassword}
	}
	var choice [2]byte
	if err := p.exchange(c, evidence.StepMethod, hello, choice[:]); err != nil {
		return err
	}
	switch method := choice[1]; {
	case choice[0] != socksVersion:
		return p.failed(evidence.StepMethod, 0, fmt.Sprintf("it answered % x, which is not SOCKS5", choice), nil)
	case method == methodPassword && p.Username != nil:
		if err := p.login(c); err != nil {
			return err
		}
	case method == methodPassword, method == methodsRefused:
		return p.failed(evidence.StepMethod, int(method), "it accepts no login that was offered", nil)
	case method != methodNone:
		return p.failed(evidence.StepMethod, int(method), "it chose a login that was not offered", nil)
	}
	return p.request(c, request)
}

// exchange sends a message and reads an answer of a fixed size.
func (p *Proxy) exchange(c net.Conn, step evidence.Step, message, answer []byte) error {
	if _, err := c.Write(message); err != nil {
		return p.failed(step, 0, "", err)
	}
	if _, err := io.ReadFull(c, answer); err != nil {
		return p.failed(step, 0, "", err)
	}
	return nil
}

// login sends user name and password (RFC 1929).
func (p *Proxy) login(c net.Conn) error {
	if len(*p.Username) > longestSocksArg || len(p.Password) > longestSocksArg {
		return p.failed(evidence.StepLogin, 0, "user name and password may have 255 bytes", nil)
	}
	message := append([]byte{loginVersion, byte(len(*p.Username))}, *p.Username...)
	message = append(append(message, byte(len(p.Password))), p.Password...)
	var answer [2]byte
	if err := p.exchange(c, evidence.StepLogin, message, answer[:]); err != nil {
		return err
	}
	if answer[1] != 0 {
		return p.failed(evidence.StepLogin, int(answer[1]), "it refused user name and password", nil)
	}
	return nil
}

// socksRequest is the request to connect.
func socksRequest(host string, port int) ([]byte, error) {
	r := []byte{socksVersion, commandConnect, 0}
	switch a, err := netip.ParseAddr(host); {
	case err != nil && len(host) > longestSocksArg:
		return nil, fmt.Errorf("the host name has %d bytes, and SOCKS5 can carry %d", len(host), longestSocksArg)
	case err != nil:
		r = append(append(r, addressName, byte(len(host))), host...)
	case a.Is4():
		r = append(append(r, addressIPv4), a.AsSlice()...)
	default:
		r = append(append(r, addressIPv6), a.AsSlice()...)
	}
	return append(r, byte(port>>8), byte(port)), nil
}

// request asks for the connection and reads the reply, with the address in it that nobody needs.
func (p *Proxy) request(c net.Conn, request []byte) error {
	var reply [5]byte // up to the first byte of the address
	if err := p.exchange(c, evidence.StepRequest, request, reply[:]); err != nil {
		return err
	}
	if reply[0] != socksVersion {
		return p.failed(evidence.StepRequest, 0, fmt.Sprintf("it answered % x, which is not SOCKS5", reply), nil)
	}
	if code := reply[1]; code != 0 {
		return p.failed(evidence.StepRequest, int(code), socksReply(code), nil)
	}
	const portSize = 2
	rest := portSize
	switch reply[3] {
	case addressIPv4:
		rest += net.IPv4len - 1
	case addressIPv6:
		rest += net.IPv6len - 1
	case addressName:
		rest += int(reply[4])
	default:
		return p.failed(evidence.StepRequest, 0, fmt.Sprintf("it answered with an address of the unknown type %d", reply[3]), nil)
	}
	if _, err := io.ReadFull(c, make([]byte, rest)); err != nil {
		return p.failed(evidence.StepRequest, 0, "", err)
	}
	return nil
}

// socksReply words a reply (RFC 1928, 6).
func socksReply(code byte) string {
	texts := [...]string{
		1: "general failure of the proxy",
		2: "its rules do not allow the connection",
		3: "it cannot reach the broker's network",
		4: "it cannot reach the broker's host",
		5: "the broker's host refused the connection",
		6: "the connection took too long (TTL expired)",
		7: "it does not know the command CONNECT",
		8: "it does not know this type of address",
	}
	if int(code) < len(texts) {
		return texts[code]
	}
	return "an unknown reply"
}

// tunnel asks an HTTP proxy for a tunnel. What follows the head of its answer is the broker's already.
func (p *Proxy) tunnel(c net.Conn, host string, port int) (net.Conn, error) {
	to := net.JoinHostPort(host, strconv.Itoa(port))
	request := "CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n"
	if p.Username != nil {
		login := base64.StdEncoding.EncodeToString([]byte(*p.Username + ":" + p.Password))
		request += "Proxy-Authorization: Basic " + login + "\r\n"
	}
	if _, err := io.WriteString(c, request+"\r\n"); err != nil {
		return nil, p.failed(evidence.StepRequest, 0, "", err)
	}
	h, rest, err := readHead(c)
	switch {
	case err == nil && h.status/100 == 2:
		if len(rest) == 0 {
			return c, nil
		}
		return &ahead{c, rest}, nil
	case err == nil:
		return nil, p.failed(evidence.StepRequest, h.status, excerpt(h.reason), nil)
	case errors.Is(err, errNotHTTP):
		return nil, p.failed(evidence.StepRequest, 0, fmt.Sprintf("it answered %q, which is not HTTP", excerpt(string(rest))), nil)
	default:
		return nil, p.failed(evidence.StepRequest, 0, "", err)
	}
}
