package tlsdiag_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/offline/pcap"
	"github.com/culex-mqtt/culex/tlsdiag/record"
	"github.com/culex-mqtt/culex/tlsdiag/report"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

const captureFile = "testdata/captures.pcap"

// captured is the content of testdata/captures.pcap: one connection for each line of captures.txt, in its order.
func captured(t testing.TB, keys *record.KeyLog) []*pcap.Connection {
	t.Helper()
	f, err := os.Open(captureFile)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	found := map[int]*pcap.Connection{}
	totals, err := pcap.Read(f, pcap.Options{Keys: keys}, func(c *pcap.Connection) {
		if port := int(c.Client.Port()); found[port] != nil {
			t.Errorf("port %d twice", port)
		} else {
			found[port] = c
		}
	})
	if err != nil || totals.GivenUp+totals.Other+totals.Fragments+totals.Cut != 0 {
		t.Fatal(totals, err)
	}
	out := make([]*pcap.Connection, len(captureNames(t)))
	for i := range out {
		if out[i] = found[firstPort+i]; out[i] == nil {
			t.Fatalf("no connection from port %d", firstPort+i)
		}
	}
	return out
}

// captureNames are the names in captures.txt, as those of the cases: cause, variant, version.
func captureNames(t testing.TB) []string {
	t.Helper()
	b, err := os.ReadFile("testdata/captures.txt")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(b)) {
		port, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		if port != strconv.Itoa(firstPort+len(names)) {
			t.Fatalf("%q is out of order", line)
		}
		names = append(names, name)
	}
	return names
}

func captureKeys(t testing.TB) *record.KeyLog {
	t.Helper()
	b, err := os.ReadFile("testdata/captures.keys")
	keys := new(record.KeyLog)
	if err != nil || keys.Add(b) < 200 {
		t.Fatal("keys are missing: ", err)
	}
	return keys
}

// captureDials says how the client of each capture dialled.
func captureDials() map[string]tlstest.Dial {
	dials := map[string]tlstest.Dial{}
	for _, f := range capturedFaults() {
		f.Cause = causeName(f.Cause)
		for i, version := range f.Versions {
			dials[caseName(f, version, i == len(f.Versions)-1)] = f.Dial
		}
		f.Variant = "openssl"
		dials[caseName(f, 0, true)] = f.Dial
	}
	for _, s := range setups() {
		for _, version := range s.versions() {
			dials[s.caseName(version)] = s.dial
		}
	}
	return dials
}

// unseen are the causes that no capture shows, whoever has the keys, and what is found instead.
var unseen = map[string]string{
	"clock-ahead":              "ca-expired",                 // when the client's program was built
	"server-name-trailing-dot": "client-refused-certificate", // the dot is not in the SNI
}

// TestCaptures judges real sessions, in four ways: by the capture alone, with what the client trusts, with the keys, and
// with both. With both, the cause is the one that the client itself names.
func TestCaptures(t *testing.T) {
	dials, names := captureDials(), captureNames(t)
	bare, open := captured(t, nil), captured(t, captureKeys(t))
	var lines bytes.Buffer
	for i, name := range names {
		dial, ok := dials[name]
		if !ok {
			t.Fatalf("%s: no such fault", name)
		}
		want, _, _ := strings.Cut(name, "+")
		if instead := unseen[want]; instead != "" {
			want = instead
		}
		trust := tlsdiag.Trust{OSCerts: dial.OSCerts}
		if dial.Trust != nil {
			trust.CAFile = write(t, t.TempDir(), "ca.crt", dial.Trust)
		}
		fmt.Fprintf(&lines, "%s\n", name)
		for _, way := range []struct {
			name  string
			c     *pcap.Connection
			trust tlsdiag.Trust
		}{{"capture", bare[i], tlsdiag.Trust{}}, {"+cafile", bare[i], trust}, {"+keylog", open[i], tlsdiag.Trust{}}, {"+both", open[i], trust}} {
			o := observed(way.c, way.trust)
			got := string(o.Outcome)
			if o.Outcome == tlsdiag.Failed {
				got = o.Finding.ID
			}
			if way.name == "+both" && got != want {
				t.Errorf("%s: %s\n%s", name, got, report.Text(o.Finding, report.Options{}))
			}
			fmt.Fprintf(&lines, "  %-8s %s %s\n", way.name, got, o.Finding.Confidence)
		}
	}
	golden(t, "testdata/captures.golden", lines.Bytes())
}

