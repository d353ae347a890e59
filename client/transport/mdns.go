package transport

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Multicast is a way onto the local network: a socket of one interface, and the group that listens there.
type Multicast struct {
	Open  func() (net.PacketConn, error)
	Group net.Addr
	// Zone names the interface, for the link-local addresses that come from it.
	Zone string
}

const (
	multicastPort  = 5353
	askAgain       = 600 * time.Millisecond // a question may get lost in a radio network
	multicastTries = 2
	laterAnswers   = 100 * time.Millisecond // what the others get once one has answered
)

// askNeighbours asks the hosts of the local network for the addresses of a name, for little more than a second (RFC 6762,
// 5.1). It returns none if nobody knows the name.
func (n *Names) askNeighbours(ctx context.Context, host string) []netip.Addr {
	ways := n.Multicast
	if ways == nil {
		ways = interfaces
	}
	host = strings.TrimSuffix(host, ".") + "."
	for range multicastTries {
		if found := askOnce(ctx, ways(), host); len(found) > 0 {
			return found
		}
	}
	return nil
}

// askOnce sends the question for IPv4 and IPv6 addresses into all networks at once.
func askOnce(ctx context.Context, ways []Multicast, host string) []netip.Addr {
	ctx, cancel := context.WithTimeout(ctx, askAgain)
	defer cancel()
	answers := make(chan []netip.Addr)
	running := 0
	for _, way := range ways {
		for _, family := range [...]string{"ip4", "ip6"} {
			running++
			go func() { answers <- way.ask(ctx, family, host) }()
		}
	}
	var found []netip.Addr
	for ; running > 0; running-- {
		answer := <-answers
		if len(found) == 0 && len(answer) > 0 {
			time.AfterFunc(laterAnswers, cancel)
		}
		for _, a := range answer {
			if !slices.Contains(found, a) {
				found = append(found, a)
			}
		}
	}
	return found
}

// ask has Go's resolver put the question and read the answer: a query from a port of its own is answered as one of DNS,
// to the sender alone (RFC 6762, 6.7).
func (m Multicast) ask(ctx context.Context, family, host string) []netip.Addr {
	resolver := net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c, err := m.Open()
		if err != nil {
			return nil, err
		}
		return groupConn{c, m.Group}, nil
	}}
	found, _ := resolver.LookupNetIP(ctx, family, host)
	for i, a := range found {
		if found[i] = a.Unmap(); a.IsLinkLocalUnicast() && a.Is6() {
			found[i] = a.WithZone(m.Zone)
		}
	}
	return found
}

// groupConn sends to a group and hears everybody.
type groupConn struct {
	net.PacketConn
	group net.Addr
}

// RemoteAddr is the group.
func (c groupConn) RemoteAddr() net.Addr { return c.group }

// Read reads one packet from anybody: the resolver takes only the answer to its question.
func (c groupConn) Read(p []byte) (int, error) {
	n, _, err := c.ReadFrom(p)
	return n, err
}

// Offsets in a message (RFC 1035, 4.1.1), and the size of the EDNS record that Go appends (RFC 6891, 6.1.2).
const (
	flagsAt    = 2
	extraAt    = 10
	headerSize = 12
	ednsSize   = 11
)

// Write sends a query without what only name servers understand: the flags have to be zero (RFC 6762, 18), and some
// responders drop a query with EDNS.
func (c groupConn) Write(query []byte) (int, error) {
	if len(query) < headerSize+ednsSize {
		return c.WriteTo(query, c.group)
	}
	q := slices.Clone(query)
	q[flagsAt], q[flagsAt+1] = 0, 0
	if q[extraAt+1] == 1 {
		q[extraAt+1] = 0
		q = q[:len(q)-ednsSize]
	}
	_, err := c.WriteTo(q, c.group)
	return len(query), err
}

// interfaces are the ways onto all networks that this machine is part of.
func interfaces() []Multicast {
	var ways []Multicast
	all, _ := net.Interfaces() // without any there is nobody to ask
	for _, i := range all {
		if i.Flags&net.FlagUp == 0 || i.Flags&net.FlagMulticast == 0 {
			continue
		}
		addresses, _ := i.Addrs()
		seen4, seen6 := false, false
		for _, a := range addresses {
			prefix, err := netip.ParsePrefix(a.String())
			switch ip := prefix.Addr(); {
			case err != nil:
			case ip.Is4() && !seen4: // the kernel sends out of the interface that has the address
				seen4 = true
				ways = append(ways, multicast("udp4", ip, netip.AddrFrom4([4]byte{224, 0, 0, 251}), i.Name))
			case ip.Is6() && ip.IsLinkLocalUnicast() && !seen6:
				seen6 = true
				group := netip.AddrFrom16([16]byte{0: 0xff, 1: 0x02, 15: 0xfb}).WithZone(i.Name)
				ways = append(ways, multicast("udp6", ip.WithZone(i.Name), group, i.Name))
			}
		}
	}
	return ways
}

func multicast(network string, from, group netip.Addr, zone string) Multicast {
	return Multicast{
		Open: func() (net.PacketConn, error) {
			return net.ListenUDP(network, net.UDPAddrFromAddrPort(netip.AddrPortFrom(from, 0)))
		},
		Group: net.UDPAddrFromAddrPort(netip.AddrPortFrom(group, multicastPort)),
		Zone:  zone,
	}
}
