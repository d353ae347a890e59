package tlsdiag_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// onTheWay is an attempt that failed on the way to the broker, as a program tells it.
func onTheWay(host string, secured bool, way evidence.Way, op tlsdiag.Op, err error) func(testing.TB) *client {
	return func(t testing.TB) *client {
		s := tlsdiag.Settings{Host: host, Port: 8883, TLS: secured, Program: "mosquitto_pub", Now: tlstest.Now}
		c := &client{watcher: tlsdiag.Watch(s), settings: s, dir: t.TempDir()}
		c.watcher.Way(way)
		c.watcher.Failed(op, err)
		return c
	}
}

func lookupRecipes() []recipe {
	failed := func(l evidence.Lookup, err error) func(testing.TB) *client {
		host := "broker.lan"
		if l.Option == "" && !l.Service {
			host = l.Name
		}
		if err == nil {
			err = &net.DNSError{Err: "no such host", Name: l.Name, Server: "192.0.2.53:53", IsNotFound: true}
		}
		return onTheWay(host, false, evidence.Way{Lookup: &l}, tlsdiag.OpResolve, err)
	}
	silent := &net.DNSError{Err: "i/o timeout", Name: "broker.lan", Server: "192.0.2.53:53", IsTimeout: true}
	return []recipe{
		{id: "host-not-found", told: true, run: failed(evidence.Lookup{Name: "broker.lan", Missing: evidence.Yes}, nil)},
		{id: "host-not-found+local", told: true, run: failed(evidence.Lookup{Name: "gw.local", Missing: evidence.Yes, Multicast: evidence.Yes}, nil)},
		{id: "host-not-found+empty", told: true, run: failed(evidence.Lookup{Missing: evidence.Yes}, nil)},
		{id: "host-not-found+url", told: true, run: failed(evidence.Lookup{Name: "mqtt://broker.lan", Missing: evidence.Yes}, nil)},
		{id: "host-not-found+port", told: true, run: failed(evidence.Lookup{Name: "broker.lan:1883", Missing: evidence.Yes}, nil)},
		{id: "host-not-found+proxy", told: true, run: failed(evidence.Lookup{Name: "proxy.lan", Option: "--proxy", Missing: evidence.Yes}, nil)},
		{id: "host-needs-nss", told: true, run: failed(evidence.Lookup{Name: "broker.lan", Missing: evidence.Yes, Unasked: []string{"myhostname", "wins"}}, nil)},
		{id: "host-name-not-ascii", told: true, run: failed(evidence.Lookup{Name: "bücher.example", Missing: evidence.Yes, ASCII: "xn--bcher-kva.example"}, errors.New("the host name is not ASCII"))},
		{id: "host-lookup-unanswered", told: true, run: failed(evidence.Lookup{Name: "broker.lan", Missing: evidence.No}, silent)},
		{id: "service-not-found", told: true, run: failed(evidence.Lookup{Name: "_mqtt._tcp.example.org", Service: true, Missing: evidence.Yes}, nil)},
	}
}

func proxyRecipes() []recipe {
	failed := func(p evidence.Proxy, secured bool, err error) func(testing.TB) *client {
		p.Address, p.Protocol = "proxy.lan:1080", "SOCKS5"
		if p.Code > 255 {
			p.Address, p.Protocol = "proxy.lan:3128", "HTTP"
		}
		op := tlsdiag.OpProxy
		if p.Step == evidence.StepReach {
			op = tlsdiag.OpDial
		}
		return onTheWay("broker.lan", secured, evidence.Way{Proxy: &p}, op, fmt.Errorf("%s proxy %s: %w", p.Protocol, p.Address, err))
	}
	refused := errors.New("connection refused")
	return []recipe{
		{id: "proxy-unreachable", told: true, run: failed(evidence.Proxy{Step: evidence.StepReach, Login: evidence.No}, true, refused)},
		{id: "proxy-authentication", told: true, run: failed(evidence.Proxy{Step: evidence.StepMethod, Code: 255, Reason: "it accepts no login that was offered", Login: evidence.No}, false, refused)},
		{id: "proxy-authentication+refused", told: true, run: failed(evidence.Proxy{Step: evidence.StepRequest, Code: 407, Reason: "Proxy Authentication Required", Login: evidence.Yes}, false, refused)},
		{id: "proxy-cannot-reach", told: true, run: failed(evidence.Proxy{Step: evidence.StepRequest, Code: 5, Reason: "the broker's host refused the connection", Login: evidence.No}, false, refused)},
		{id: "proxy-refused", told: true, run: failed(evidence.Proxy{Step: evidence.StepRequest, Code: 403, Reason: "Forbidden", Login: evidence.No}, true, refused)},
		{id: "not-a-proxy", told: true, run: failed(evidence.Proxy{Step: evidence.StepMethod, Login: evidence.No}, false, io.EOF)},
		{id: "not-a-proxy+silent", told: true, run: failed(evidence.Proxy{Step: evidence.StepRequest, Login: evidence.No}, false, context.DeadlineExceeded)},
	}
}

func webSocketRecipes() []recipe {
	failed := func(w evidence.WebSocket, secured bool) func(testing.TB) *client {
		w.Path = "/mqtt"
		op, err := tlsdiag.OpWebSocket, fmt.Errorf("WebSocket /mqtt: the server answered %d %s", w.Status, w.Answer)
		if w.Fault == evidence.FaultClosed {
			op, err = tlsdiag.OpRead, fmt.Errorf("WebSocket /mqtt: %w", io.EOF)
		}
		return onTheWay("broker.lan", secured, evidence.Way{WebSocket: &w}, op, err)
	}
	status := func(code int, answer, server string) evidence.WebSocket {
		return evidence.WebSocket{Fault: evidence.FaultStatus, Status: code, Answer: answer, Server: server}
	}
	moved := status(301, "Moved Permanently", "")
	moved.Location = "https://broker.lan/mqtt"
	return []recipe{
		{id: "websocket-not-found", told: true, run: failed(status(404, "Not Found", "nginx"), false)},
		{id: "websocket-authentication", told: true, run: failed(status(401, "Unauthorized", ""), true)},
		{id: "websocket-redirected", told: true, run: failed(moved, false)},
		{id: "websocket-subprotocol", told: true, run: failed(evidence.WebSocket{Fault: evidence.FaultSubprotocol, Status: 101}, false)},
		{id: "websocket-refused", told: true, run: failed(status(502, "Bad Gateway", "nginx"), true)},
		{id: "not-a-websocket", told: true, run: failed(evidence.WebSocket{Fault: evidence.FaultClosed}, false)},
		{id: "not-a-websocket+page", told: true, run: failed(status(200, "OK", "lighttpd"), false)},
		{id: "not-a-websocket+accept", told: true, run: failed(evidence.WebSocket{Fault: evidence.FaultAccept, Status: 101, Answer: "x"}, false)},
	}
}
