package options

import (
	"fmt"
	"math"
	"strings"
)

// ProxyKind is what a proxy speaks.
type ProxyKind byte

// The kinds of proxies.
const (
	ProxySOCKS5  ProxyKind = iota // socks5h: RFC 1928; the proxy looks the broker's name up
	ProxySOCKS5L                  // socks5: the same, with the name looked up here
	ProxyHTTP                     // http: the method CONNECT (RFC 9110, 9.3.6)
)

// Proxy is a proxy on the way to the broker.
type Proxy struct {
	Kind ProxyKind
	// FromEnv says that the proxy is to be taken from the environment, which [Client.takeProxy] does.
	FromEnv bool
	// Host is a name or an address, that of IPv6 without brackets.
	Host string
	Port uint16
	// Username is nil if the proxy wants no login.
	Username *string
	Password string
}

// proxyScheme is a scheme of --proxy; the reference has the first.
type proxyScheme struct {
	prefix string
	kind   ProxyKind
	port   uint16 // unless given
}

func proxySchemes() [3]proxyScheme {
	return [...]proxyScheme{
		{"socks5h://", ProxySOCKS5, 1080},
		{"socks5://", ProxySOCKS5L, 1080},
		{"http://", ProxyHTTP, 8080},
	}
}

func (v *Proxy) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	if word == proxyFromEnv {
		v.FromEnv = true
		return nil
	}
	for _, s := range proxySchemes() {
		if rest, ok := strings.CutPrefix(word, s.prefix); ok {
			v.Kind, v.Port = s.kind, s.port
			if s.kind == ProxyHTTP {
				rest = strings.TrimSuffix(rest, "/")
			}
			return v.take(p, rest)
		}
	}
	return p.proxyError("Unsupported proxy protocol: %s", withoutLogin(word))
}

// withoutLogin hides what may be a password in a URL.
func withoutLogin(url string) string {
	at := strings.LastIndexByte(url, '@')
	if at < 0 {
		return url
	}
	scheme, _, ok := strings.Cut(url[:at], "://")
	if !ok {
		return "***" + url[at:]
	}
	return scheme + "://***" + url[at:]
}

// take reads what follows the scheme.
func (v *Proxy) take(p *pass, rest string) error {
	userInfo, hostPort, hasUser := strings.Cut(rest, "@")
	if !hasUser {
		hostPort = rest
	} else if strings.Count(userInfo, ":") > 1 {
		return p.proxyError("Username cannot contain ':'.")
	} else if !v.takeUserInfo(userInfo) {
		return p.proxyError("")
	}
	return v.takeHostPort(p, hostPort)
}

func (v *Proxy) takeHostPort(p *pass, hostPort string) error {
	host, port, hasPort := splitHostPort(hostPort)
	switch {
	case strings.Contains(hostPort, "]["):
		return p.proxyError("Duplicate IPv6 address.")
	case hasPort && port == "", !hasPort && host == "", strings.HasPrefix(host, "["):
		return p.proxyError("Invalid proxy.")
	case host == "", strings.Contains(hostPort, "@"):
		return p.proxyError("")
	}
	n := int64(v.Port)
	if hasPort {
		n = atoi(port)
	}
	if n < 1 || n > math.MaxUint16 {
		return p.proxyError("Invalid proxy port %d", n)
	}
	v.Host, v.Port = host, uint16(n)
	return nil
}

// proxyError is the one kind of option error that --quiet silences, if it came first. The hint stays. Some errors have no
// text: the format is empty.
func (p *pass) proxyError(format string, args ...any) error {
	text := ""
	if format != "" && !p.client.Quiet {
		text = fmt.Sprintf("Error: "+format+"\n", args...)
	}
	return &UsageError{Text: text + p.client.call.hint()}
}

// takeUserInfo stores user[:password]; false if a part is empty or malformed.
func (v *Proxy) takeUserInfo(userInfo string) bool {
	user, password, hasPassword := strings.Cut(userInfo, ":")
	user, ok := unescape(user)
	if !ok || user == "" {
		return false
	}
	v.Username = &user
	if !hasPassword {
		return true
	}
	v.Password, ok = unescape(password)
	return ok && v.Password != ""
}

// unescape decodes the percent escapes of %, : and @, the characters that a user name or password cannot hold as they are.
func unescape(s string) (string, bool) {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "%")
		b.WriteString(before)
		if !found {
			return b.String(), true
		}
		if len(after) < 2 {
			return "", false
		}
		switch strings.ToLower(after[:2]) {
		case "25":
			b.WriteByte('%')
		case "3a":
			b.WriteByte(':')
		case "40":
			b.WriteByte('@')
		default:
			return "", false
		}
		s = after[2:]
	}
}
