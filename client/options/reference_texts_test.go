package options_test

import (
	"errors"
	"testing"

	"github.com/culex-mqtt/culex/client/options"
)

// TestReferenceTexts holds the texts of mosquitto 2.1.2 against ours, byte by byte.
func TestReferenceTexts(t *testing.T) {
	const hint = "\nUse 'mosquitto_pub --help' to see usage.\n"
	const subHint = "\nUse 'mosquitto_sub --help' to see usage.\n"
	tests := []struct {
		program string
		args    []string
		want    string
	}{
		{"mosquitto_pub", []string{"-t", "g/1", "-m", "a", "-m", "b"}, "Error: Only one type of message can be sent at once.\n\n" + hint},
		{"mosquitto_pub", []string{"-t", "g/+", "-m", "a"}, "Error: Invalid publish topic 'g/+', does it contain '+' or '#'?\n" + hint},
		{"mosquitto_pub", []string{"-t", "g/1", "-m", "x", "-k", "4"}, "Error: Invalid keepalive given, it must be between 5 and 65535 inclusive.\n\n" + hint},
		{"mosquitto_pub", []string{"-t", "g/1", "-m", "x", "-q", "3"}, "Error: Invalid QoS given: 3\n" + hint},
		{"mosquitto_pub", []string{"-t", "g/1", "-m", "x", "-C", "1"}, "Error: Unknown option '-C'.\n" + hint},
		{"mosquitto_pub", []string{"-t", "g/1", "-m"}, "Error: -m argument given but no message specified.\n\n" + hint},
		{"mosquitto_pub", []string{"-t", "g/1", "-m", "x", "-V", "4"}, "Error: Invalid protocol version argument given.\n\n" + hint},
		{"mosquitto_pub", []string{"-t", "g/1", "-m", "x", "-c"}, "Error: You must provide a client id if you are using the -c option.\n" + hint},
		{"mosquitto_pub", []string{"-t", "g/1", "-m", "x", "-D", "publish", "will-delay-interval", "1"}, "Error: will-delay-interval property not allowed for publish in --property argument.\n\n" + hint},
		{"mosquitto_pub", []string{"-t", "g/1", "-m", "x", "-P", "pw"}, "Error: Problem setting username and/or password.\n"},
		{"mosquitto_sub", nil, "Error: You must specify a topic to subscribe to (-t) or unsubscribe from (-U).\n" + subHint},
		{"mosquitto_sub", []string{"-t", "a/#/b"}, "Error: Invalid subscription topic 'a/#/b', are all '+' and '#' wildcards correct?\n" + subHint},
		{"mosquitto_sub", []string{"-t", "a", "-F", "%z"}, "Error: Invalid format specifier 'z'.\n" + subHint},
		{"mosquitto_sub", []string{"-t", "a", "-F", "%"}, "Error: Incomplete format specifier.\n" + subHint},
		{"mosquitto_sub", []string{"-t", "a", "-R", "--retained-only"}, "\nError: Combining '-R' and '--retained-only' makes no sense.\n"},
		{"mosquitto_sub", []string{"-t", "a", "-C", "0"}, "Error: Invalid message count \"0\".\n\n" + subHint},
		{"mosquitto_sub", []string{"-t", "a", "-W", "0"}, "Error: Invalid timeout \"0\".\n\n" + subHint},
		{"mosquitto_rr", []string{"-t", "a", "-m", "c"}, "Error: All of topic, message, and response topic must be supplied.\n\nUse 'mosquitto_rr --help' to see usage.\n"},
		{"mosquitto_pub", []string{"--cafile", "ca.crt", "--cert", "client.crt", "-t", "a", "-m", "x"}, "Error: Both certfile and keyfile must be provided if one of them is set.\n" + hint},
		{"mosquitto_pub", []string{"--cafile", "ca.crt", "--tls-version", "tlsv9", "-t", "a", "-m", "x"}, "Error: Problem setting TLS options, check the options are valid.\n"},
		{"mosquitto_pub", []string{"--psk", "aabbccdd", "-t", "a", "-m", "x"}, "Error: --psk-identity required if --psk used.\n" + hint},
		{"mosquitto_pub", []string{"--psk", "xyz", "--psk-identity", "psku", "-t", "a", "-m", "x"}, "Error: Problem setting TLS-PSK options.\n"},
		{"mosquitto_pub", []string{"-V"}, "Error: --protocol-version argument given but no version specified.\n\n" + hint},
		{"mosquitto_pub", []string{"-M"}, "Error: -M argument given but max_inflight not specified.\n\n" + hint},
		{"mosquitto_pub", []string{"--topic"}, "Error: -t argument given but no topic specified.\n\n" + hint},
		{"mosquitto_pub", []string{"-D", "bogus", "a", "b"}, "Error: Invalid command bogus given in --property argument.\n\n" + hint},
	}
	for _, test := range tests {
		_, err := run(test.program, test.args, world{}.env())
		var usage *options.UsageError
		if !errors.As(err, &usage) {
			t.Errorf("%s %q: %v", test.program, test.args, err)
			continue
		}
		if usage.Text != test.want || usage.Usage {
			t.Errorf("%s %q:\n got %q\nwant %q", test.program, test.args, usage.Text, test.want)
		}
	}
}

func TestVersionText(t *testing.T) {
	if got, want := options.VersionText(options.CommandPub, "0.9.1"), "mosquitto_pub version 2.1.2 running on culex 0.9.1.\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	_, err := run("mosquitto_pub", []string{"--version"}, world{}.env())
	if !errors.Is(err, options.ErrVersion) {
		t.Errorf("--version: %v", err)
	}
}
