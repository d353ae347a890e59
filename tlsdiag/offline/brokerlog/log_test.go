package brokerlog_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/offline/brokerlog"
)

const brokersLog = `1795493288: mosquitto version 2.0.11 running
1795493289: New connection from 10.0.0.7:43930 on port 8883.
1795493289: OpenSSL Error[0]: error:0A000418:SSL routines::tlsv1 alert unknown ca
1795493289: Client <unknown> disconnected: Protocol error.
1795493290: New connection from 10.0.0.7:43944 on port 8883.
1795493290: New client connected from 10.0.0.7:43944 as gateway-7 (p2, c1, k60).
1795493291: New connection from [2001:db8::9]:50000 on port 8883.
1795493292: OpenSSL Error[0]: error:0A000418:SSL routines::tlsv1 alert unknown ca
1795493292: Client <unknown> disconnected: Protocol error.
1795493293: New connection from 10.0.0.7:43950 on port 8883.
1795493293: OpenSSL Error[0]: error:0A0000C7:SSL routines::peer did not return a certificate
1795493293: Client <unknown> disconnected: Protocol error.
1795493294: New connection from 10.0.0.7:43951 on port 8883.
1795493294: OpenSSL Error[0]: error:0A0000C7:SSL routines::peer did not return a certificate
1795493294: Client <unknown> disconnected: Protocol error.
1795493295: Client connection from 10.0.0.8 failed: error:0A00009C:SSL routines::http request.
1795493296: New connection from 10.0.0.5:1 on port 1883.
1795493296: Client <unknown> disconnected due to protocol error.
`

func TestClientsAreToldApart(t *testing.T) {
	l := brokerlog.NewLog("")
	var got strings.Builder
	err := l.Read(strings.NewReader(brokersLog), func(e brokerlog.Entry) error {
		fmt.Fprintf(&got, "%d %s %s %d %d\n", e.Line, e.Client, e.Reading.Finding.ID, e.First, e.Count)
		return nil
	})
	const want = `3 10.0.0.7 issuer-not-trusted 3 1
8 2001:db8::9 issuer-not-trusted 3 2
11 10.0.0.7 client-certificate-required 11 1
14 10.0.0.7 client-certificate-required 11 2
16 10.0.0.8 unclassified 16 1
18 10.0.0.5 tls-to-plain-port 18 1
`
	if err != nil || got.String() != want {
		t.Errorf("%v\n%swant\n%s", err, got.String(), want)
	}
	s := l.Summary()
	if s.Lines != 18 || s.Failures != 6 || s.Connections != 6 || s.Accepted != 1 || len(s.Clients) != 4 || s.Elsewhere != 0 {
		t.Fatalf("%+v", s)
	}
	c := s.Clients[0]
	if c.Address != "10.0.0.7" || c.Total() != 3 || c.Connections != 4 || c.Accepted != 1 || fmt.Sprint(c.IDs) != "[gateway-7]" || len(c.Failures) != 2 ||
		c.Failures[1].Count != 2 || c.Failures[1].Last != "2026-11-24T04:08:14Z" {
		t.Errorf("%+v", c)
	}
}

// TestSeveralAtOnce: with several connections open, it is said that the client is one of them.
func TestSeveralAtOnce(t *testing.T) {
	entries := explain(t, "", `1795493289: New connection from 10.0.0.7:1 on port 8883.
1795493289: New connection from 10.0.0.8:2 on port 8883.
1795493289: OpenSSL Error[0]: error:0A000418:SSL routines::tlsv1 alert unknown ca
1795493289: Client <unknown> [10.0.0.7:1] disconnected: Protocol error.
`)
	if len(entries) != 1 || entries[0].Client != "10.0.0.8" || entries[0].OneOf != 2 {
		t.Errorf("%+v", entries)
	}
}

// TestStackIsOne: the lines of one error stack have one answer, and the vague line of a client gives way to a better one.
func TestStackIsOne(t *testing.T) {
	for _, test := range []struct {
		text string
		ids  string
	}{
		{"Error: Unable to load client key file \"client.key\".\nOpenSSL Error[0]: error:1400006B:UI routines::processing error\n" +
			"OpenSSL Error[1]: error:0480006D:PEM routines::problems getting password\nOpenSSL Error[9]: error:0A080009:SSL routines::PEM lib\n", "key-unreadable key-encrypted"},
		{"Unable to connect (A TLS error occurred.).\nOpenSSL Error[0]: error:0A000418:SSL routines::tlsv1 alert unknown ca\n", "client-issuer-not-trusted"},
		{"Client (null) sending CONNECT\nUnable to connect (A TLS error occurred.).\n", "issuer-not-trusted"},
		{"Error: The connection was lost.\nError: The connection was lost.\n", "client-certificate-required client-certificate-required"},
		{"OpenSSL Error[0]: error:0A080009:SSL routines::PEM lib\n", "unclassified"},
		{"1795493289: Client <unknown> disconnected: Protocol error.\n", "client-certificate-required"},
		{"OpenSSL Error[0]: error:0200008A:rsa routines::invalid padding\nOpenSSL Error[1]: error:1C880004:Provider routines::RSA lib\n" +
			"OpenSSL Error[2]: error:0A000086:SSL routines::certificate verify failed\n", "issuer-not-trusted"},
	} {
		var ids []string
		for _, e := range explain(t, "", test.text) {
			ids = append(ids, e.Reading.Finding.ID)
		}
		if got := strings.Join(ids, " "); got != test.ids {
			t.Errorf("%q: %q, want %q", test.text, got, test.ids)
		}
	}
}

