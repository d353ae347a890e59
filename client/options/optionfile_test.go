package options_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/culex-mqtt/culex/client/options"
)

func TestOptionFilePath(t *testing.T) {
	files := fstest.MapFS{}
	for _, name := range []string{"xdg/mosquitto_pub", "xdg/mosquitto_sub", "home/.config/mosquitto_pub", "home/.config/mosquitto_rr", "mosquitto_pub", "other"} {
		files[name] = &fstest.MapFile{Data: []byte("-h " + name + "\n")}
	}
	tests := []struct {
		program, line string
		vars          map[string]string
		want          string
	}{
		{"mosquitto_pub", "", nil, "localhost"},
		{"mosquitto_pub", "", map[string]string{"HOME": "/home"}, "home/.config/mosquitto_pub"},
		{"mosquitto_pub", "", map[string]string{"HOME": "/home", "XDG_CONFIG_HOME": "/xdg"}, "xdg/mosquitto_pub"},
		{"mosquitto_pub", "", map[string]string{"HOME": "/home", "XDG_CONFIG_HOME": "/nowhere"}, "localhost"},
		{"mosquitto_pub", "", map[string]string{"HOME": "/home", "XDG_CONFIG_HOME": ""}, "mosquitto_pub"},
		{"mosquitto_sub", "", map[string]string{"HOME": "/home", "XDG_CONFIG_HOME": "/xdg"}, "xdg/mosquitto_sub"},
		{"mosquitto_rr", "", map[string]string{"HOME": "/home"}, "home/.config/mosquitto_rr"},
		{"culex pub", "", map[string]string{"HOME": "/home"}, "home/.config/mosquitto_pub"},
		{"mosquitto_pub", "-o /other", map[string]string{"HOME": "/home"}, "other"},
		{"mosquitto_pub", "-o /nowhere", map[string]string{"HOME": "/home"}, "localhost"},
		{"mosquitto_pub", "-h x -o /other", map[string]string{"HOME": "/home"}, "x"},
	}
	for _, test := range tests {
		args := append(words(t, test.line), "-t", "t")
		o, err := parse(test.program, args, world{vars: test.vars, files: files}.env())
		if err != nil {
			t.Errorf("%s %s: %v", test.program, test.line, err)
			continue
		}
		if got := hostOf(o); got != test.want {
			t.Errorf("%s %s with %v: %s, want %s", test.program, test.line, test.vars, got, test.want)
		}
	}
}

func hostOf(o command) string {
	switch o := o.(type) {
	case *options.Pub:
		return o.Host
	case *options.Sub:
		return o.Host
	}
	return o.(*options.RR).Host
}

func TestOptionFileLines(t *testing.T) {
	long := strings.Repeat("x", 1020) // with "-m " one line of the longest kind
	tests := []struct {
		name, file, want string
	}{
		{"line ends", "-t a\r\n-m b\r\n\r\n\n-d\n", "= Topic \"a\"\n= Text \"b\"\n= Debug true\n"},
		{"several carriage returns", "-t a\n-m b\r\r\n", "= Topic \"a\"\n= Text \"b\"\n"},
		{"no line end", "-t a\n-m b", "= Topic \"a\"\n= Text \"b\"\n"},
		{"carriage return inside", "-t a\n-m b\rc\n", "= Topic \"a\"\n= Text \"b\\rc\"\n"},
		{"longest line", "-m " + long + "\n-t a\n", "= Topic \"a\"\n= Text \"" + long + "\"\n"},
		{"too long", "-m " + long + "--bogus\n", "Error: Unknown option '--bogus'.\n\nUse 'mosquitto_pub --help' to see usage.\n"},
		{"too long, with another option", "-t a\n-m " + long + "-d\n", "= Topic \"a\"\n= Text \"" + long + "\"\n= Debug true\n"},
		{"too long, with a comment", "-t a\n-m " + long + "#d\n", "= Topic \"a\"\n= Text \"" + long + "\"\n"},
		{"NUL", "-t a\n-m b\x00c\n\x00-q 3\n", "= Topic \"a\"\n= Text \"b\"\n"},
		{"empty", "", "Error: Both topic and message must be supplied.\n(usage)\n"},
	}
	for _, test := range tests {
		w := world{vars: map[string]string{"HOME": "/home"}, files: fstest.MapFS{optionFileOf("mosquitto_pub"): {Data: []byte(test.file)}}}
		o, err := run("mosquitto_pub", nil, w.env())
		if got := describe("mosquitto_pub", o, err); got != test.want {
			t.Errorf("%s:\n got %q\nwant %q", test.name, got, test.want)
		}
	}
}