func observed(c *pcap.Connection, trust tlsdiag.Trust) tlsdiag.Observed {
	return tlsdiag.Observe(tlsdiag.Settings{Trust: trust, Program: "mosquitto_pub", Policy: tlsdiag.Policy{SecurityLevel: 2}}, c)
}

// TestCaptureCases keeps the evidence of the causes that only a capture can have.
func TestCaptureCases(t *testing.T) {
	all := captured(t, nil)
	for i, name := range captureNames(t) {
		switch name {
		case "server-name-mismatch", "client-issuer-not-trusted":
			s := observed(all[i], tlsdiag.Trust{}).Evidence
			found := find(s)
			s.Target.Port = 8883
			if *update {
				save(t, found.ID, func() *evidence.Session { return s })
			}
			if kept := find(readEvidence(t, filepath.Join(caseDir, found.ID, "evidence.json"))); kept.Headline != found.Headline {
				t.Errorf("%s: %q is kept, %q is found", found.ID, kept.Headline, found.Headline)
			}
		}
	}
}

// TestCapturesWithoutKeys: what TLS 1.2 shows of the chain is found without keys as it is with them.
func TestCapturesWithoutKeys(t *testing.T) {
	names := captureNames(t)
	bare, open := captured(t, nil), captured(t, captureKeys(t))
	failures := 0
	for i, name := range names {
		if h := bare[i].Seen.Flow.ServerHello; h == nil || h.Version != evidence.TLS12 || strings.HasPrefix(name, "peer-is-https") {
			continue
		}
		a, b := observed(bare[i], tlsdiag.Trust{}), observed(open[i], tlsdiag.Trust{})
		if a.Finding.ID != b.Finding.ID || a.Outcome != b.Outcome {
			t.Errorf("%s: %s %s, with keys %s %s", name, a.Outcome, a.Finding.ID, b.Outcome, b.Finding.ID)
		}
		if a.Outcome == tlsdiag.Failed {
			failures++
		}
	}
	if failures < 30 {
		t.Errorf("%d failures only", failures)
	}
}

// TestCaptureAlerts holds the alerts against Wireshark's.
func TestCaptureAlerts(t *testing.T) {
	path, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("tshark is not installed")
	}
	for _, test := range []struct {
		name, keys string
		log        *record.KeyLog
	}{{"without keys", os.DevNull, nil}, {"with keys", "testdata/captures.keys", captureKeys(t)}} {
		cmd := exec.Command(path, "-r", captureFile, "-o", "tls.keylog_file:"+test.keys, "-Y", "tls.alert_message.desc",
			"-T", "fields", "-e", "frame.number", "-e", "tls.alert_message.desc")
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]bool{}
		for line := range strings.Lines(string(out)) {
			frame, alerts, _ := strings.Cut(strings.TrimSpace(line), "\t")
			for alert := range strings.SplitSeq(alerts, ",") {
				want[frame+" "+alert] = true
			}
		}
		got := map[string]bool{}
		for _, c := range captured(t, test.log) {
			if c.Protocol == pcap.MQTT {
				// Wireshark looks for no TLS there.
				continue
			}
			for _, a := range c.Seen.Flow.Alerts {
				if a.Code != evidence.AlertUnread {
					got[fmt.Sprintf("%d %d", a.Packet, a.Code)] = true
				}
			}
		}
		for alert := range want {
			if !got[alert] {
				t.Errorf("%s: Wireshark sees %s (packet, code), and nobody here", test.name, alert)
			}
		}
		for alert := range got {
			if !want[alert] {
				t.Errorf("%s: %s (packet, code) is seen here, and not by Wireshark", test.name, alert)
			}
		}
		if len(want) < 30 {
			t.Errorf("%s: %d alerts only", test.name, len(want))
		}
	}
}
