package options_test

import (
	"testing"

	"github.com/culex-mqtt/culex/client/options"
)

// The command line of a gateway: 15 options.
func gatewayArgs() []string {
	return []string{
		"-h", "broker.example.org", "-p", "8883", "-t", "gateway/1/temperature", "-m", "21.5", "-q", "1", "-u", "gateway", "-P", "secret",
		"-i", "gateway-1", "-k", "30", "--cafile", "/etc/ssl/ca.crt", "--cert", "/etc/ssl/client.crt", "--key", "/etc/ssl/client.key",
		"--will-topic", "gateway/1/state", "--will-payload", "gone", "-V", "5",
	}
}

func BenchmarkParsePub(b *testing.B) {
	env := world{}.env()
	args := gatewayArgs()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := options.ParsePub(options.AsReference, args, env); err != nil {
			b.Fatal(err)
		}
	}
}
