package options_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unsafe"

	"github.com/culex-mqtt/culex/client/mqtt"
	"github.com/culex-mqtt/culex/client/options"
)

func mustPub(t *testing.T, w world, line string) *options.Pub {
	t.Helper()
	o, err := options.ParsePub(options.AsReference, append(words(t, line), "-n"), w.env())
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return o
}

func TestTrust(t *testing.T) {
	tests := []struct {
		line string
		want options.Trust
		port uint16
	}{
		{"-t a", options.Unencrypted, 1883},
		{"-t a --cafile x", options.TrustFiles, 8883},
		{"-t a --cafile ''", options.TrustFiles, 8883},
		{"-t a --capath x", options.TrustFiles, 8883},
		{"-t a --cafile x --tls-use-os-certs", options.TrustBoth, 8883},
		{"-t a --tls-use-os-certs", options.TrustOS, 1883},
		{"-t a -p 8883", options.TrustOS, 8883},
		{"-t a -p 8883 --cafile x", options.TrustFiles, 8883},
		{"-t a --cafile x -p 1883", options.TrustFiles, 1883},
		{"-t a --psk ab --psk-identity i", options.TrustKey, 8883},
		{"-t a --psk ab --psk-identity i --tls-use-os-certs", options.TrustKey, 8883},
		{"-L mqtt://h/t", options.Unencrypted, 1883},
		{"-L mqtts://h/t", options.TrustOS, 8883},
		{"-L mqtts://h:1/t", options.TrustOS, 1},
		{"-L wss://h/t", options.TrustOS, 8883},
		{"-L mqtt://h:8883/t", options.TrustOS, 8883},
		{"-L mqtts://h/t --cafile x", options.TrustBoth, 8883},
		{"-t a --no-tls --cafile x", options.Unencrypted, 8883},
		{"-t a --no-tls -p 8883", options.Unencrypted, 8883},
		{"-t a --unix /s --cafile x", options.TrustFiles, 0},
		{"-t a --cert x --key y", options.Unencrypted, 1883},
		{"-t a --insecure --ciphers x --tls-version tlsv1.3 --tls-alpn x", options.Unencrypted, 1883},
	}
	for _, test := range tests {
		o := mustPub(t, world{}, test.line)
		if got := o.Trust(); got != test.want {
			t.Errorf("%s: trust %v, want %v", test.line, got, test.want)
		}
		if got := o.EffectivePort(); got != test.port {
			t.Errorf("%s: port %d, want %d", test.line, got, test.port)
		}
	}
}

func TestWarnings(t *testing.T) {
	const turnsOn = " without TLS: the connection is not encrypted; what turns TLS on is --cafile, --capath, --tls-use-os-certs, --psk, -L mqtts:// or port 8883"
	w := world{files: fstest.MapFS{
		"private": {Data: []byte("x"), Mode: 0o640},
		"public":  {Data: []byte("x"), Mode: 0o644},
		"pipe":    {Data: []byte("x"), Mode: fs.ModeNamedPipe | 0o644},
	}}
	tests := []struct {
		line string
		want []string
	}{
		{"-t a", nil},
		{"-t a --insecure", []string{"--insecure" + turnsOn}},
		{"-t a --cert x --key y --tls-version tlsv1.2 --ciphers z --tls-alpn m --tls-keylog k",
			[]string{"--cert, --key, --tls-version, --ciphers, --tls-alpn, --tls-keylog" + turnsOn}},
		{"-t a --insecure --cafile x", nil},
		{"-t a --insecure -p 8883", nil},
		{"-t a --insecure --no-tls", nil},
		{"-t a --pw-file /private", nil},
		{"-t a --pw-file /pipe", nil},
		{"-t a --pw-file /public", []string{"others can read the password in /public: use chmod 600"}},
		{"-t a --pw-file /public -P y", nil},
	}
	for _, test := range tests {
		if got := mustPub(t, w, test.line).Warnings(); !slices.Equal(got, test.want) {
			t.Errorf("%s:\n got %q\nwant %q", test.line, got, test.want)
		}
	}
}

func TestPasswordFile(t *testing.T) {
	for content, want := range map[string]string{
		"a":        "a",
		"a\n":      "a",
		"a\r\n":    "a",
		"a\n\n":    "a\n",
		" a \n":    " a ",
		"a\nb":     "a\nb",
		"\xff\x00": "\xff\x00",
	} {
		w := world{files: fstest.MapFS{"f": {Data: []byte(content)}}}
		if got := *mustPub(t, w, "-t a --pw-file /f").Password; got != want {
			t.Errorf("%q: %q, want %q", content, got, want)
		}
	}
}

