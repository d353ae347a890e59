package cause

import (
	"fmt"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// protocolHTTP is how evidence names an HTTP proxy.
const protocolHTTP = "HTTP"

// way are the causes that lie on the way to the broker, before or beside TLS.
func way() []Cause {
	causes := slices.Concat(lookup(), proxy(), webSocket())
	for i, c := range causes {
		causes[i].Match = func(s *evidence.Session) (Finding, bool) {
			if s.End.How == "" {
				return Finding{}, false
			}
			return c.Match(s)
		}
	}
	return causes
}

// lookup are those that stand in the names.
func lookup() []Cause {
	return []Cause{
		hostNameNotASCII(),
		serviceNotFound(),
		hostNeedsNSS(),
		hostNotFound(),
		hostLookupUnanswered(),
	}
}

// proxy are those that stand in the proxy.
func proxy() []Cause {
	return []Cause{
		proxyUnreachable(),
		proxyAuthentication(),
		proxyCannotReach(),
		proxyRefused(),
		notAProxy(),
	}
}

// webSocket are those that stand in the web server.
func webSocket() []Cause {
	return []Cause{
		webSocketNotFound(),
		webSocketAuthentication(),
		webSocketRedirected(),
		webSocketSubprotocol(),
		webSocketRefused(),
		notAWebSocket(),
	}
}

// givenBy says which option a name came from, if not from the broker's.
func givenBy(l *evidence.Lookup) string {
	if l.Option == "" {
		return ""
	}
	return "the name was given with " + l.Option
}

func askedNeighbours(l *evidence.Lookup) string {
	if l.Multicast != evidence.Yes {
		return ""
	}
	return "nobody on the local network answered to the name either (mDNS)"
}

// schemeOf is how a proxy's URL begins.
func schemeOf(p *evidence.Proxy) string {
	if p.Protocol == protocolHTTP {
		return "http://"
	}
	return "socks5h://"
}

// proxySaid is what the proxy answered.
func proxySaid(p *evidence.Proxy) string {
	switch {
	case p.Code != 0 && p.Protocol == protocolHTTP:
		return fmt.Sprintf("its answer to CONNECT: status %d %q", p.Code, p.Reason)
	case p.Code != 0:
		return fmt.Sprintf("its answer: %s (code %d)", p.Reason, p.Code)
	}
	return p.Reason
}

// webSaid is what the web server answered.
func webSaid(w *evidence.WebSocket) string {
	var said []string
	if w.Status != 0 {
		said = append(said, fmt.Sprintf("status %d", w.Status))
	}
	if w.Answer != "" {
		said = append(said, fmt.Sprintf("%q", w.Answer))
	}
	if w.Server != "" {
		said = append(said, fmt.Sprintf("server %q", w.Server))
	}
	if len(said) == 0 {
		return ""
	}
	return fmt.Sprintf("its answer to GET %s: %s", w.Path, strings.Join(said, ", "))
}
