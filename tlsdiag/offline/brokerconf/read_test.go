package brokerconf_test

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/culex-mqtt/culex/tlsdiag/offline/brokerconf"
)

// in is a file system of texts.
func in(files map[string]string) brokerconf.System {
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return brokerconf.System{
		Open:    func(path string) (io.ReadCloser, error) { return tree.Open(path) },
		ReadDir: func(path string) ([]fs.DirEntry, error) { return tree.ReadDir(path) },
	}
}

func read(t *testing.T, text string) *brokerconf.Config {
	t.Helper()
	c, err := brokerconf.Read("m.conf", in(map[string]string{"m.conf": text}))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestListeners(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"", "default listener, port 1883 on 127.0.0.1"},
		{"port 8883\nbind_address ::1\n", "default listener, port 8883 on ::1"},
		{"certfile a\nkeyfile b\n", "default listener, port 1883"},
		{"listener 8883\n", "listener 8883"},
		{"  listener 8883 10.0.0.1  \r\n#listener 1\n\nlistener 0 /run/m.sock\n", "listener 8883 on 10.0.0.1, listener on /run/m.sock"},
		{"certfile a\nlistener 8883\ncertfile b\n", "default listener, port 1883, listener 8883"},
		{"psk_file p\nlistener 8883\n", "listener 8883"},
	} {
		var names []string
		for _, l := range read(t, test.text).Listeners {
			names = append(names, l.Name())
		}
		if got := strings.Join(names, ", "); got != test.want {
			t.Errorf("%q: %s, want %s", test.text, got, test.want)
		}
	}
}

func TestValuesStandWithTheirLines(t *testing.T) {
	c := read(t, "psk_file keys with spaces\nlistener 8883\ncertfile /etc/a b.crt\nkeyfile k\nrequire_certificate true\nlistener 8884\ncafile c\n")
	l := c.Listeners[0]
	if l.CertFile.Text != "/etc/a b.crt" || l.CertFile.String() != "m.conf:3" || !l.RequireCertificate.True() || l.PSKFile.Text != "keys with spaces" || !l.Secured() {
		t.Errorf("%+v", l)
	}
	if l := c.Listeners[1]; l.CAFile.Text != "c" || l.CertFile.Given() || l.Secured() || l.PSKFile.Line != 1 {
		t.Errorf("%+v", l)
	}
}

func TestPerListenerSettings(t *testing.T) {
	c := read(t, "per_listener_settings true\nlistener 1\npsk_file a\nlistener 2\n")
	if !c.PerListener || c.Listeners[0].PSKFile.Text != "a" || c.Listeners[1].PSKFile.Given() {
		t.Errorf("%+v", c)
	}
}

func TestFaultsNameTheLine(t *testing.T) {
	for text, want := range map[string]string{
		"listener 8883\ncertfile\n":                            "m.conf:2 certfile",
		"listener 8883\nrequire_certificate yes\n":             "m.conf:2 require_certificate",
		"listener 8883\nrequire_certificate\n":                 "m.conf:2 require_certificate",
		"listener abc\n":                                       "m.conf:1 listener",
		"listener 70000\n":                                     "m.conf:1 listener",
		"listener 8883\ncipher ALL\n":                          "m.conf:2 cipher ciphers",
		"Listener 8883\ncertfil x\n":                           "m.conf:2 certfil certfile",
		"listener 8883\nbridge_cafile x\n":                     "m.conf:2 bridge_cafile",
		"listener 8883\ncertfile a\ncertfile b\n":              "m.conf:3 certfile",
		"include_dir none\n":                                   "m.conf:1 include_dir",
		"port x\n":                                             "m.conf:1 port",
		"listener 8883\nrequire-certificate true\n":            "m.conf:2 require-certificate require_certificate",
		"listener 1\nconnection b\naddress x\nbridge_cafile c": "",
		"listener 1\n" + strings.Repeat("x", 1<<17) + "\n":     "m.conf:2 ",
	} {
		var got []string
		for _, f := range read(t, text).Faults {
			got = append(got, strings.TrimRight(fmt.Sprintf("%s %s %s", f.Place, f.Option, f.Near), " "))
			if f.Message == "" {
				t.Errorf("%+v", f)
			}
		}
		if all := strings.Join(got, ", "); all != strings.TrimRight(want, " ") {
			t.Errorf("%.60q: %s, want %s", text, all, want)
		}
	}
}

func TestIncludes(t *testing.T) {
	c, err := brokerconf.Read("m.conf", in(map[string]string{
		"m.conf": "user gateway\ninclude_dir conf.d\nlistener 9\n", "conf.d/B.conf": "certfile b\n", "conf.d/a.conf": "listener 8883\n", "conf.d/c.txt": "listener 1\n",
		"conf.d/d.conf": "include_dir conf.d\n",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if l := c.Listeners[0]; l.Port != 8883 || l.CertFile.String() != "conf.d/B.conf:1" || c.User.Text != "gateway" {
		t.Errorf("%+v", c)
	}
	if len(c.Faults) == 0 || len(c.Files) > 1001 {
		t.Errorf("directories that include each other: %d faults, %d files", len(c.Faults), len(c.Files))
	}
	if _, err := brokerconf.Read("none.conf", in(nil)); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// FuzzRead: no text panics, and each fault has its line.
func FuzzRead(f *testing.F) {
	f.Add("per_listener_settings true\nlistener 8883 ::1\ncertfile a\nkeyfile b\npsk_hint x\nlistener 0 /s\nuse_identity_as_username true\ntls_version tlsv1.2\n")
	f.Add("include_dir .\nlistener\nconnection\nbridge_psk x\ncipers\nport 0\n\x00\xff")
	f.Add("listener 18446744073709551616\nlistener -1\nport 1e9\nprotocol websockets\n")
	f.Fuzz(func(t *testing.T, text string) {
		c := read(t, text)
		for _, fault := range c.Faults {
			if fault.Line < 1 || fault.File != "m.conf" || fault.Message == "" {
				t.Errorf("%+v", fault)
			}
		}
		if len(c.Listeners) == 0 {
			t.Error("no listener")
		}
	})
}
