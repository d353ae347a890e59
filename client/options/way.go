package options

import (
	"net/netip"
	"strconv"
	"strings"
)

// Way are options of culex about the way to the broker.
type Way struct {
	// WebPath is the path of the WebSocket, with its query.
	WebPath WebPath `name:"ws-path" noun:"path" placeholder:"PATH" since:"culex" help:"The path of the WebSocket (/mqtt)."`
	// WebHeaders are further fields of the WebSocket's opening handshake. They may be secret.
	WebHeaders WebHeaders `name:"ws-header" noun:"header field" placeholder:"FIELD" since:"culex" help:"Send this to the web server, too: 'Name: value'; may be repeated."`
	// Resolve are the addresses that stand for hosts and ports, in the order given.
	Resolve Resolutions `name:"resolve" noun:"host:port:address" placeholder:"HOST:PORT:ADDR" since:"culex" help:"Take this address for HOST and PORT, instead of a name lookup."`
}

// DefaultWebPath is the path of a WebSocket unless --ws-path gives another.
const DefaultWebPath = "/mqtt"

// WebPath is a path and query as they stand in a request; empty if none was given.
type WebPath string

func (v *WebPath) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	bad := func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '#' }
	if !strings.HasPrefix(word, "/") || strings.ContainsFunc(word, bad) {
		return p.client.call.optionError("Invalid %s \"%s\", it must begin with / and hold no blanks; other characters than ASCII are written with %%.", p.opt.called(), word)
	}
	*v = WebPath(word)
	return nil
}

// WebHeaders are header fields, each "Name: value".
type WebHeaders []string

// ownFields are the header fields that make a request one for a WebSocket: nobody else can set them.
func ownFields() [4]string {
	return [...]string{"connection", "upgrade", "content-length", "transfer-encoding"}
}

func (v *WebHeaders) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	name, value, ok := strings.Cut(word, ":")
	if !ok || !isFieldName(name) {
		return p.client.call.optionError("Invalid %s, it must be of the form 'Name: value'.", p.opt.called())
	}
	control := func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
	if strings.ContainsFunc(value, control) {
		return p.client.call.optionError("Invalid %s \"%s\", its value must not hold control characters.", p.opt.called(), name)
	}
	for _, own := range ownFields() {
		if lower := strings.ToLower(name); lower == own || strings.HasPrefix(lower, "sec-websocket-") {
			return p.client.call.optionError("Invalid %s \"%s\", that field belongs to the WebSocket itself.", p.opt.called(), name)
		}
	}
	*v = append(*v, name+": "+strings.TrimSpace(value))
	return nil
}

// isFieldName tells whether s can name a header field (RFC 9110, 5.6.2).
func isFieldName(s string) bool {
	other := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	}
	return s != "" && !strings.ContainsFunc(s, other)
}

// Resolution is what a name lookup would have found for a host and port.
type Resolution struct {
	Host      string // "*" for every host
	Port      uint16
	Addresses []netip.Addr
}

// Resolutions are what --resolve gave.
type Resolutions []Resolution

func (v *Resolutions) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	r, ok := parseResolution(word)
	if !ok {
		return p.client.call.optionError("Invalid %s \"%s\", it must be HOST:PORT:ADDRESS, such as broker.lan:8883:192.0.2.7 or *:1883:[2001:db8::7].", p.opt.called(), word)
	}
	*v = append(*v, r)
	return nil
}

// parseResolution reads HOST:PORT:ADDRESS[,ADDRESS]; addresses of IPv6 may stand in brackets, as a host they have to.
func parseResolution(word string) (r Resolution, ok bool) {
	rest := ""
	if strings.HasPrefix(word, "[") {
		r.Host, rest, _ = strings.Cut(word[1:], "]")
		rest, ok = strings.CutPrefix(rest, ":")
	} else {
		r.Host, rest, ok = strings.Cut(word, ":")
	}
	port, list, found := strings.Cut(rest, ":")
	n, err := strconv.ParseUint(port, 10, 16)
	if !ok || !found || err != nil || n == 0 || r.Host == "" {
		return r, false
	}
	r.Port = uint16(n)
	for text := range strings.SplitSeq(list, ",") {
		if inner, cut := strings.CutPrefix(text, "["); cut {
			text = strings.TrimSuffix(inner, "]")
		}
		a, err := netip.ParseAddr(text)
		if err != nil {
			return r, false
		}
		r.Addresses = append(r.Addresses, a.Unmap())
	}
	return r, true
}

// takeWay refuses what does not fit the way to the broker, and reads the environment for --proxy env.
func (o *Client) takeWay(env Environment) error {
	_, socket := o.SocketPath()
	switch {
	case o.WebPath != "" && !o.WebSocket:
		return o.call.lineError("--ws-path given, but no WebSocket is asked for: use --ws, -L ws:// or -L wss://.")
	case len(o.WebHeaders) > 0 && !o.WebSocket:
		return o.call.lineError("--ws-header given, but no WebSocket is asked for: use --ws, -L ws:// or -L wss://.")
	case socket && o.Proxy != nil && !o.Proxy.FromEnv:
		return o.call.lineError("--proxy cannot be combined with a Unix socket.")
	case socket && o.SRV:
		return o.call.lineError("-S cannot be combined with a Unix socket.")
	}
	return o.takeProxy(env)
}