func TestClientID(t *testing.T) {
	for line, want := range map[string]string{
		"-t a":         "",
		"-t a -V 31":   "",
		"-t a -i x":    "x",
		"-t a -I gw-":  "gw-4711",
		"-t a -I ''":   "4711",
		"-t a -i x -c": "x",
	} {
		if got := mustPub(t, world{}, line).ClientID(); got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

func TestSessionRules(t *testing.T) {
	tests := []struct {
		line       string
		version    mqtt.Version
		cleanStart bool
		expiry     options.Expiry
		properties string
	}{
		{"-t a", mqtt.V311, true, 0, ""},
		{"-t a -V 5", mqtt.V5, true, 0, "21 00 14"},
		{"-t a -V 31 -c -i x", mqtt.V31, false, options.NeverExpires, ""},
		{"-t a -V 5 -c -i x", mqtt.V5, false, options.NeverExpires, "11 ff ff ff ff 21 00 14"},
		{"-t a -c -i x -x 5", mqtt.V5, false, 5, "11 00 00 00 05 21 00 14"},
		{"-t a -x 0 -c -i x", mqtt.V5, false, 0, "21 00 14"},
		{"-t a -x 5 -V 311", mqtt.V311, true, 5, ""},
		{"-t a -V 311 -x 5", mqtt.V5, true, 5, "11 00 00 00 05 21 00 14"},
		{"-t a -V 311 -D connect receive-maximum 7", mqtt.V5, true, 0, "21 00 07"},
		{"-t a -x 1 -D connect user-property k v", mqtt.V5, true, 1, "26 00 01 6b 00 01 76 11 00 00 00 01 21 00 14"},
	}
	for _, test := range tests {
		o := mustPub(t, world{}, test.line)
		if o.MQTTVersion() != test.version || o.CleanStart() != test.cleanStart || o.SessionExpiry() != test.expiry {
			t.Errorf("%s: version %v, clean start %v, expiry %d", test.line, o.MQTTVersion(), o.CleanStart(), o.SessionExpiry())
		}
		if got := fmt.Sprintf("% x", []byte(o.ConnectProperties(o.ReceiveMaximum()))); got != test.properties {
			t.Errorf("%s: properties %s, want %s", test.line, got, test.properties)
		}
	}
}

func TestReceiveMaximum(t *testing.T) {
	for line, want := range map[string]uint16{"-t a": 20, "-t a -C 1": 1, "-t a -C 19": 19, "-t a -C 500": 20} {
		o, err := options.ParseSub(options.AsReference, words(t, line), world{}.env())
		if err != nil {
			t.Fatal(err)
		}
		if got := o.ReceiveMaximum(); got != want {
			t.Errorf("%s: %d, want %d", line, got, want)
		}
	}
}

func TestRequest(t *testing.T) {
	for line, want := range map[string]string{
		"-t a -e b -m c": "08 00 01 62",
		"-t a -e b -m c -D publish content-type t":        "03 00 01 74 08 00 01 62",
		"-t a -e b -m c -D publish content-type t -V 311": "",
	} {
		o, err := options.ParseRR(options.AsReference, words(t, line), world{}.env())
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("% x", []byte(o.RequestProperties())); got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
		if o.ReceiveMaximum() != 1 {
			t.Errorf("%s: Receive Maximum %d", line, o.ReceiveMaximum())
		}
	}
}

func TestSubscriptionOptions(t *testing.T) {
	for line, want := range map[string]byte{
		"-t a":                                                0x00,
		"-t a -R":                                             0x20,
		"-t a --retain-handling new":                          0x10,
		"-t a --retain-as-published":                          0x08,
		"-t a --retain-as-published -R":                       0x28,
		"-t a --retain-handling new -R":                       0x20,
		"-t a -R --retain-handling new":                       0x10,
		"-t a --retain-handling never --no-tls -q 2":          0x20,
		"-t a --retain-handling new --retain-handling always": 0x00,
	} {
		o, err := options.ParseSub(options.AsReference, words(t, line), world{}.env())
		if err != nil {
			t.Fatal(err)
		}
		if got := o.SubscriptionOptions(mqtt.V5); got != want {
			t.Errorf("%s: %#02x, want %#02x", line, got, want)
		}
		if got := o.SubscriptionOptions(mqtt.V311); got != 0 {
			t.Errorf("%s: %#02x in 3.1.1", line, got)
		}
	}
}

// TestLimits tries the longest and the shortest words that are too long.
func TestLimits(t *testing.T) {
	long := func(n int) string { return strings.Repeat("a", n) }
	tests := []struct {
		args []string
		want string // the start of the error, empty if there is none
	}{
		{[]string{"-t", long(65535)}, ""},
		{[]string{"-t", long(65536)}, "Error: Invalid publish topic 'aaa"},
		{[]string{"-t", long(65537)}, "Error: Malformed UTF-8 in -t argument."},
		{[]string{"-t", strings.Repeat("/", 200)}, ""},
		{[]string{"-t", strings.Repeat("/", 201)}, "Error: Invalid publish topic"},
		{[]string{"-t", "a", "-i", long(65535)}, ""},
		{[]string{"-t", "a", "-i", long(65536)}, "Error: Invalid id."},
		{[]string{"-t", "a", "-u", long(65535)}, ""},
		{[]string{"-t", "a", "-u", long(65536)}, "Error: Problem setting username and/or password."},
		{[]string{"-t", "a", "-u", "a", "-P", long(65535)}, ""},
		{[]string{"-t", "a", "-u", "a", "-P", long(65536)}, "Error: Problem setting username and/or password."},
		{[]string{"-t", "a", "--will-topic", "w", "--will-payload", long(65535)}, ""},
		{[]string{"-t", "a", "--will-topic", "w", "--will-payload", long(65536)}, "Error: Problem setting will."},
		{[]string{"-t", "a", "-D", "publish", "content-type", long(65535)}, ""},
		{[]string{"-t", "a", "-D", "publish", "content-type", long(65536)}, "Error adding property content-type 6"},
		{[]string{"-t", "a", "-D", "publish", "correlation-data", long(65535)}, ""},
		{[]string{"-t", "a", "-D", "publish", "correlation-data", long(65536)}, "Error: Property value too long for property correlation-data."},
		{[]string{"-t", "a", "-p", "0", "-h", long(107)}, ""},
		{[]string{"-t", "a", "-p", "0", "-h", long(108)}, "Unable to connect (Invalid input)."},
		{[]string{"-t", "a", "--tls-alpn", long(254)}, ""},
		{[]string{"-t", "a", "--tls-alpn", long(255)}, "Error: Problem setting TLS ALPN protocol."},
	}
	for _, test := range tests {
		_, err := run("mosquitto_pub", append(test.args, "-n"), world{}.env())
		got := ""
		if err != nil {
			got = err.Error()
		}
		if test.want == "" && got != "" || !strings.HasPrefix(got, test.want) {
			t.Errorf("%.60q: %.80q, want %q", test.args, got, test.want)
		}
	}
}

func TestLongestMessage(t *testing.T) {
	// The bytes are never touched, so no memory is used for them.
	message := make([]byte, options.MaxPayload+1)
	text := unsafe.String(&message[0], len(message))
	if _, err := run("mosquitto_pub", []string{"-t", "a", "-m", text[1:]}, world{}.env()); err != nil {
		t.Errorf("%d bytes: %v", len(text)-1, err)
	}
	_, err := run("mosquitto_pub", []string{"-t", "a", "-m", text}, world{}.env())
	if err == nil || !strings.HasPrefix(err.Error(), "Error: Message length must be less than 268435455 bytes.\n\n\n") {
		t.Errorf("%d bytes: %v", len(text), err)
	}
}

func TestDiagFormatFromEnvironment(t *testing.T) {
	for value, want := range map[string]options.DiagFormat{"json": options.DiagJSON, "text": options.DiagText, "xml": options.DiagText} {
		w := world{vars: map[string]string{"CULEX_DIAG": value}}
		if got := mustPub(t, w, "-t a").DiagFormat; got != want {
			t.Errorf("CULEX_DIAG=%s: %v", value, got)
		}
		if got := mustPub(t, w, "-t a --diag-format text").DiagFormat; got != options.DiagText {
			t.Errorf("CULEX_DIAG=%s --diag-format text: %v", value, got)
		}
	}
}
