package record_test

import (
	"crypto/tls"
	"net"
	"slices"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

const client, server = evidence.SideClient, evidence.SideServer

// tap records what two ends of a pipe say to each other, in order.
type tap struct {
	net.Conn
	from    evidence.Side
	capture *record.Capture
}

func (c tap) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.capture.Chunks = append(c.capture.Chunks, record.Chunk{From: server, Data: slices.Clone(p[:n])})
	}
	return n, err
}

func (c tap) Write(p []byte) (int, error) {
	c.capture.Chunks = append(c.capture.Chunks, record.Chunk{From: client, Data: slices.Clone(p)})
	return c.Conn.Write(p)
}

// handshake captures one between crypto/tls's client and server.
func handshake(t *testing.T, version uint16, ask bool) record.Capture {
	t.Helper()
	ca := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("Plant CA"), Extensions: tlstest.CA()})
	leaf := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker.lan"), Issuer: ca, Extensions: tlstest.Server(tlstest.DNS("broker.lan"))})
	cfg := &tls.Config{MinVersion: version, MaxVersion: version, Certificates: []tls.Certificate{leaf.TLS(ca)}, NextProtos: []string{"mqtt"}}
	if ask {
		cfg.ClientAuth = tls.RequestClientCert
	}
	a, b := net.Pipe()
	var capture record.Capture
	done := make(chan error, 1)
	go func() {
		s := tls.Server(b, cfg)
		err := s.Handshake()
		done <- err
		b.Read(make([]byte, 256))
		b.Close()
	}()
	c := tls.Client(tap{a, client, &capture}, &tls.Config{
		ServerName: "broker.lan", InsecureSkipVerify: true, NextProtos: []string{"mqtt"}, MinVersion: tls.VersionTLS12,
		CurvePreferences: []tls.CurveID{tls.X25519, tls.CurveP256},
	})
	if err := c.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	c.Close()
	return capture
}

func names(f evidence.Flow, from evidence.Side) []string {
	var out []string
	for _, m := range f.Messages {
		if m.From == from {
			out = append(out, m.Name)
		}
	}
	return out
}

func TestReadHandshakeTLS12(t *testing.T) {
	seen := record.Read(handshake(t, tls.VersionTLS12, true))
	want := []string{"ServerHello", "Certificate", "ServerKeyExchange", "CertificateRequest", "ServerHelloDone"}
	if got := names(seen.Flow, server); !slices.Equal(got[:5], want) {
		t.Errorf("server sent %q", got)
	}
	if got := names(seen.Flow, client); !slices.Equal(got, []string{"ClientHello", "Certificate", "ClientKeyExchange"}) {
		t.Errorf("client sent %q", got)
	}
	h := seen.Flow.ServerHello
	if h == nil || h.Version != evidence.TLS12 || h.Group != uint16(tls.X25519) || h.Retry {
		t.Errorf("ServerHello %+v", h)
	}
	if len(seen.Server) != 2 || len(seen.Client) != 0 || !seen.ClientAnswered || seen.Request == nil {
		t.Errorf("%d certificates, %d of the client, request %+v", len(seen.Server), len(seen.Client), seen.Request)
	}
	if seen.Stage != evidence.StageEstablished {
		t.Errorf("stage %s", seen.Stage)
	}
}

func TestReadHandshakeTLS13(t *testing.T) {
	seen := record.Read(handshake(t, tls.VersionTLS13, true))
	if got := names(seen.Flow, server); !slices.Equal(got, []string{"ServerHello"}) {
		t.Errorf("server sent %q", got)
	}
	ch := seen.Flow.ClientHello
	if ch == nil || ch.ServerName != "broker.lan" || !slices.Equal(ch.ALPN, []string{"mqtt"}) ||
		!slices.Contains(ch.Versions, evidence.TLS13) || !slices.Equal(ch.Groups, []uint16{29, 23}) || len(ch.CipherSuites) < 5 {
		t.Errorf("ClientHello %+v", ch)
	}
	if ch.Size != seen.Flow.Records[0].Length+5 {
		t.Errorf("size %d, record of %d", ch.Size, seen.Flow.Records[0].Length)
	}
	if h := seen.Flow.ServerHello; h == nil || h.Version != evidence.TLS13 || h.Group != 29 {
		t.Errorf("ServerHello %+v", h)
	}
	if seen.Stage != evidence.StageEstablished {
		t.Errorf("stage %s", seen.Stage)
	}
	if a := seen.Flow.Alerts; len(a) == 0 || a[0].Code != evidence.AlertUnread || !a[0].Encrypted {
		t.Errorf("the farewell was not seen: %+v", a)
	}
}

