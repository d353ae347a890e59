package options_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/options"
)

// FuzzArgv reads any words, one a line, as the arguments of each program.
func FuzzArgv(f *testing.F) {
	f.Add(strings.Join(gatewayArgs(), "\n"))
	f.Add("-L\nmqtts://u:p@[::1]:8883/t\n-n\n--proxy\nsocks5h://u%40:p@h:1")
	f.Add("-D\npublish\nuser-property\nk\nv\n-x\n∞\n-i\nc")
	f.Fuzz(func(t *testing.T, text string) {
		args := strings.Split(text, "\n")
		for _, program := range []string{"mosquitto_pub", "mosquitto_sub", "mosquitto_rr", "culex pub"} {
			tryTwice(t, program, args, world{vars: map[string]string{"SECRET": "x"}})
		}
	})
}

// FuzzOptionFile reads any bytes as an option file.
func FuzzOptionFile(f *testing.F) {
	f.Add("# comment\n-h broker\n-t a b\n-m \"x\"\r\n")
	f.Add("-D publish user-property key some value\n-d -r\n-n")
	f.Add("-m " + strings.Repeat("x", 1100) + "\n\x00\n")
	f.Fuzz(func(t *testing.T, content string) {
		w := world{vars: map[string]string{"XDG_CONFIG_HOME": "/etc"}, files: fstest.MapFS{}}
		for _, program := range []string{"mosquitto_pub", "mosquitto_sub", "mosquitto_rr"} {
			w.files["etc/"+program] = &fstest.MapFile{Data: []byte(content)}
			tryTwice(t, program, []string{"-t", "t"}, w)
		}
	})
}

// tryTwice runs a command line twice and checks what must hold whatever it is.
func tryTwice(t *testing.T, program string, args []string, w world) {
	o, err := run(program, args, w.env())
	again, errAgain := run(program, args, w.env())
	if !reflect.DeepEqual(o, again) || !reflect.DeepEqual(err, errAgain) {
		t.Fatalf("%s %q: %v and then %v", program, args, err, errAgain)
	}
	if err != nil {
		checkError(t, program, append(args, w.content()), err)
		return
	}
	client := clientOf(o)
	if client.QoS > 2 || client.WillQoS > 2 || client.KeepAlive < 5 || client.MaxInflight < 1 || client.ConnectTimeout <= 0 {
		t.Errorf("%s %q: out of range: %+v", program, args, client.Session)
	}
	if client.WillTopic != "" && !mqtt.ValidTopicName(string(client.WillTopic)) {
		t.Errorf("%s %q: will topic %q", program, args, client.WillTopic)
	}
	if id := client.ClientID(); len(id) > 65535 || !mqtt.ValidUTF8(id) {
		t.Errorf("%s %q: client identifier %q", program, args, id)
	}
	if err := client.ConnectProperties(20).Check(mqtt.CONNECT); err != nil {
		t.Errorf("%s %q: %v", program, args, err)
	}
	if err := client.Properties.Will.CheckWill(); err != nil {
		t.Errorf("%s %q: %v", program, args, err)
	}
	if client.Proxy != nil && (client.Proxy.Host == "" || client.Proxy.Port == 0) {
		t.Errorf("%s %q: proxy %+v", program, args, client.Proxy)
	}
}

// checkError checks the form of an error: whole lines, and a hint that names the program as it was called.
func checkError(t *testing.T, program string, args []string, err error) {
	if errors.Is(err, options.ErrHelp) || errors.Is(err, options.ErrVersion) {
		return
	}
	var usage *options.UsageError
	if !errors.As(err, &usage) {
		t.Fatalf("%s: %T %v", program, err, err)
	}
	if usage.Text == "" {
		return // --quiet
	}
	if !strings.HasSuffix(usage.Text, "\n") {
		t.Errorf("%s: no line end: %q", program, usage.Text)
	}
	hint := "\n\nUse '" + program + " --help' to see usage.\n"
	if strings.Contains(usage.Text, " --help' to see usage.\n") && !strings.HasSuffix("\n"+usage.Text, hint) {
		t.Errorf("%s: the hint is not at the end: %q", program, usage.Text)
	}
	if strings.Contains(usage.Text, "%!") && !strings.Contains(strings.Join(args, ""), "%!") {
		t.Errorf("%s: a badly formatted text: %q", program, usage.Text)
	}
}

// content is all text in the files of the world.
func (w world) content() string {
	var b strings.Builder
	for _, file := range w.files {
		b.Write(file.Data)
	}
	return b.String()
}
