package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	server "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/session"
	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// everywhere is a broker that can be reached in every way.
type everywhere struct {
	plain, secure, web, secureWeb int
	socket, secureSocket          string
	cafile                        string
}

func listenEverywhere(t *testing.T) *everywhere {
	t.Helper()
	ca, leaf, _ := tlstest.TutorialPKI("localhost", "client")
	dir := t.TempDir()
	e := &everywhere{cafile: filepath.Join(dir, "ca.crt"), socket: filepath.Join(dir, "plain"), secureSocket: filepath.Join(dir, "tls")}
	if err := os.WriteFile(e.cafile, ca.CertPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg := &tls.Config{Certificates: []tls.Certificate{leaf.TLS()}}
	b := server.New(&server.Options{Logger: slog.New(slog.DiscardHandler)})
	add := func(network, address string, c *tls.Config) int {
		l, err := net.Listen(network, address)
		if err != nil {
			t.Fatal(err)
		}
		port := 0
		if tcp, ok := l.Addr().(*net.TCPAddr); ok {
			port = tcp.Port
		}
		if c != nil {
			l = tls.NewListener(l, c)
		}
		if err := b.AddListener(listeners.NewNet(network+address+strconv.Itoa(port), l)); err != nil {
			t.Fatal(err)
		}
		return port
	}
	web := func(c *tls.Config) int {
		l, err := net.Listen("tcp", "127.0.0.1:0") // the broker wants the number
		if err != nil {
			t.Fatal(err)
		}
		port := l.Addr().(*net.TCPAddr).Port
		_ = l.Close()
		address := "127.0.0.1:" + strconv.Itoa(port)
		if err := b.AddListener(listeners.NewWebsocket(listeners.Config{ID: address, Address: address, TLSConfig: c})); err != nil {
			t.Fatal(err)
		}
		return port
	}
	e.plain, e.secure = add("tcp", "127.0.0.1:0", nil), add("tcp", "127.0.0.1:0", cfg)
	add("unix", e.socket, nil)
	add("unix", e.secureSocket, cfg)
	e.web, e.secureWeb = web(nil), web(cfg)
	if err := b.AddHook(new(allowAll), nil); err != nil {
		t.Fatal(err)
	}
	if err := b.Serve(); err != nil {
		t.Fatal(err)
	}
	return e // it ends with the process: its Close is a race with its own WebSocket connections
}

// allowAll lets everybody do everything.
type allowAll struct{ server.HookBase }

func (*allowAll) Provides(f byte) bool {
	return f == server.OnConnectAuthenticate || f == server.OnACLCheck
}

func (*allowAll) OnConnectAuthenticate(*server.Client, packets.Packet) bool { return true }

func (*allowAll) OnACLCheck(*server.Client, string, bool) bool { return true }

// stack is a way to the broker.
type stack struct {
	name   string
	dialer *Dialer
}

func (e *everywhere) stacks(t *testing.T) []stack {
	t.Helper()
	secured, err := NewTLS(TLSOptions{CAFile: e.cafile, ServerName: "localhost"}, Environment{Getenv: func(string) string { return "" }, Now: tlstest.Now})
	if err != nil {
		t.Fatal(err)
	}
	user := "u"
	socks := &Proxy{Host: "127.0.0.1", Port: socksProxy(t, "u", "p"), Username: &user, Password: "p"}
	http := &Proxy{Protocol: HTTP, Host: "127.0.0.1", Port: httpProxy(t, "u:p"), Username: &user, Password: "p"}
	web := &WebSocket{Path: "/mqtt"}
	way := func(name, host string, port int, s *TLS, p *Proxy, w *WebSocket) stack {
		return stack{name, &Dialer{
			Host: host, Port: port, TLS: s, Proxy: p, WebSocket: w,
			Names: Names{Pins: []Pin{{Host: "*", Port: port, Addresses: []netip.Addr{loopback()}}}},
			Watch: tlsdiag.Settings{Host: host, Port: port, TLS: s != nil, Now: tlstest.Now},
		}}
	}
	return []stack{
		way("tcp", "localhost", e.plain, nil, nil, nil),
		way("unix", e.socket, 0, nil, nil, nil),
		way("socks5", "localhost", e.plain, nil, socks, nil),
		way("http proxy", "localhost", e.plain, nil, http, nil),
		way("ws", "localhost", e.web, nil, nil, web),
		way("ws, socks5", "localhost", e.web, nil, socks, web),
		way("tls", "localhost", e.secure, secured, nil, nil),
		way("tls, unix", e.secureSocket, 0, secured, nil, nil),
		way("tls, socks5", "localhost", e.secure, secured, socks, nil),
		way("tls, http proxy", "localhost", e.secure, secured, http, nil),
		way("wss", "localhost", e.secureWeb, secured, nil, web),
		way("wss, http proxy", "localhost", e.secureWeb, secured, http, web),
	}
}

const largePayload = 16 << 20

// The same messages go through every stack, in both versions and with every QoS, and 16 MB with QoS 1; each session ends
// in order.
func TestConformance(t *testing.T) {
	e := listenEverywhere(t)
	for _, s := range e.stacks(t) {
		t.Run(s.name, func(t *testing.T) {
			var row strings.Builder
			for _, v := range []mqtt.Version{mqtt.V311, mqtt.V5} {
				for qos := byte(0); qos <= 2; qos++ {
					s.exchange(t, v, qos, []byte("a message"))
					fmt.Fprintf(&row, " %v QoS %d ok,", v, qos)
				}
			}
			s.exchange(t, mqtt.V5, 1, bytes.Repeat([]byte("0123456789abcdef"), largePayload/16))
			t.Logf("%-16s%s 16 MB ok", s.name, row.String())
		})
	}
}

// exchange sends a message to itself, and leaves.
func (s *stack) exchange(t *testing.T, v mqtt.Version, qos byte, payload []byte) {
	t.Helper()
	topic := fmt.Sprintf("%s/%v/%d/%d", strings.NewReplacer(" ", "", ",", "").Replace(s.name), v, qos, len(payload))
	var got []byte
	var self *session.Session
	cfg := session.Config{
		Connect:        mqtt.Connect{Version: v, CleanStart: true, KeepAlive: 60, ClientID: topic},
		ConnectTimeout: testPatience,
		CloseNotify:    s.dialer.TLS != nil,
		Now:            time.Now,
		Events: session.Events{
			Connected: func(mqtt.Connack) error {
				return self.Subscribe([]mqtt.Subscription{{Filter: topic, QoS: qos}}, nil)
			},
			Subscribed: func(mqtt.Suback) error {
				go func() {
					_, _ = self.Publish(&mqtt.Publish{Topic: []byte(topic), Payload: payload, QoS: qos})
					self.Flush()
				}()
				return nil
			},
			Message: func(p *mqtt.Publish) error {
				got = append(got, p.Payload...)
				return session.ErrStop
			},
		},
	}
	self = session.New(cfg)
	ctx, cancel := context.WithTimeout(context.Background(), testPatience)
	defer cancel()
	watchdog := context.AfterFunc(ctx, func() { self.Disconnect(mqtt.Success) })
	defer watchdog()
	err := self.Run(ctx, func(ctx context.Context) (net.Conn, error) {
		c, _, err := s.dialer.Dial(ctx)
		if err == nil {
			c.Settle()
		}
		return asConn(c, err)
	}, nil)
	if err != nil || !bytes.Equal(got, payload) {
		t.Fatalf("%v, QoS %d: %v, %d of %d bytes came back", v, qos, err, len(got), len(payload))
	}
}

func asConn(c *Conn, err error) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Every layer keeps deadlines, and hands on the end of a connection that is cut.
func TestStacksKeepDeadlines(t *testing.T) {
	e := listenEverywhere(t)
	for _, s := range e.stacks(t) {
		t.Run(s.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), testPatience)
			defer cancel()
			c, _, err := s.dialer.Dial(ctx)
			if err != nil {
				t.Fatal(err)
			}
			_ = c.SetReadDeadline(time.Now().Add(30 * time.Millisecond))
			var late net.Error
			if _, err := c.Read(make([]byte, 1)); !errors.As(err, &late) || !late.Timeout() {
				t.Errorf("a read past its deadline ends with %v", err)
			}
			_ = c.Close()
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) && !errors.Is(err, syscall.ECONNRESET) && late == nil {
				t.Errorf("a read after Close ends with %v", err)
			}
		})
	}
}