// TestRubbish: line ends of DOS, long lines, bytes that are no UTF-8, and no last line end.
func TestRubbish(t *testing.T) {
	const line = "1795493289: OpenSSL Error[0]: error:0A000418:SSL routines::tlsv1 alert unknown ca"
	long := strings.Repeat("x", 1<<20)
	text := line + "\r\n" + long + line + "\n\x00\xff\xfe\n" + line + long + "\xff\n" + line
	entries := explain(t, "", text)
	if len(entries) != 3 || entries[2].Line != 5 {
		t.Fatalf("%d answers", len(entries))
	}
	for _, e := range entries {
		if strings.ContainsAny(e.Text, "\r\n\x00") || len(e.Text) > 400 || strings.ContainsRune(e.Text, '\uFFFD') {
			t.Errorf("%q", e.Text)
		}
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("disk on fire") }

func TestErrorsAreHandedOn(t *testing.T) {
	full := errors.New("full")
	err := brokerlog.NewLog("").Read(strings.NewReader("48\n48\n"), func(brokerlog.Entry) error { return full })
	if !errors.Is(err, full) {
		t.Error(err)
	}
	if err := brokerlog.NewLog("").Read(failing{}, nil); err == nil || err.Error() != "disk on fire" {
		t.Error(err)
	}
}

// endless is a log in which every connection is another one's and fails for another reason.
type endless struct {
	left int
	n    int
	rest []byte
}

func (e *endless) Read(p []byte) (int, error) {
	for len(e.rest) == 0 {
		if e.left <= 0 {
			return 0, io.EOF
		}
		e.n++
		e.rest = fmt.Appendf(nil, "1795493289: New connection from 10.%d.%d.%d:%d on port 8883.\n1795493289: OpenSSL Error[0]: error:0A%06X:SSL routines::x%d\n"+
			"1795493289: New client connected from 10.%[1]d.%d.%d:%d as gw-%[6]d (p2, c1, k60).\n", e.n>>16&255, e.n>>8&255, e.n&255, e.n%60000, 1000+e.n%3000, e.n)
		e.left -= len(e.rest)
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// TestMemoryIsConstant reads a log of 32 MB in which nothing comes twice.
func TestMemoryIsConstant(t *testing.T) {
	l := brokerlog.NewLog("")
	if err := l.Read(&endless{left: 32 << 20}, func(brokerlog.Entry) error { return nil }); err != nil {
		t.Fatal(err)
	}
	var after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&after)
	if after.HeapAlloc > 24<<20 {
		t.Errorf("%d MB are in use after 32 MB of log", after.HeapAlloc>>20)
	}
	if s := l.Summary(); len(s.Clients) > 1000 || s.Elsewhere == 0 || s.Lines < 300_000 {
		t.Errorf("%d clients, %d elsewhere, %d lines", len(s.Clients), s.Elsewhere, s.Lines)
	}
}

// FuzzLog: no line panics, and what is said of it can be printed.
func FuzzLog(f *testing.F) {
	f.Add([]byte(brokersLog))
	for _, l := range lines {
		f.Add([]byte(l.text))
	}
	f.Add([]byte("verify error:num=\nerror:0A000\n-0x\nSSL alert number 999\n[SSL: ]\nalert(\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		l := brokerlog.NewLog("")
		count := 0
		err := l.Read(bytes.NewReader(text), func(e brokerlog.Entry) error {
			count++
			if e.Reading.Finding.Headline == "" || e.Reading.Session == nil || e.First > e.Line || e.Count < 1 {
				t.Errorf("%+v", e)
			}
			return nil
		})
		if s := l.Summary(); err != nil || s.Failures != count {
			t.Errorf("%v: %d failures, %d answers", err, s.Failures, count)
		}
	})
}

func BenchmarkLog(b *testing.B) {
	text := []byte(strings.Repeat(brokersLog+strings.Repeat("1795493289: Received PUBLISH from gateway-7 (d0, q0, r0, m0, 'plant/hall/3/temperature', ... (23 bytes))\n", 80), 100))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if err := brokerlog.NewLog("").Read(bytes.NewReader(text), func(brokerlog.Entry) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
