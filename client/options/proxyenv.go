package options

import (
	"net/netip"
	"strings"
)

// proxyFromEnv is the word of --proxy that has the proxy taken from the environment.
const proxyFromEnv = "env"

// takeProxy puts the proxy of the environment in the place of --proxy env, or none.
func (o *Client) takeProxy(env Environment) error {
	if o.Proxy == nil || !o.Proxy.FromEnv {
		return nil
	}
	o.Proxy = nil
	if _, socket := o.SocketPath(); socket {
		return nil
	}
	lookup := func(name string) string {
		if value, ok := env.LookupEnv(name); ok {
			return value
		}
		value, _ := env.LookupEnv(strings.ToUpper(name))
		return value
	}
	name, url := "https_proxy", ""
	if o.Trust() != Unencrypted {
		url = lookup(name)
	}
	if url == "" {
		name = "all_proxy"
		url = lookup(name)
	}
	if url == "" || exempt(lookup("no_proxy"), o.Host) {
		return nil
	}
	if !strings.Contains(url, "://") {
		url = "http://" + url
	}
	proxy := &Proxy{}
	p := pass{client: o, words: []string{strings.TrimSuffix(url, "/")}}
	if err := proxy.read(&p); err != nil {
		return o.call.lineError("The environment variable '%s' of --proxy env names no proxy that can be used: socks5h://, socks5:// or http://[user[:password]@]host[:port].", name)
	}
	o.Proxy = proxy
	return nil
}

// exempt tells whether a list like that of no_proxy has the host: as "*", as a name or a domain that the name is in, as an
// address or a prefix of addresses.
func exempt(list, host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	address, err := netip.ParseAddr(host)
	isName := err != nil
	for entry := range strings.SplitSeq(strings.ToLower(list), ",") {
		entry = strings.TrimSpace(entry)
		domain := strings.TrimPrefix(strings.TrimPrefix(entry, "*"), ".")
		prefix, err := netip.ParsePrefix(entry)
		other, errOther := netip.ParseAddr(strings.Trim(entry, "[]"))
		switch {
		case entry == "*":
			return true
		case entry == "", domain == "":
		case isName && (host == domain || strings.HasSuffix(host, "."+domain)):
			return true
		case !isName && (err == nil && prefix.Contains(address.Unmap()) || errOther == nil && other == address):
			return true
		}
	}
	return false
}
