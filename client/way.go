package client

import (
	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/transport"
)

// newDialer says how to reach the broker, but for TLS.
func (c *connector) newDialer() transport.Dialer {
	o := c.o
	d := transport.Dialer{
		Host: o.Host, Port: int(o.EffectivePort()), Bind: text(o.Bind),
		Service: service(o), Proxy: proxy(o), WebSocket: webSocket(o), Watch: c.settings(),
	}
	for _, r := range o.Resolve {
		d.Names.Pins = append(d.Names.Pins, transport.Pin{Host: r.Host, Port: int(r.Port), Addresses: r.Addresses})
	}
	return d
}

// service is what -S looks up: the name that the service has without or with TLS.
func service(o *options.Client) string {
	switch {
	case !o.SRV:
		return ""
	case o.SecureService():
		return "secure-mqtt"
	}
	return "mqtt"
}

func proxy(o *options.Client) *transport.Proxy {
	if o.Proxy == nil {
		return nil
	}
	p := &transport.Proxy{Host: o.Proxy.Host, Port: int(o.Proxy.Port), Username: o.Proxy.Username, Password: o.Proxy.Password}
	switch o.Proxy.Kind {
	case options.ProxyHTTP:
		p.Protocol = transport.HTTP
	case options.ProxySOCKS5L:
		p.LocalNames = true
	}
	return p
}

func webSocket(o *options.Client) *transport.WebSocket {
	if !o.WebSocket {
		return nil
	}
	w := &transport.WebSocket{Path: string(o.WebPath), Header: o.WebHeaders}
	if w.Path == "" {
		w.Path = options.DefaultWebPath
	}
	return w
}
