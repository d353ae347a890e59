package transport

import (
	"context"
	"errors"
	"net"
	"strings"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// dialService connects to the first of the service's hosts that takes the connection, in the order of their priorities
// and weights. One that fails later, in TLS, is not passed over: that is worth to be told.
func (d *Dialer) dialService(ctx context.Context) (*Conn, *tlsdiag.Watcher, error) {
	targets, err := d.Names.services(ctx, d.Service, d.Host)
	if err != nil {
		w := tlsdiag.Watch(d.Watch)
		return nil, w, d.failed(w, tlsdiag.OpResolve, err)
	}
	for i, target := range targets {
		c, w, err := d.at(target).dialInTurn(ctx, len(targets)-i)
		if last := i == len(targets)-1; err == nil || last || !beforeTLS(err) || ctx.Err() != nil {
			return c, w, err
		}
	}
	return nil, nil, nil // not reached: services returns at least one
}

// at is the dialer for one of the service's hosts, whose name its certificate has to carry, as in the reference.
func (d *Dialer) at(target *net.SRV) *Dialer {
	there := *d
	there.Host, there.Port = strings.TrimSuffix(target.Target, "."), int(target.Port)
	there.Watch.Host, there.Watch.Port = there.Host, there.Port
	return &there
}

// leastShare is what each of several hosts gets of the time at least.
const leastShare = 2 * time.Second

// dialInTurn dials with a fair share of the time, of which as many hosts as left are to have some.
func (d *Dialer) dialInTurn(ctx context.Context, left int) (*Conn, *tlsdiag.Watcher, error) {
	limit, ok := ctx.Deadline()
	if !ok || left == 1 {
		return d.dial(ctx)
	}
	share := max(limit.Sub(d.Watch.Now())/time.Duration(left), leastShare)
	ctx, cancel := context.WithTimeout(ctx, share)
	defer cancel()
	return d.dial(ctx)
}

// beforeTLS tells whether a connection failed before a broker answered.
func beforeTLS(err error) bool {
	var failed *Error
	if !errors.As(err, &failed) {
		return false
	}
	return failed.Op == tlsdiag.OpResolve || failed.Op == tlsdiag.OpDial || failed.Op == tlsdiag.OpProxy
}

// services returns the hosts of a service, in the order in which they are to be tried (RFC 2782), at least one.
func (n *Names) services(ctx context.Context, service, host string) ([]*net.SRV, error) {
	if err := checkName(host); err != nil {
		return nil, err
	}
	name, found, err := n.resolver().LookupSRV(ctx, service, "tcp", host)
	if err == nil && (len(found) == 0 || len(found) == 1 && found[0].Target == ".") {
		err = &net.DNSError{Err: "the service is not offered", Name: name, IsNotFound: true} // RFC 2782: Target
	}
	if len(found) > 0 && !isMissing(err) { // an error beside them says that some were of no use
		return found, nil
	}
	return nil, &LookupError{
		Lookup: evidence.Lookup{Name: "_" + service + "._tcp." + host, Service: true, Missing: evidence.Of(isMissing(err))},
		Err:    err,
	}
}
