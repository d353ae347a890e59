package record_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// meeting is a handshake that is captured together with its keys.
type meeting struct {
	version, suite uint16
	refuse         bool // the client refuses the server's certificate
	ask            bool // the server asks for one
	identity       bool // the client has one
}

// run captures it. After the handshake the server says "CONNACK" and closes.
func (m meeting) run(t *testing.T) (record.Capture, *record.KeyLog) {
	t.Helper()
	leaf := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker.lan"), Key: tlstest.RSA(2048, 1), Extensions: tlstest.Server(tlstest.DNS("broker.lan"))})
	cfg := &tls.Config{MinVersion: m.version, MaxVersion: m.version, Certificates: []tls.Certificate{leaf.TLS()}, CipherSuites: []uint16{m.suite}}
	if m.ask {
		cfg.ClientAuth = tls.RequestClientCert
	}
	var log bytes.Buffer
	client := &tls.Config{ServerName: "broker.lan", InsecureSkipVerify: true, MinVersion: tls.VersionTLS11, MaxVersion: m.version,
		CipherSuites: []uint16{m.suite}, KeyLogWriter: &log, CurvePreferences: []tls.CurveID{tls.X25519}}
	if m.refuse {
		client.VerifyPeerCertificate = func([][]byte, [][]*x509.Certificate) error { return errors.New("refused") }
	}
	if m.identity {
		client.Certificates = []tls.Certificate{leaf.TLS()}
	}
	a, b := net.Pipe()
	var capture record.Capture
	done := make(chan struct{})
	go func() {
		defer close(done)
		s := tls.Server(b, cfg)
		if s.Handshake() == nil {
			s.Write([]byte("CONNACK"))
			s.Close()
		}
		b.Close()
	}()
	c := tls.Client(tap{a, evidence.SideClient, &capture}, client)
	if err := c.Handshake(); (err != nil) != m.refuse {
		t.Fatal(err)
	}
	if !m.refuse {
		buf := make([]byte, 64)
		for {
			if _, err := c.Read(buf); err != nil {
				break
			}
		}
	}
	c.Close()
	<-done
	keys := new(record.KeyLog)
	if keys.Add(log.Bytes()) == 0 {
		t.Fatal("no keys")
	}
	return capture, keys
}

func feed(capture record.Capture, keys *record.KeyLog) record.Seen {
	r := record.NewReader(keys)
	for _, c := range capture.Chunks {
		r.Feed(c)
	}
	return r.Finish()
}

