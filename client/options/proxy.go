package options

import (
	"fmt"
	"math"
	"strings"
)

// Proxy is a SOCKS5 proxy (RFC 1928).
type Proxy struct {
	// Host is a name or an address, that of IPv6 without brackets.
	Host string
	Port uint16
	// Username is nil if the proxy wants no login (RFC 1929).
	Username *string
	Password string
}

const (
	proxyScheme      = "socks5h://"
	defaultProxyPort = 1080
)

func (v *Proxy) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	rest, ok := strings.CutPrefix(word, proxyScheme)
	if !ok {
		return p.proxyError("Unsupported proxy protocol: %s", word)
	}
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
	n := int64(defaultProxyPort)
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
