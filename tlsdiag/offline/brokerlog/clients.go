package brokerlog

import (
	"cmp"
	"net"
	"slices"
	"strings"
)

// follow keeps account of the clients that come and go.
func (l *Log) follow(s step) {
	switch s.what {
	case noStep:
		return
	case opened:
		l.summary.Connections++
		if len(l.pending) == maxPending {
			l.pending = slices.Delete(l.pending, 0, 1)
		}
		l.pending = append(l.pending, s.address)
		if c := l.client(host(s.address)); c != nil {
			c.Connections++
		}
	case accepted:
		l.summary.Accepted++
		l.settle(s.address)
		if c := l.client(host(s.address)); c != nil {
			c.Accepted++
			if s.id != "" && len(c.IDs) < maxPerHost && !slices.Contains(c.IDs, shorten(s.id)) {
				c.IDs = append(c.IDs, shorten(s.id))
			}
		}
	}
	l.stepped = true
}

// settle takes a connection off those that wait for CONNECT.
func (l *Log) settle(address string) {
	if i := slices.Index(l.pending, address); i >= 0 {
		l.pending = slices.Delete(l.pending, i, i+1)
	}
}

// blame is the address that a line is about: its own, or that of the connection that came last. oneOf is how many
// connections it can be.
func (l *Log) blame(s step, body string) (address string, oneOf int) {
	for _, before := range [...]string{"Client connection from ", "TLS handshake error from ", "peername: "} {
		if _, rest, ok := strings.Cut(body, before); ok {
			word, _, _ := strings.Cut(rest, " ")
			return host(strings.TrimRight(word, ",:;")), 1
		}
	}
	if s.address != "" {
		return host(s.address), 1
	}
	n := len(l.pending)
	if n == 0 {
		return "", 0
	}
	address = l.pending[n-1]
	if s.what == left && s.id == "" {
		l.pending = l.pending[:n-1]
	}
	return host(address), n
}

// host is an address without its port.
func host(address string) string {
	if h, _, err := net.SplitHostPort(address); err == nil {
		return shorten(h)
	}
	return shorten(strings.Trim(address, "[]"))
}

// client is the account of an address; nil when there are too many.
func (l *Log) client(address string) *Client {
	c := l.clients[address]
	if c == nil && address != "" && len(l.order) < maxClients {
		c = &Client{Address: address}
		l.clients[address] = c
		l.order = append(l.order, address)
	}
	return c
}

// charge adds a failure to the account of its client.
func (l *Log) charge(entry Entry) {
	c := l.client(entry.Client)
	if c == nil {
		l.summary.Elsewhere++
		return
	}
	for i := range c.Failures {
		if f := &c.Failures[i]; f.Line == entry.First {
			f.Count++
			f.Last = entry.Time
			return
		}
	}
	if len(c.Failures) == maxPerHost {
		l.summary.Elsewhere++
		return
	}
	c.Failures = append(c.Failures, Failure{Finding: entry.Reading.Finding, Count: 1, First: entry.Time, Last: entry.Time, Line: entry.First})
}

// Summary is what was read until now: the clients with failures, those with most of them first.
func (l *Log) Summary() Summary {
	s := l.summary
	s.Clients = nil
	for _, address := range l.order {
		if c := l.clients[address]; len(c.Failures) > 0 {
			s.Clients = append(s.Clients, *c)
		}
	}
	slices.SortStableFunc(s.Clients, func(a, b Client) int { return cmp.Compare(b.Total(), a.Total()) })
	return s
}

// Total counts the failures of a client.
func (c *Client) Total() int {
	n := 0
	for _, f := range c.Failures {
		n += f.Count
	}
	return n
}
