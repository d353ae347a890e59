package options

import "strings"

// URL is scheme://[user[:password]@]host[:port]/topic. Reading it sets the options that its parts stand for.
type URL string

// scheme is what a URL's scheme says.
type scheme struct {
	name      string
	port      Port
	tls       bool // trust the certificates of the operating system
	webSocket bool
}

func schemes() [4]scheme {
	return [...]scheme{
		{"mqtt", 1883, false, false},
		{"mqtts", 8883, true, false},
		{"ws", 1883, false, true},
		{"wss", 8883, true, true},
	}
}

func (v *URL) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	name, rest, ok := strings.Cut(word, "://")
	for _, s := range schemes() {
		if ok && strings.EqualFold(name, s.name) {
			*v = URL(word)
			return p.takeURL(s, rest)
		}
	}
	return p.client.call.optionError("Unsupported URL scheme.")
}

// takeURL spreads the parts of a URL over the options. Nothing in it is decoded: a topic may hold any character.
func (p *pass) takeURL(s scheme, rest string) error {
	c := p.client
	authority, topic, ok := strings.Cut(rest, "/")
	if !ok {
		return c.call.lineError("Invalid URL for -L argument specified - topic missing.")
	}
	c.Port = s.port
	c.UseOSCerts = c.UseOSCerts || s.tls
	c.WebSocket = c.WebSocket || s.webSocket
	userInfo, host, ok := strings.Cut(authority, "@")
	if !ok {
		host = userInfo
	} else {
		p.takeUserInfo(userInfo)
	}
	host, port, hasPort := splitHostPort(host)
	c.Host = host
	if hasPort {
		if err := c.Port.parse(p, port); err != nil {
			return err
		}
	}
	return p.topic(p, topic)
}

func (p *pass) takeUserInfo(userInfo string) {
	c := p.client
	user, password, ok := strings.Cut(userInfo, ":")
	c.Username = &user
	if ok {
		c.Password = &password
		c.PasswordFile, c.PasswordEnv = nil, nil
	}
}

// splitHostPort splits host[:port] at the first colon outside the brackets of an IPv6 address, which it removes.
func splitHostPort(s string) (host, port string, hasPort bool) {
	if strings.HasPrefix(s, "[") {
		if address, rest, ok := strings.Cut(s[1:], "]"); ok && (rest == "" || rest[0] == ':') {
			return address, strings.TrimPrefix(rest, ":"), rest != ""
		}
	}
	return strings.Cut(s, ":")
}
