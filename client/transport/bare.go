package transport

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/capture"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Bare makes a connection to the broker on which nothing was sent to it yet: behind the proxy, below TLS, and not observed.
func (d *Dialer) Bare(ctx context.Context) (net.Conn, error) {
	raw, err := d.connect(ctx)
	if err != nil {
		return nil, err
	}
	c, _, err := d.through(ctx, raw)
	if err != nil {
		_ = raw.Close()
		return nil, err
	}
	return c, nil
}

// Toward is d for one of the hosts that it connects to, without a look at SRV records.
func (d *Dialer) Toward(host string, port int) Dialer {
	there := *d.at(&net.SRV{Target: host, Port: uint16(port)})
	there.Service = ""
	return there
}

// Unverified is t without any look at the broker's certificate, and with the same files.
func (t *TLS) Unverified() *TLS {
	blind := *t
	blind.options.Verify, blind.options.Pins, blind.options.Sessions = VerifyNone, nil, nil
	return &blind
}

// SNI is the server name that the ClientHello of d carries (RFC 6066 section 3): none for an address.
func (d *Dialer) SNI() string {
	name := d.Host
	if d.TLS != nil {
		name = d.TLS.serverName(d)
	} else if d.Port == 0 {
		return ""
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return ""
	}
	return strings.TrimSuffix(name, ".")
}

// Reach tries TCP to each address that the host has, for at most limit each. A name that cannot be looked up has none, and
// neither has a host behind a proxy, which looks it up itself.
func (d *Dialer) Reach(ctx context.Context, limit time.Duration) []evidence.Reach {
	if d.Proxy != nil || d.Port == 0 || d.Host == "" {
		return nil
	}
	addresses, err := d.Names.lookup(ctx, d.Host, d.Port)
	if err != nil {
		return nil
	}
	local, err := d.local(ctx)
	if err != nil {
		return nil
	}
	var out []evidence.Reach
	for _, a := range addresses {
		to := netip.AddrPortFrom(a, uint16(d.Port))
		r := evidence.Reach{Address: to.String()}
		if err := try(ctx, local, to, limit); err != nil {
			r.How, r.Error = capture.How(err), systemText(err)
		}
		out = append(out, r)
	}
	return out
}

func try(ctx context.Context, local []netip.Addr, to netip.AddrPort, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	c, err := dialTCP(ctx, local, to)
	if err != nil {
		return err
	}
	return c.Close()
}

// systemText is the words of the system for an error, without the addresses that Go puts before it.
func systemText(err error) string {
	var errno syscall.Errno
	switch {
	case errors.As(err, &errno):
		return errno.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	}
	return err.Error()
}
