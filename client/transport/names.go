package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Names finds the addresses of names: in the pins, in /etc/hosts and DNS, and those of .local at last on the local network.
// The zero value asks the system's name servers.
type Names struct {
	// Pins are looked at first.
	Pins []Pin
	// Resolver asks /etc/hosts and DNS; nil for that of the system.
	Resolver *net.Resolver
	// Multicast makes the sockets for questions to the local network (RFC 6762); nil for those of all interfaces.
	Multicast func() []Multicast
	// Switch is the path of nsswitch.conf(5); empty for that of the system.
	Switch string
}

// Pin is an address that stands for a host and a port.
type Pin struct {
	Host      string // "*" for every host
	Port      int
	Addresses []netip.Addr
}

// LookupError is a name whose addresses or services were not found.
type LookupError struct {
	evidence.Lookup
	Err error
}

func (e *LookupError) Error() string {
	if e.Option != "" {
		return e.Option + ": " + e.Err.Error()
	}
	return e.Err.Error()
}

// Unwrap gives the resolver's error.
func (e *LookupError) Unwrap() error { return e.Err }

// pinned returns the addresses of --resolve for a host and port.
func (n *Names) pinned(host string, port int) []netip.Addr {
	for _, p := range n.Pins {
		if p.Port == port && (p.Host == "*" || strings.EqualFold(p.Host, host)) {
			return p.Addresses
		}
	}
	return nil
}

// lookup returns the addresses of host, at least one, in the order in which they are to be tried (RFC 6724).
func (n *Names) lookup(ctx context.Context, host string, port int) ([]netip.Addr, error) {
	if pinned := n.pinned(host, port); pinned != nil {
		return pinned, nil
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a.Unmap()}, nil
	}
	if err := checkName(host); err != nil {
		return nil, err
	}
	local := isLocal(host)
	addresses, err := n.ask(ctx, host, local)
	if err == nil {
		return addresses, nil
	}
	failed := &LookupError{Lookup: evidence.Lookup{Name: host, Missing: evidence.Of(isMissing(err))}, Err: err}
	if local && ctx.Err() == nil {
		failed.Multicast = evidence.Yes
		if addresses = n.askNeighbours(ctx, host); len(addresses) > 0 {
			return addresses, nil
		}
	}
	failed.Unasked = n.unasked()
	return nil, failed
}

// shareOfDNS is how long DNS may keep a name of .local from being asked for on the local network.
const shareOfDNS = 3 * time.Second

// ask asks /etc/hosts and DNS.
func (n *Names) ask(ctx context.Context, host string, local bool) ([]netip.Addr, error) {
	if local {
		var cancel func()
		ctx, cancel = context.WithTimeout(ctx, shareOfDNS)
		defer cancel()
	}
	found, err := n.resolver().LookupNetIP(ctx, "ip", host)
	for i := range found {
		found[i] = found[i].Unmap()
	}
	return found, err
}

func (n *Names) resolver() *net.Resolver {
	if n.Resolver == nil {
		return net.DefaultResolver
	}
	return n.Resolver
}

// isLocal tells whether a name belongs to the local network (RFC 6762, 3).
func isLocal(host string) bool {
	return strings.HasSuffix(strings.ToLower(strings.TrimSuffix(host, ".")), ".local")
}

// isMissing tells an answer that there is no such name from no answer.
func isMissing(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

// checkName refuses what no resolver should be asked for.
func checkName(host string) error {
	if host == "" { // which Go takes for this machine
		return &LookupError{Lookup: evidence.Lookup{Missing: evidence.Yes}, Err: &net.DNSError{Err: "no such host", IsNotFound: true}}
	}
	for i := range len(host) {
		if host[i] >= 0x80 {
			ascii := toASCII(host)
			return &LookupError{
				Lookup: evidence.Lookup{Name: host, Missing: evidence.Yes, ASCII: ascii},
				Err:    fmt.Errorf("the host name %q is not ASCII; DNS knows it as %s", host, ascii),
			}
		}
	}
	return nil
}

// unasked are the sources for host names in nsswitch.conf(5) that only modules of the C library can ask.
func (n *Names) unasked() []string {
	path := n.Switch
	if path == "" {
		path = "/etc/nsswitch.conf"
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	var sources []string
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		list, found := strings.CutPrefix(strings.TrimSpace(line), "hosts:")
		if !found {
			continue
		}
		for _, source := range strings.Fields(list) {
			known := source == "files" || source == "dns" || strings.HasPrefix(source, "mdns") || strings.HasPrefix(source, "[")
			if !known && !strings.HasSuffix(source, "]") && !slices.Contains(sources, source) {
				sources = append(sources, source)
			}
		}
	}
	return sources
}
