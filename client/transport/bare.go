package transport

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/capture"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Bare makes a connection on which nothing was sent yet: below TLS, and not observed.
func (d *Dialer) Bare(ctx context.Context) (net.Conn, error) { return d.connect(ctx) }

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

// Reach tries TCP to each address that the host has, for at most limit each. A name that cannot be looked up has none.
func (d *Dialer) Reach(ctx context.Context, limit time.Duration) []evidence.Reach {
	addresses, err := (&net.Resolver{}).LookupIPAddr(ctx, d.Host)
	if err != nil {
		return nil
	}
	var out []evidence.Reach
	for _, a := range addresses {
		r := evidence.Reach{Address: net.JoinHostPort(a.String(), strconv.Itoa(d.Port))}
		one := *d
		one.Host = a.String()
		if err := one.try(ctx, limit); err != nil {
			r.How, r.Error = capture.How(err), systemText(err)
		}
		out = append(out, r)
	}
	return out
}

func (d *Dialer) try(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	c, err := d.connect(ctx)
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
