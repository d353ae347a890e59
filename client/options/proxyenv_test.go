package options

import (
	"io/fs"
	"testing"
)

func noFile(name string) ([]byte, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// The rules of --proxy env.
func TestProxyFromEnvironment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		env  map[string]string
		args []string
		want string // host, empty for none
	}{
		{"nothing set", nil, nil, ""},
		{"all_proxy", map[string]string{"all_proxy": "socks5h://p1:1080"}, nil, "p1"},
		{"in capitals", map[string]string{"ALL_PROXY": "socks5://p1"}, nil, "p1"},
		{"https_proxy is for TLS", map[string]string{"https_proxy": "http://p2:3128", "all_proxy": "p1:80"}, nil, "p1"},
		{"with TLS", map[string]string{"https_proxy": "http://p2:3128", "all_proxy": "p1"}, []string{"--tls-use-os-certs"}, "p2"},
		{"no_proxy has the name", map[string]string{"all_proxy": "http://p1:1", "no_proxy": "other, broker.lan"}, nil, ""},
		{"no_proxy has the domain", map[string]string{"all_proxy": "http://p1:1", "no_proxy": ".lan"}, nil, ""},
		{"no_proxy has another domain", map[string]string{"all_proxy": "http://p1:1", "no_proxy": "roker.lan"}, nil, "p1"},
		{"no_proxy has all", map[string]string{"all_proxy": "http://p1:1", "NO_PROXY": "*"}, nil, ""},
		{"no_proxy has the network", map[string]string{"all_proxy": "http://p1:1", "no_proxy": "10.0.0.0/8"}, []string{"-h", "10.1.2.3"}, ""},
		{"no_proxy has another network", map[string]string{"all_proxy": "http://p1:1", "no_proxy": "10.0.0.0/8"}, []string{"-h", "11.1.2.3"}, "p1"},
	} {
		env := Environment{LookupEnv: func(name string) (string, bool) { v, ok := c.env[name]; return v, ok }, ReadFile: noFile}
		o, err := ParsePub(AsCulex, append([]string{"-t", "a", "-m", "b", "-h", "broker.lan", "--proxy", "env"}, c.args...), env)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got := ""
		if o.Proxy != nil {
			got = o.Proxy.Host
		}
		if got != c.want {
			t.Errorf("%s: the proxy is %q, want %q", c.name, got, c.want)
		}
	}
	env := Environment{LookupEnv: func(name string) (string, bool) { return "gopher://x", name == "all_proxy" }, ReadFile: noFile}
	if _, err := ParsePub(AsCulex, []string{"-t", "a", "-m", "b", "--proxy", "env"}, env); err == nil {
		t.Error("a proxy of a kind that there is not is taken")
	}
}
