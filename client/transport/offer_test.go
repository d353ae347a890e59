package transport

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/probe"
)

// TestIANANames holds the names that are derived from OpenSSL's against OpenSSL's own table of both.
func TestIANANames(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("openssl is not installed")
	}
	out, err := exec.Command(openssl, "ciphers", "-V", "-stdname", "ALL:COMPLEMENTOFALL:@SECLEVEL=0").Output()
	if err != nil {
		t.Fatal(err)
	}
	names := map[uint16]string{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		if len(words) < 5 {
			t.Fatalf("%q", line)
		}
		high, low, _ := strings.Cut(words[0], ",")
		id, err := strconv.ParseUint(high[2:]+low[2:], 16, 16)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		names[uint16(id)] = words[2]
	}
	compared := 0
	for _, s := range OpenSSLSuites() {
		want, ok := names[s.ID]
		if !ok {
			continue
		}
		compared++
		if got := probe.IANAName(s.Name); got != want {
			t.Errorf("%#04x %s: %s, want %s", s.ID, s.Name, got, want)
		}
	}
	if compared < 100 {
		t.Errorf("%d suites were compared", compared)
	}
}