func suites() []meeting {
	return []meeting{
		{version: tls.VersionTLS13},
		{version: tls.VersionTLS12, suite: tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
		{version: tls.VersionTLS12, suite: tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384},
		{version: tls.VersionTLS12, suite: tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256},
		{version: tls.VersionTLS12, suite: tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA},
		{version: tls.VersionTLS12, suite: tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA},
		{version: tls.VersionTLS12, suite: tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256},
		{version: tls.VersionTLS12, suite: tls.TLS_RSA_WITH_AES_256_GCM_SHA384},
		{version: tls.VersionTLS11, suite: tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA},
	}
}

// TestOpen: with the keys, the server's first words and its farewell are read, whatever the suite.
func TestOpen(t *testing.T) {
	for _, m := range suites() {
		t.Run(tls.VersionName(m.version)+" "+tls.CipherSuiteName(m.suite), func(t *testing.T) {
			capture, keys := m.run(t)
			seen := feed(capture, keys)
			if string(seen.First) != "CONNACK" || !seen.Answered || !seen.Accepted || !seen.Opened || seen.Stage != evidence.StageEstablished {
				t.Errorf("%q, %+v, %s", seen.First, seen.Application, seen.Stage)
			}
			if len(seen.Server) != 1 {
				t.Errorf("%d certificates", len(seen.Server))
			}
			farewell := evidence.Alert{From: server, Level: 1, Code: 0, Stage: evidence.StageEstablished, Encrypted: true}
			if a := seen.Flow.Alerts; len(a) == 0 || a[0] != farewell {
				t.Errorf("alerts %+v", a)
			}
			if bare := feed(capture, nil); len(bare.First) != 0 || bare.Opened || !bare.Answered {
				t.Errorf("without keys: %+v", bare.Application)
			}
		})
	}
}

// TestOpenRefusal: an alert in the handshake of TLS 1.3 is read, and the chain that it is about.
func TestOpenRefusal(t *testing.T) {
	capture, keys := meeting{version: tls.VersionTLS13, refuse: true}.run(t)
	seen := feed(capture, keys)
	want := evidence.Alert{From: client, Level: 2, Code: record.BadCertificate, Stage: evidence.StageServerFlight, Encrypted: true}
	if a := seen.Flow.Alerts; len(a) != 1 || a[0] != want || len(seen.Server) != 1 {
		t.Errorf("%+v, %d certificates", a, len(seen.Server))
	}
	want.Level, want.Code = 0, evidence.AlertUnread
	if a := feed(capture, nil).Flow.Alerts; len(a) != 1 || a[0] != want {
		t.Errorf("without keys: %+v", a)
	}
	if a := feed(capture, new(record.KeyLog)).Flow.Alerts; len(a) != 1 || a[0] != want {
		t.Errorf("with the keys of others: %+v", a)
	}
}

// TestFlight: the lengths of a client's records in TLS 1.3 tell what it sent.
func TestFlight(t *testing.T) {
	for _, test := range []struct {
		m               meeting
		requested, sent evidence.Answer
	}{
		{meeting{version: tls.VersionTLS13}, evidence.No, evidence.NotObserved},
		{meeting{version: tls.VersionTLS13, ask: true}, evidence.Yes, evidence.No},
		{meeting{version: tls.VersionTLS13, ask: true, identity: true}, evidence.Yes, evidence.Yes},
	} {
		capture, keys := test.m.run(t)
		if f := feed(capture, nil).Flight; f.Requested != test.requested || f.Sent != test.sent {
			t.Errorf("%+v: %+v", test.m, f)
		}
		seen := feed(capture, keys)
		if (seen.Request != nil) != test.m.ask || seen.ClientAnswered != test.m.ask || (len(seen.Client) == 1) != test.m.identity {
			t.Errorf("%+v: request %+v, %d certificates", test.m, seen.Request, len(seen.Client))
		}
	}
}

// TestReaderPasses: a long connection takes no more room than a short one, and its end is still seen.
func TestReaderPasses(t *testing.T) {
	capture, _ := meeting{version: tls.VersionTLS12, suite: tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}.run(t)
	r := record.NewReader(nil)
	last := len(capture.Chunks) - 1
	for _, c := range capture.Chunks[:last] {
		r.Feed(c)
	}
	if !r.Answered() {
		t.Fatal("not answered")
	}
	r.Forget()
	before := r.Held()
	bulk := append([]byte{23, 3, 3, 0x40, 0}, make([]byte, 0x4000)...)
	for range 1000 {
		r.Feed(record.Chunk{From: client, Data: bulk[:1448]})
		r.Feed(record.Chunk{From: client, Data: bulk[1448:]})
	}
	if after := r.Held(); after > before+64<<10 {
		t.Errorf("%d bytes are held, %d before", after, before)
	}
	r.Missing(client, 5000) // between two records: nobody knows where the next begins
	r.Feed(record.Chunk{From: client, Data: []byte("out of step")})
	r.Feed(record.Chunk{From: client, Data: append([]byte{21, 3, 3, 0, 26}, make([]byte, 26)...), Packet: 7})
	alerts := r.Finish().Flow.Alerts
	if len(alerts) == 0 || alerts[len(alerts)-1].Packet != 7 || alerts[len(alerts)-1].Code != evidence.AlertUnread {
		t.Errorf("%+v", alerts)
	}
}

// TestMissing: a gap inside a record that nobody looks at does no harm.
func TestMissing(t *testing.T) {
	r := record.NewReader(nil)
	r.Late()
	r.Feed(record.Chunk{From: server, Data: append([]byte{23, 3, 3, 0x40, 0}, make([]byte, 1000)...)})
	r.Missing(server, 0x4000-1000)
	r.Feed(record.Chunk{From: server, Data: []byte{21, 3, 3, 0, 2, 2, 40}, Packet: 3})
	if a := r.Finish().Flow.Alerts; len(a) != 1 || a[0].Code != 40 || a[0].Packet != 3 {
		t.Errorf("%+v", a)
	}
}

func TestKeyLog(t *testing.T) {
	random, secret := string(bytes.Repeat([]byte("ab"), 32)), string(bytes.Repeat([]byte("01"), 48))
	var k record.KeyLog
	for _, test := range []struct {
		line string
		n    int
	}{
		{"CLIENT_RANDOM " + random + " " + secret + "\n", 1},
		{"# a comment\r\n\n  CLIENT_TRAFFIC_SECRET_0 " + random + " " + secret, 1},
		{"EXPORTER_SECRET " + random + " " + secret, 0},
		{"CLIENT_RANDOM " + random, 0},
		{"CLIENT_RANDOM " + random[2:] + " " + secret, 0},
		{"CLIENT_RANDOM " + random + " xx" + secret, 0},
		{"CLIENT_RANDOM " + random + " " + secret + secret, 0},
		{"CLIENT_RANDOM zz" + random[2:] + " " + secret, 0},
		{"", 0},
	} {
		if n := k.Add([]byte(test.line)); n != test.n {
			t.Errorf("%q: %d", test.line, n)
		}
	}
}

// FuzzReader: whatever comes in whatever pieces, with keys or without.
func FuzzReader(f *testing.F) {
	f.Add([]byte{22, 3, 1, 0, 5, 1, 0, 0, 1, 0, 23, 3, 3, 0, 19}, uint8(3), true)
	f.Add([]byte("\x16\x03\x03\x00\x04\x0e\x00\x00\x00\x17\x03\x03\x40\x00"), uint8(200), false)
	f.Fuzz(func(t *testing.T, b []byte, piece uint8, late bool) {
		r := record.NewReader(new(record.KeyLog))
		if late {
			r.Late()
		}
		from := client
		for i := 0; len(b) > 0; i++ {
			n := min(int(piece)+1, len(b))
			r.Feed(record.Chunk{From: from, Data: b[:n], Packet: i})
			if b[0] == 0xee {
				r.Missing(from, int(b[n-1]))
			}
			if b = b[n:]; i%3 == 0 {
				from = map[evidence.Side]evidence.Side{client: server, server: client}[from]
			}
		}
		if held := r.Held(); held > 1<<20 {
			t.Errorf("%d bytes are held", held)
		}
		r.Forget()
		r.Finish()
	})
}