// TestReadInAnyPieces cuts a handshake into pieces of one byte.
func TestReadInAnyPieces(t *testing.T) {
	whole := handshake(t, tls.VersionTLS12, false)
	var pieces record.Capture
	for _, c := range whole.Chunks {
		for i := range c.Data {
			pieces.Chunks = append(pieces.Chunks, record.Chunk{From: c.From, Data: c.Data[i : i+1]})
		}
	}
	a, b := record.Read(whole), record.Read(pieces)
	if len(a.Flow.Records) != len(b.Flow.Records) || len(a.Flow.Messages) != len(b.Flow.Messages) || a.Stage != b.Stage {
		t.Errorf("%+v\n%+v", a.Flow, b.Flow)
	}
}

func hello(t *testing.T) []byte {
	t.Helper()
	return handshake(t, tls.VersionTLS13, false).Chunks[0].Data
}

func TestReadAlerts(t *testing.T) {
	ch := hello(t)
	for _, test := range []struct {
		name   string
		answer string
		want   evidence.Alert
	}{
		{"fatal", "\x15\x03\x03\x00\x02\x02\x46", evidence.Alert{From: server, Level: 2, Code: 70, Stage: evidence.StageHello}},
		{"with an old version", "\x15\x03\x01\x00\x02\x02\x28", evidence.Alert{From: server, Level: 2, Code: 40, Stage: evidence.StageHello}},
		{"warning", "\x15\x03\x03\x00\x02\x01\x70", evidence.Alert{From: server, Level: 1, Code: 112, Stage: evidence.StageHello}},
		{"sealed", "\x15\x03\x03\x00\x1a" + string(make([]byte, 26)),
			evidence.Alert{From: server, Code: evidence.AlertUnread, Stage: evidence.StageHello, Encrypted: true}},
	} {
		seen := record.Read(record.Capture{Chunks: []record.Chunk{{From: client, Data: ch}, {From: server, Data: []byte(test.answer)}}})
		if len(seen.Flow.Alerts) != 1 || seen.Flow.Alerts[0] != test.want {
			t.Errorf("%s: %+v", test.name, seen.Flow.Alerts)
		}
	}
}

func TestReadUnfinished(t *testing.T) {
	ch := hello(t)
	for _, test := range []struct {
		name   string
		answer string
		want   *evidence.Unfinished
	}{
		{"nothing", "", nil},
		{"a whole record", "\x16\x03\x03\x00\x01\x02", nil},
		{"cut short", "\x16\x03\x03\x05\x00\x02\x00", &evidence.Unfinished{Announced: 0x500, Received: 2}},
		{"a piece of a header", "\x16\x03\x03", &evidence.Unfinished{}},
		{"a length that no record has", "\x16\x03\x03\xff\xff\x02", nil},
	} {
		chunks := []record.Chunk{{From: client, Data: ch}}
		if test.answer != "" {
			chunks = append(chunks, record.Chunk{From: server, Data: []byte(test.answer)})
		}
		u := record.Read(record.Capture{Chunks: chunks}).Flow.Unfinished
		if (u == nil) != (test.want == nil) || u != nil && *u != *test.want {
			t.Errorf("%s: %+v", test.name, u)
		}
	}
}

func TestRetryIsNotTheEnd(t *testing.T) {
	retry := "\x16\x03\x03\x00\x38\x02\x00\x00\x34\x03\x03" +
		"\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c" +
		"\x00\x13\x01\x00\x00\x0c\x00\x2b\x00\x02\x03\x04\x00\x33\x00\x02\x00\x18"
	seen := record.Read(record.Capture{Chunks: []record.Chunk{{From: client, Data: hello(t)}, {From: server, Data: []byte(retry)}}})
	h := seen.Flow.ServerHello
	if h == nil || !h.Retry || h.Version != evidence.TLS13 || h.Group != 24 || h.CipherSuite != 0x1301 {
		t.Errorf("%+v", h)
	}
}

