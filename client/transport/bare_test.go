package transport

import (
	"context"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// TestBareLeadsToTheBroker: what is written on a bare connection reaches the broker as it is, also behind a proxy.
func TestBareLeadsToTheBroker(t *testing.T) {
	heard := make(chan string, 1)
	broker := serve(t, func(c net.Conn) {
		b, _ := io.ReadAll(io.LimitReader(c, 5))
		heard <- string(b)
	})
	for name, proxy := range map[string]*Proxy{
		"none":   nil,
		"socks5": {Host: "127.0.0.1", Port: socksProxy(t, "", "")},
		"http":   {Protocol: HTTP, Host: "127.0.0.1", Port: httpProxy(t, "")},
	} {
		d := &Dialer{Host: "127.0.0.1", Port: broker, Proxy: proxy}
		ctx, cancel := context.WithTimeout(context.Background(), testPatience)
		c, err := d.Bare(ctx)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := io.WriteString(c, "first"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got := <-heard; got != "first" {
			t.Errorf("%s: the broker heard %q", name, got)
		}
		_ = c.Close()
		cancel()
	}
	refusing := &Dialer{Host: "127.0.0.1", Port: broker, Proxy: &Proxy{Host: "127.0.0.1", Port: socksProxy(t, "u", "p")}}
	if c, err := refusing.Bare(context.Background()); err == nil {
		t.Errorf("a proxy that wants a login gave %v", c)
	}
}

// TestReach tries each address by itself, as the option --resolve has them.
func TestReach(t *testing.T) {
	open := serve(t, func(net.Conn) {})
	d := &Dialer{Host: "broker.lan", Port: open, Names: Names{Pins: []Pin{
		{Host: "broker.lan", Port: open, Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2")}},
	}}}
	got := d.Reach(context.Background(), 5*time.Second)
	if len(got) != 2 || got[0].How != "" || got[0].Address != netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(open)).String() ||
		got[1].How != evidence.EndRefused || got[1].Error != "connection refused" {
		t.Errorf("%+v", got)
	}
	d.Proxy = &Proxy{Host: "127.0.0.1", Port: open}
	if got := d.Reach(context.Background(), 5*time.Second); got != nil {
		t.Errorf("behind a proxy: %+v", got)
	}
	there := d.Toward("other.lan", 1)
	if there.Address() != "other.lan:1" || there.Watch.Host != "other.lan" || there.Service != "" {
		t.Errorf("%+v", there)
	}
}
