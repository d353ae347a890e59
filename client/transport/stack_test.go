package transport

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

const testPatience = 10 * time.Second

// serve runs a server on a port of the loopback for the time of a test.
func serve(t *testing.T, handle func(net.Conn)) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_ = c.SetDeadline(time.Now().Add(testPatience))
				handle(c)
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

// splice carries bytes both ways until both sides have ended.
func splice(a, b net.Conn) {
	done := make(chan struct{})
	go func() {
		_, _ = io.Copy(a, b)
		_ = closeWrite(a)
		close(done)
	}()
	_, _ = io.Copy(b, a)
	_ = closeWrite(b)
	<-done
}

// socksProxy is a SOCKS5 proxy with a login, which knows every name for this machine.
func socksProxy(t *testing.T, user, password string) int {
	return serve(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		read := func(n int) []byte {
			b := make([]byte, n)
			_, _ = io.ReadFull(r, b)
			return b
		}
		read(int(read(2)[1]))
		if user != "" {
			_, _ = c.Write([]byte{socksVersion, methodPassword})
			got := string(read(int(read(2)[1]))) + ":"
			got += string(read(int(read(1)[0])))
			if got != user+":"+password {
				_, _ = c.Write([]byte{loginVersion, 1})
				return
			}
			_, _ = c.Write([]byte{loginVersion, 0})
		} else {
			_, _ = c.Write([]byte{socksVersion, methodNone})
		}
		switch read(4)[3] {
		case addressIPv4:
			read(net.IPv4len)
		case addressIPv6:
			read(net.IPv6len)
		default:
			read(int(read(1)[0]))
		}
		port := read(2)
		broker, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", int(port[0])<<8|int(port[1])))
		if err != nil {
			_, _ = c.Write([]byte{socksVersion, 5, 0, addressIPv4, 0, 0, 0, 0, 0, 0})
			return
		}
		defer broker.Close()
		_, _ = c.Write(append([]byte{socksVersion, 0, 0, addressName, 3}, "abc\x00\x00"...))
		splice(c, broker)
	})
}

// httpProxy knows the method CONNECT, and every name for this machine.
func httpProxy(t *testing.T, login string) int {
	return serve(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		line, _ := r.ReadString('\n')
		want := "Proxy-Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte(login))
		known := login == ""
		for field := "x"; strings.TrimSpace(field) != ""; {
			field, _ = r.ReadString('\n')
			known = known || strings.TrimSpace(field) == want
		}
		if !known {
			_, _ = io.WriteString(c, "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 4\r\n\r\nbody")
			return
		}
		_, port, _ := net.SplitHostPort(strings.Fields(line)[1])
		broker, err := net.Dial("tcp", "127.0.0.1:"+port)
		if err != nil {
			_, _ = io.WriteString(c, "HTTP/1.1 502 Bad Gateway\r\n\r\n<html>")
			return
		}
		defer broker.Close()
		_, _ = io.WriteString(c, "HTTP/1.1 200 Connection established\r\nVia: 1.1 test\r\n\r\n")
		splice(c, broker)
	})
}

func loopback() netip.Addr { return netip.AddrFrom4([4]byte{127, 0, 0, 1}) }

// faultDialer is a dialer that meets a fault.
func faultDialer(t *testing.T, f tlstest.Fault, port int) *Dialer {
	t.Helper()
	dir := t.TempDir()
	o := TLSOptions{MinVersion: f.Dial.MinVersion, ALPN: strings.Join(f.Dial.ALPN, "")}
	o.CAFile = filepath.Join(dir, "ca.crt")
	if err := os.WriteFile(o.CAFile, f.Dial.Trust, 0o600); err != nil {
		t.Fatal(err)
	}
	secured, err := NewTLS(o, Environment{Getenv: func(string) string { return "" }, Now: tlstest.Now})
	if err != nil {
		t.Fatal(err)
	}
	return &Dialer{
		Host: f.Dial.Host, Port: port, TLS: secured,
		Names: Names{Pins: []Pin{{Host: "*", Port: port, Addresses: []netip.Addr{loopback()}}}},
		Watch: tlsdiag.Settings{
			Host: f.Dial.Host, Port: port, TLS: true, Trust: tlsdiag.Trust{CAFile: o.CAFile},
			Program: "mosquitto_pub", Now: tlstest.Now, Policy: tlsdiag.Policy{SecurityLevel: DefaultSecurityLevel},
		},
	}
}

// What is wrong in TLS is found behind proxies and under WebSockets as on a bare connection.
func TestFindingsThroughStacks(t *testing.T) {
	user := "u"
	stacks := map[string]func(*Dialer){
		"tcp":    func(*Dialer) {},
		"socks5": func(d *Dialer) { d.Proxy = &Proxy{Host: "127.0.0.1", Port: socksProxy(t, "", "")} },
		"http proxy": func(d *Dialer) {
			d.Proxy = &Proxy{Protocol: HTTP, Host: "127.0.0.1", Port: httpProxy(t, "u:p"), Username: &user, Password: "p"}
		},
		"ws": func(d *Dialer) { d.WebSocket = &WebSocket{Path: "/mqtt"} },
		"ws through socks5": func(d *Dialer) {
			d.WebSocket = &WebSocket{Path: "/mqtt"}
			d.Proxy = &Proxy{Host: "127.0.0.1", Port: socksProxy(t, "u", "p"), Username: &user, Password: "p"}
		},
	}
	wanted := map[string]bool{
		"server-certificate-expired": true, "server-name-mismatch": true, "issuer-not-trusted": true,
		"client-certificate-required": true, "server-self-signed": true, "intermediate-missing": true,
	}
	for _, f := range tlstest.Faults() {
		if !wanted[f.Cause] || f.Variant != "" || f.Dial.Chain != nil || !f.Dial.Now.IsZero() || f.Dial.Trust == nil {
			continue
		}
		for _, version := range f.Versions {
			for name, change := range stacks {
				t.Run(fmt.Sprintf("%s %x %s", f.Cause, version, name), func(t *testing.T) {
					l, err := f.Listen(version)
					if err != nil {
						t.Fatal(err)
					}
					defer l.Close()
					d := faultDialer(t, f, l.Port())
					change(d)
					if got := meetFault(t, d); got != f.Cause {
						t.Errorf("found %s", got)
					}
				})
			}
		}
	}
}