func TestRecognise(t *testing.T) {
	for _, test := range []struct{ bytes, protocol, detail string }{
		{"HTTP/1.1 400 Bad Request\r\nServer: x\r\n", "HTTP", "HTTP/1.1 400 Bad Request"},
		{"<!DOCTYPE html>\n<html>", "HTTP", "<!DOCTYPE html>"},
		{"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03", "HTTP", "HTTP/2"},
		{"SSH-2.0-dropbear_2022.83\r\n", "SSH", "SSH-2.0-dropbear_2022.83"},
		{"220 mail.example ESMTP Postfix\r\n", "SMTP", "220 mail.example ESMTP Postfix"},
		{"220 ProFTPD Server (Debian)\r\n", "FTP", "220 ProFTPD Server (Debian)"},
		{"220 welcome\r\n", "SMTP or FTP", "220 welcome"},
		{"AMQP\x00\x00\x09\x01", "AMQP", "AMQP\x00\x00\x09\x01"},
		{"\x20\x02\x00\x01", "MQTT", ""},
		{"\x20\x03\x00\x84\x00", "MQTT", ""},
		{"\x20\x02\x00", "MQTT", ""},
		{"\x20\x01\x00", "", ""},
		{"\x4a\x00\x00\x00\x0a5.7.33\x00", "MySQL", ""},
		{"\xff\xfd\x18\xff\xfd\x20", "Telnet", ""},
		{"hello", "", ""},
		{"", "", ""},
	} {
		s := record.Recognise([]byte(test.bytes))
		if s.Protocol != test.protocol || s.Detail != test.detail {
			t.Errorf("%q: %+v", test.bytes, s)
		}
	}
	long := record.Recognise(slices.Repeat([]byte("220 ESMTP "), 100))
	if len(long.FirstBytes) != 64 || len(long.Detail) > 80 {
		t.Errorf("%d bytes and a line of %d are kept", len(long.FirstBytes), len(long.Detail))
	}
}

func TestStrangerKeepsNothingOfOurs(t *testing.T) {
	connect := []byte("\x10\x20\x00\x04MQTT\x04\xc2\x00\x3c\x00\x01c\x00\x05admin\x00\x06secret")
	seen := record.Read(record.Capture{Chunks: []record.Chunk{{From: client, Data: connect}, {From: server, Data: []byte("\x15\x03\x01\x00\x02\x02\x46")}}})
	if len(seen.Flow.Records) != 1 || seen.Flow.Stranger != nil || len(seen.Flow.Alerts) != 1 {
		t.Errorf("%+v", seen.Flow)
	}
}

func TestAlertTable(t *testing.T) {
	assigned := []int{
		0, 10, 20, 21, 22, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 60, 70, 71, 80, 86, 90, 100,
		109, 110, 111, 112, 113, 114, 115, 116, 117, 120, 121,
	}
	for _, code := range assigned {
		d := record.Describe(code)
		if d.Code != code || d.Name == "" || d.RFC == "" || d.Meaning == "" {
			t.Errorf("%d: %+v", code, d)
		}
	}
	for code := range 256 {
		if !slices.Contains(assigned, code) && record.Describe(code).Meaning != "" {
			t.Errorf("%d has a meaning", code)
		}
	}
	if d := record.Describe(200); d.Name != "alert 200" {
		t.Errorf("%+v", d)
	}
}

// TestBounds feeds what is made to be large.
func TestBounds(t *testing.T) {
	many := slices.Repeat([]byte("\x16\x03\x03\x00\x04\x0e\x00\x00\x00"), 5000)
	seen := record.Read(record.Capture{Chunks: []record.Chunk{{From: server, Data: many}}})
	if n, m := len(seen.Flow.Records), len(seen.Flow.Messages); n > 256 || m > 64 || !seen.Flow.Truncated {
		t.Errorf("%d records and %d messages are kept", n, m)
	}
	alerts := slices.Repeat([]byte("\x15\x03\x03\x00\x02\x01\x5a"), 5000)
	if seen := record.Read(record.Capture{Chunks: []record.Chunk{{From: server, Data: alerts}}}); len(seen.Flow.Alerts) > 16 {
		t.Errorf("%d alerts are kept", len(seen.Flow.Alerts))
	}
}
