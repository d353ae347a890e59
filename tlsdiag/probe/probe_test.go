package probe_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/probe"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

var connect = []byte("\x10\x0c\x00\x04MQTT\x04\x02\x00\x3c\x00\x00")

// some are a few suites, as OpenSSL names them.
func some() []probe.Suite {
	return []probe.Suite{
		{ID: 0x1301, Name: "TLS_AES_128_GCM_SHA256", Here: true}, {ID: 0x1302, Name: "TLS_AES_256_GCM_SHA384", Here: true},
		{ID: 0xc02b, Name: "ECDHE-ECDSA-AES128-GCM-SHA256", Here: true}, {ID: 0xc02f, Name: "ECDHE-RSA-AES128-GCM-SHA256", Here: true},
		{ID: 0x009e, Name: "DHE-RSA-AES128-GCM-SHA256"}, {ID: 0x00a8, Name: "PSK-AES128-GCM-SHA256"}, {ID: 0xc01d, Name: "SRP-AES-128-CBC-SHA"},
	}
}

// against probes a peer that is one function; each connection gets a pipe.
func against(t *testing.T, each time.Duration, peer func(net.Conn)) (evidence.Probes, int) {
	t.Helper()
	var connections atomic.Int32
	got := probe.Run(context.Background(), probe.Config{
		Dial: func(context.Context) (net.Conn, error) {
			here, there := net.Pipe()
			connections.Add(1)
			go func() {
				defer there.Close()
				peer(there)
			}()
			return here, nil
		},
		Connect: connect, ServerName: "broker.lan", Suites: some(),
		Each: each, Total: 10 * time.Second, Now: tlstest.Now, Random: rand.Reader,
	})
	return got, int(connections.Load())
}

// answer reads the first bytes and says something.
func answer(says string) func(net.Conn) {
	return func(c net.Conn) {
		c.Read(make([]byte, 4096))
		io.WriteString(c, says)
	}
}

func results(p evidence.Probes) string {
	var out []string
	for _, r := range p.Runs {
		out = append(out, string(r.Kind)+" "+string(r.Result))
	}
	return strings.Join(out, ", ")
}

// TestStrangePeers: what is no TLS is named, and not asked again and again.
func TestStrangePeers(t *testing.T) {
	for _, test := range []struct {
		name, says string
		want       string // the results begin with this
		most       int    // connections
	}{
		{"a plain broker", "\x20\x02\x00\x05", "plain-connect connack, tls-1.3 connack", 2},
		{"HTTP", "HTTP/1.1 400 Bad Request\r\n", "plain-connect stranger, tls-1.3 stranger", 2},
		{"who hangs up", "", "plain-connect closed, tls-1.3 closed, tls-1.2 closed, tls-1.1 closed, tls-1.0 closed, small-hello closed, large-hello closed", 7},
		{"half a record", "\x16\x03\x03\x40\x00\x02", "plain-connect closed, tls-1.3 closed", 7},
		{"an alert", "\x15\x03\x03\x00\x02\x02\x50", "plain-connect alert, tls-1.3 alert, tls-1.2 alert, tls-1.1 alert, tls-1.0 alert", 5},
		{"an unknown name", "\x15\x03\x03\x00\x02\x02\x70", "plain-connect alert, tls-1.3 alert", 8},
		{"rubbish", strings.Repeat("\xff\x00\x80", 200), "plain-connect stranger, tls-1.3 stranger", 2},
	} {
		got, connections := against(t, time.Second, answer(test.says))
		if s := results(got); !strings.HasPrefix(s, test.want) || connections > test.most || got.CutShort != "" {
			t.Errorf("%s: %d connections, %q: %s", test.name, connections, got.CutShort, s)
		}
	}
}

// TestSilenceEndsIt: a peer that does not answer is not asked for long.
func TestSilenceEndsIt(t *testing.T) {
	for name, peer := range map[string]func(net.Conn){
		"silent": func(c net.Conn) { io.Copy(io.Discard, c) },
		"stalled": func(c net.Conn) {
			c.Read(make([]byte, 4096))
			io.WriteString(c, "\x16\x03\x03\x10")
			io.Copy(io.Discard, c)
		},
	} {
		got, connections := against(t, 20*time.Millisecond, peer)
		if connections != 3 || got.CutShort != "3 connections in a row had no complete answer" || len(got.Offers.Versions) != 2 ||
			got.Offers.Speaks(evidence.TLS13) != evidence.NotObserved {
			t.Errorf("%s: %d connections, %q, %s", name, connections, got.CutShort, results(got))
		}
	}
}

// TestNoConnection: a dial that fails is a result like others.
func TestNoConnection(t *testing.T) {
	cfg := probe.Config{Dial: func(context.Context) (net.Conn, error) { return nil, errors.New("no") }, Connect: connect,
		Suites: some(), Each: time.Second, Total: time.Second, Now: tlstest.Now, Random: rand.Reader}
	if s := results(probe.Run(context.Background(), cfg)); s != "plain-connect unreached, tls-1.3 unreached, tls-1.2 unreached" {
		t.Error(s)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if got := probe.Run(ctx, cfg); got.CutShort != "interrupted" || len(got.Runs) != 0 {
		t.Errorf("%q, %s", got.CutShort, results(got))
	}
	cfg.Random = bytes.NewReader(nil)
	if got := probe.Run(context.Background(), cfg); got.CutShort == "" {
		t.Error("without random bytes it goes on")
	}
}

// TestTimeIsBounded: the limit for all probes holds whatever a peer does.
func TestTimeIsBounded(t *testing.T) {
	got := probe.Run(context.Background(), probe.Config{
		Dial: func(ctx context.Context) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		},
		Suites: some(), Each: time.Minute, Total: 20 * time.Millisecond, Now: tlstest.Now, Random: rand.Reader,
	})
	if got.CutShort != "the time for all probes, 20ms, was over" {
		t.Error(got.CutShort)
	}
}

// TestProgressAndNumbers: each probe is told of once, and has its number.
func TestProgressAndNumbers(t *testing.T) {
	l, err := tlstest.Sound().Listen(0x0303)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var told []evidence.ProbeKind
	got := probe.Run(context.Background(), probe.Config{
		Dial: func(ctx context.Context) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "tcp", l.Addr())
		},
		Suites: some(), ServerName: "broker.lan", Each: 5 * time.Second, Total: 20 * time.Second, Now: tlstest.Now, Random: rand.Reader,
		Progress: func(kind evidence.ProbeKind) { told = append(told, kind) },
	})
	var ran []evidence.ProbeKind
	for i, r := range got.Runs {
		ran = append(ran, r.Kind)
		if r.Number != i+1 {
			t.Errorf("probe %d has the number %d", i+1, r.Number)
		}
	}
	if !slices.Equal(told, ran) || got.Offers.Speaks(evidence.TLS12) != evidence.Yes || got.Offers.Speaks(evidence.TLS13) != evidence.No {
		t.Errorf("told of %v, ran %v, %+v", told, ran, got.Offers.Versions)
	}
	if len(got.Offers.Suites) != 1 || got.Offers.Suites[0].IANA != "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256" {
		t.Errorf("%+v", got.Offers.Suites)
	}
	with, without := got.Run(evidence.ProbeName), got.Run(evidence.ProbeNoName)
	if with == nil || without == nil || with.Leaf == "" || with.Leaf != without.Leaf || with.Subject != "CN=broker.lan" {
		t.Errorf("%+v, %+v", with, without)
	}
}
