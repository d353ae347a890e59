package record_test

import (
	"encoding/json"
	"testing"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// FuzzRead feeds a flow in which the first byte of each piece says whose it is
// and how long it is: nothing panics, and nothing grows beyond its bound.
func FuzzRead(f *testing.F) {
	f.Add([]byte("\x87\x15\x03\x03\x00\x02\x02\x46"))
	f.Add([]byte("\x05\x10\x0d\x00\x04M\x84\x20\x02\x00\x01"))
	f.Add([]byte("\x90HTTP/1.1 400 Bad"))
	f.Add([]byte("\x8e\x16\x03\x03\x00\x09\x02\x00\x00\x05\x03\x03\x01\x02\x03"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var c record.Capture
		for len(b) > 0 {
			n := min(int(b[0]&0x7f), len(b)-1)
			from := evidence.SideClient
			if b[0]&0x80 != 0 {
				from = evidence.SideServer
			}
			c.Chunks = append(c.Chunks, record.Chunk{From: from, Data: b[1 : 1+n]})
			b = b[1+n:]
		}
		seen := record.Read(c)
		if len(seen.Flow.Records) > 256 || len(seen.Flow.Messages) > 64 || len(seen.Flow.Alerts) > 18 || len(seen.Server) > 64 {
			t.Errorf("too much is kept: %+v", seen.Flow)
		}
		s := evidence.Session{Flow: seen.Flow}
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var back evidence.Session
		if err := json.Unmarshal(text, &back); err != nil {
			t.Errorf("%v: %s", err, text)
		}
	})
}

// FuzzMessages reads the same bytes as each message that is understood.
func FuzzMessages(f *testing.F) {
	f.Add([]byte("\x03\x03" + string(make([]byte, 33)) + "\x00\x02\x13\x01\x01\x00\x00\x07\x00\x0d\x00\x03\x00\x01\x04"))
	f.Add([]byte("\x03\x03" + string(make([]byte, 33)) + "\x13\x01\x00\x00\x06\x00\x2b\x00\x02\x03\x04"))
	f.Add([]byte("\x00\x00\x06\x00\x00\x03\x30\x01\x00"))
	f.Add([]byte("\x01\x40\x00\x02\x04\x03\x00\x04\x00\x02\x30\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := record.ClientHello(b); err == nil {
			if n := len(h.CipherSuites) + len(h.Groups) + len(h.Signatures) + len(h.Versions) + len(h.ALPN); n > len(b)+1 {
				t.Errorf("%d elements out of %d bytes", n, len(b))
			}
		}
		if h, err := record.ServerHello(b); err == nil && h == nil {
			t.Error("nothing and no error")
		}
		if list, err := record.Certificates(b); err == nil && len(list) > len(b)/3 {
			t.Errorf("%d certificates out of %d bytes", len(list), len(b))
		}
		for _, v := range []evidence.Version{evidence.TLS11, evidence.TLS12, evidence.TLS13} {
			if r, err := record.CertificateRequest(b, v); err == nil && len(r.CAs) > len(b)/2 {
				t.Errorf("%d names out of %d bytes", len(r.CAs), len(b))
			}
		}
	})
}
