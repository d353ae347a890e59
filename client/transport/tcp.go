package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// headStart is what an address gets before the next one is tried beside it (RFC 8305, 5).
const headStart = 250 * time.Millisecond

// tcp connects to the first address of host that answers. An address that does not answer costs a head start, not the
// whole time that there is.
func (d *Dialer) tcp(ctx context.Context, host string, port int) (net.Conn, error) {
	addresses, err := d.Names.lookup(ctx, host, port)
	if err != nil {
		return nil, err
	}
	local, err := d.local(ctx)
	if err != nil {
		return nil, err
	}
	targets := make([]netip.AddrPort, 0, len(addresses))
	for _, a := range interleave(addresses) {
		targets = append(targets, netip.AddrPortFrom(a, uint16(port)))
	}
	if len(targets) == 1 {
		return dialTCP(ctx, local, targets[0])
	}
	return race(ctx, targets, headStart, func(ctx context.Context, to netip.AddrPort) (net.Conn, error) {
		return dialTCP(ctx, local, to)
	})
}

// local are the addresses of -A; nil if it was not given.
func (d *Dialer) local(ctx context.Context) ([]netip.Addr, error) {
	if d.Bind == "" {
		return nil, nil
	}
	local, err := d.Names.lookup(ctx, d.Bind, 0)
	var lookup *LookupError
	if errors.As(err, &lookup) {
		lookup.Option = "-A"
	}
	return local, err
}

// bindError is a local address that cannot be connected from.
type bindError struct {
	to  netip.AddrPort
	err error
}

func (e *bindError) Error() string {
	return fmt.Sprintf("-A has no address to reach %v from: %v", e.to, e.err)
}

func (e *bindError) Unwrap() error { return e.err }

// dialTCP connects from the first of the local addresses that is of the same family, or from any if there are none.
func dialTCP(ctx context.Context, local []netip.Addr, to netip.AddrPort) (net.Conn, error) {
	dialer := net.Dialer{KeepAlive: -1} // MQTT has a keep alive of its own
	for _, a := range local {
		if a.Is4() == to.Addr().Is4() {
			dialer.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(a, 0))
			break
		}
	}
	if dialer.LocalAddr == nil && local != nil {
		return nil, &bindError{to, syscall.EADDRNOTAVAIL}
	}
	return dialer.DialContext(ctx, "tcp", to.String())
}

// interleave sorts addresses so that both families take turns, the first one's first (RFC 8305, 4).
func interleave(addresses []netip.Addr) []netip.Addr {
	var same, other []netip.Addr
	for _, a := range addresses {
		if a.Is4() == addresses[0].Is4() {
			same = append(same, a)
		} else {
			other = append(other, a)
		}
	}
	sorted := make([]netip.Addr, 0, len(addresses))
	for i := range max(len(same), len(other)) {
		if i < len(same) {
			sorted = append(sorted, same[i])
		}
		if i < len(other) {
			sorted = append(sorted, other[i])
		}
	}
	return sorted
}

// attempt is how one connection attempt of a race ended.
type attempt struct {
	lane int
	conn net.Conn
	err  error
}

// race connects to all targets, each with a head start before the next or until the one before has failed, and returns
// the first connection. All others are closed. Of the errors it returns that of the last target, as the reference.
func race(ctx context.Context, targets []netip.AddrPort, start time.Duration, dial func(context.Context, netip.AddrPort) (net.Conn, error)) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ends := make(chan attempt)
	errs := make([]error, len(targets))
	timer := time.NewTimer(0)
	defer timer.Stop()
	for next, running := 0, 0; next < len(targets) || running > 0; {
		select {
		case <-timer.C:
			if next < len(targets) {
				lane := next
				go func() {
					c, err := dial(ctx, targets[lane])
					ends <- attempt{lane, c, err}
				}()
				next, running = next+1, running+1
				timer.Reset(start)
			}
		case e := <-ends:
			running--
			if e.err == nil {
				cancel()
				go closeLosers(ends, running)
				return e.conn, nil
			}
			errs[e.lane] = e.err
			timer.Reset(0)
		}
	}
	return nil, errs[len(errs)-1]
}

// closeLosers waits for the attempts of a race that are still under way, whose context has ended.
func closeLosers(ends <-chan attempt, running int) {
	for range running {
		if e := <-ends; e.err == nil {
			_ = e.conn.Close()
		}
	}
}

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNABORTED)
}
