package client

import (
	"bytes"
	"encoding/hex"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/tlstest"
)

// mostSent is what a server that never ends gets to send at most, lest the test does not end either.
const mostSent = 64 << 20

// Whatever a server does instead of a TLS handshake, the program ends in time, with the reference's line and exit code and a
// line of ours, and its memory stays bounded.
func TestHostileTLS(t *testing.T) {
	id := tlstest.Issue(tlstest.Template{Subject: tlstest.CN("broker")})
	ca := filepath.Join(t.TempDir(), "ca.crt")
	if err := os.WriteFile(ca, id.CertPEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	// A ServerHello of TLS 1.2 with TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, and renegotiation_info (RFC 5246, 7.4.1.3).
	hello := "16 0303 0031 02 00002d 0303" + strings.Repeat("5a", 32) + "00 c02f 00 0005 ff01 0001 00"
	chunk := "16 0303 4000" + strings.Repeat("00", 16384)
	cases := []struct {
		name    string
		said    string // after the ClientHello
		forever string // again and again after that
	}{
		{name: "garbage", said: "00112233445566778899aabbccddeeff"},
		{name: "garbage without end", forever: strings.Repeat("a5", 16384)},
		{name: "a record of a type that there is not", said: "63 0303 0001 00"},
		{name: "a record that is too long", said: "16 0303 ffff 0200"},
		{name: "half a record, then the end", said: "16 0303 0031 0200"},
		{name: "ServerHello of zeros", said: "16 0303 0004 02000000"},
		{name: "ServerHello of 16 MB", said: "16 0303 0004 02ffffff", forever: chunk},
		{name: "ServerHello, then garbage", said: hello + "00112233445566"},
		{name: "a handshake message that there is not", said: hello + "16 0303 0004 63000000"},
		{name: "ServerHello twice", said: hello + hello},
		{name: "Finished instead of Certificate", said: hello + "16 0303 0010 1400000c" + strings.Repeat("00", 12)},
		{name: "no certificates", said: hello + "16 0303 0007 0b000003000000"},
		{name: "a certificate longer than its message", said: hello + "16 0303 000a 0b000006 000003 ffffff"},
		{name: "a certificate of garbage", said: hello + "16 0303 000e 0b00000a 000007 000004 deadbeef"},
		{name: "Certificate of 16 MB", said: hello + "16 0303 000a 0bffffff fffffc fffff9", forever: chunk},
		{name: "ChangeCipherSpec at once", said: "14 0303 0001 01"},
		{name: "ChangeCipherSpec without end", forever: "14 0303 0001 01"},
		{name: "HelloRequest without end", said: hello, forever: "16 0303 0004 00000000"},
		{name: "empty records without end", said: hello, forever: "16 0303 0000"},
		{name: "warning alerts without end", said: hello, forever: "15 0303 0002 0164"},
		{name: "alerts of three bytes", said: "15 0303 0003 020000"},
		{name: "application data without keys", said: hello + "17 0303 0004 30020000"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { meetTLS(t, ca, c.said, c.forever) })
	}
	t.Logf("%d cases", len(cases))
}

func meetTLS(t *testing.T, ca, said, forever string) {
	port := scripted(t, func(b *broker) {
		header := make([]byte, 5)
		if _, err := io.ReadFull(b, header); err != nil {
			return
		}
		if _, err := io.CopyN(io.Discard, b, int64(header[3])<<8|int64(header[4])); err != nil {
			return
		}
		b.say(said)
		overwhelm(b.TCPConn, forever)
		_ = b.CloseWrite()
		_, _ = io.Copy(io.Discard, b)
	})
	before := allocated()
	began := time.Now()
	got := program(t, port, nil, "pub", "-t", "a", "-m", "x", "--cafile", ca, "--connect-timeout", "2")()
	grown := allocated() - before
	first, ours, _ := strings.Cut(got.stderr, "\n")
	if got.code != codeTLS || got.stdout != "" || first != "Error: A TLS error occurred" || !strings.HasPrefix(ours, "tls: ") {
		t.Errorf("exit %d, stdout %q, stderr:\n%s", got.code, got.stdout, got.stderr)
	}
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("that took %v", took)
	}
	if grown > 32<<20 {
		t.Errorf("%d bytes were allocated", grown)
	}
}

// overwhelm sends the same bytes until the program leaves.
func overwhelm(c net.Conn, text string) {
	if text == "" {
		return
	}
	one, _ := hex.DecodeString(strings.ReplaceAll(text, " ", "")) // the table is checked by its cases
	many := bytes.Repeat(one, max(1, 64<<10/len(one)))
	for sent := 0; sent < mostSent; sent += len(many) {
		if _, err := c.Write(many); err != nil {
			return
		}
	}
}

// allocated counts all bytes that were ever allocated.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
