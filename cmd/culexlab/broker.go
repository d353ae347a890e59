package main

import (
	"crypto/tls"
	"log/slog"
	"net"
	"sync"

	"github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
)

// The only account on the broker.
const (
	username = "admin"
	password = "admin"
)

// broker is an MQTT broker that listens on loopback only and lets nobody in but admin.
type broker struct {
	server *mqtt.Server
	// subscribed gets a value for each subscription made, while there is room for it.
	subscribed chan struct{}
}

func newBroker() (*broker, error) {
	// What it logs about TLS is misleading: an alert of OpenSSL's client, which TLS 1.3 allows to be sent in the clear, is a
	// "bad record MAC" to Go.
	quiet := slog.New(slog.DiscardHandler)
	b := &broker{server: mqtt.New(&mqtt.Options{Logger: quiet}), subscribed: make(chan struct{}, 1)}
	return b, b.server.AddHook(&hook{subscribed: b.subscribed}, nil)
}

// listen opens a port that the kernel chooses; c is nil for plain MQTT.
func (b *broker) listen(name string, c *tls.Config) (port int, err error) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port = inner.Addr().(*net.TCPAddr).Port
	var l net.Listener = &listener{Listener: inner, open: map[net.Conn]struct{}{}}
	if c != nil {
		l = tls.NewListener(l, c)
	}
	return port, b.server.AddListener(listeners.NewNet(name, l))
}

// hook decides who gets in, and watches for subscriptions.
type hook struct {
	mqtt.HookBase
	subscribed chan<- struct{}
}

// Provides tells the server which of the hook's functions to call.
func (h *hook) Provides(function byte) bool {
	switch function {
	case mqtt.OnConnectAuthenticate, mqtt.OnACLCheck, mqtt.OnSubscribed:
		return true
	}
	return false
}

// OnConnectAuthenticate refuses everybody but admin.
func (h *hook) OnConnectAuthenticate(_ *mqtt.Client, p packets.Packet) bool {
	return string(p.Connect.Username) == username && string(p.Connect.Password) == password
}

// OnACLCheck allows admin every topic.
func (h *hook) OnACLCheck(*mqtt.Client, string, bool) bool { return true }

// OnSubscribed tells of a subscription.
func (h *hook) OnSubscribed(*mqtt.Client, packets.Packet, []byte) {
	select {
	case h.subscribed <- struct{}{}:
	default: // nobody waits
	}
}

// listener closes the connections that it accepted together with itself. The server only knows those that have sent
// CONNECT, and would wait for the others for ever.
type listener struct {
	net.Listener
	mu     sync.Mutex
	open   map[net.Conn]struct{}
	closed bool
}

// Accept waits for a connection.
func (l *listener) Accept() (net.Conn, error) {
	raw, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		raw.Close()
		return nil, net.ErrClosed
	}
	l.open[raw] = struct{}{}
	return &accepted{Conn: raw, from: l}, nil
}

// Close ends the listener and all its connections.
func (l *listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for c := range l.open {
		c.Close()
	}
	return l.Listener.Close()
}

// accepted is a connection that leaves its listener's list when it is closed.
type accepted struct {
	net.Conn
	from *listener
}

// Close closes the connection.
func (a *accepted) Close() error {
	a.from.mu.Lock()
	delete(a.from.open, a.Conn)
	a.from.mu.Unlock()
	return a.Conn.Close()
}