// meetFault connects, says CONNECT, and returns the identifier of what is found.
func meetFault(t *testing.T, d *Dialer) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testPatience)
	defer cancel()
	c, w, err := d.Dial(ctx)
	if err == nil {
		defer c.Close()
		_, _ = io.WriteString(c, "\x10\x0d\x00\x04MQTT\x04\x02\x00\x3c\x00\x01t")
		_, err = c.Read(make([]byte, 64))
		w.Failed(tlsdiag.OpRead, err)
	}
	found, _ := w.Finding()
	if found.ID == "" {
		return fmt.Sprint(err)
	}
	return found.ID
}

// What the layers themselves meet is found as theirs, and no error holds a password.
func TestFaultsOfTheWay(t *testing.T) {
	user := "user"
	says := func(answer string) int {
		return serve(t, func(c net.Conn) {
			_, _ = c.Read(make([]byte, 4096))
			_, _ = io.WriteString(c, answer)
		})
	}
	closed := serve(t, func(net.Conn) {})
	for _, c := range []struct {
		name, want string
		port       int
		web        bool
		proxy      *Proxy
	}{
		{name: "404", want: "websocket-not-found", web: true, port: says("HTTP/1.1 404 Not Found\r\n\r\n")},
		{name: "401", want: "websocket-authentication", web: true, port: says("HTTP/1.1 401 \r\n\r\n")},
		{name: "302", want: "websocket-redirected", web: true, port: says("HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n")},
		{name: "503", want: "websocket-refused", web: true, port: says("HTTP/1.1 503 Busy\r\n\r\n<html>")},
		{name: "200", want: "not-a-websocket", web: true, port: says("HTTP/1.1 200 OK\r\n\r\n<html>")},
		{name: "wrong key", want: "not-a-websocket", web: true, port: says("HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n")},
		{name: "not HTTP", want: "not-a-websocket", web: true, port: says("220 mail\r\n")},
		{name: "closed", want: "not-a-websocket", web: true, port: says("")},
		{name: "no login", want: "proxy-authentication", proxy: &Proxy{Protocol: HTTP, Port: httpProxy(t, "user:other")}},
		{name: "wrong login", want: "proxy-authentication", proxy: &Proxy{Protocol: HTTP, Port: httpProxy(t, "user:other"), Username: &user, Password: "secret"}},
		{name: "wrong SOCKS login", want: "proxy-authentication", proxy: &Proxy{Port: socksProxy(t, "user", "other"), Username: &user, Password: "secret"}},
		{name: "no broker, SOCKS", want: "proxy-cannot-reach", port: 1, proxy: &Proxy{Port: socksProxy(t, "", "")}},
		{name: "no broker, HTTP", want: "proxy-cannot-reach", port: 1, proxy: &Proxy{Protocol: HTTP, Port: httpProxy(t, "")}},
		{name: "forbidden", want: "proxy-refused", proxy: &Proxy{Protocol: HTTP, Port: says("HTTP/1.1 403 Forbidden\r\n\r\n")}},
		{name: "not a proxy", want: "not-a-proxy", proxy: &Proxy{Port: says("HTTP/1.1 400 Bad Request\r\n\r\n")}},
		{name: "closing proxy", want: "not-a-proxy", proxy: &Proxy{Port: closed, Username: &user, Password: "secret"}},
		{name: "no proxy", want: "proxy-unreachable", proxy: &Proxy{Port: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.port == 0 {
				c.port = 1883
			}
			d := &Dialer{Host: "127.0.0.1", Port: c.port, Proxy: c.proxy, Watch: tlsdiag.Settings{Host: "127.0.0.1", Port: c.port, Now: time.Now}}
			if c.proxy != nil {
				c.proxy.Host = "127.0.0.1"
			}
			if c.web {
				d.WebSocket = &WebSocket{Path: "/mqtt", Header: []string{"Authorization: Bearer secret"}}
			}
			ctx, cancel := context.WithTimeout(context.Background(), testPatience)
			defer cancel()
			_, w, err := d.Dial(ctx)
			if err == nil {
				t.Fatal("connected")
			}
			found, _ := w.Finding()
			if found.ID != c.want {
				t.Errorf("found %q: %v", found.ID, err)
			}
			if text := fmt.Sprint(err, found); strings.Contains(text, "secret") {
				t.Errorf("a secret is told: %s", text)
			}
			if !strings.Contains(err.Error(), "127.0.0.1:"+strconv.Itoa(c.port)) {
				t.Errorf("the address is not told: %v", err)
			}
		})
	}
}
