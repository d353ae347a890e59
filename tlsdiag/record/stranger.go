package record

import (
	"bytes"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Limits of what is kept of a peer that does not speak TLS.
const (
	strangerBytes = 64
	strangerLine  = 80
)

// greeting recognises a protocol by what a server says first.
type greeting struct {
	protocol string
	prefix   string
}

var greetings = [...]greeting{
	{"HTTP", "HTTP/"}, {"HTTP", "<!DOCTYPE"}, {"HTTP", "<!doctype"}, {"HTTP", "<html"}, {"HTTP", "<HTML"},
	{"SSH", "SSH-"}, {"AMQP", "AMQP"}, {"RTSP", "RTSP/"}, {"POP3", "+OK"}, {"IMAP", "* OK"}, {"VNC", "RFB 0"},
	{"Telnet", "\xff\xfb"}, {"Telnet", "\xff\xfd"}, {"Redis", "-ERR"}, {"Redis", "-DENIED"}, {"STOMP", "ERROR\n"},
}

// LooksLikeTLS reports whether a stream may begin with a TLS record: a known
// content type and major version 3, as far as there are bytes.
func LooksLikeTLS(b []byte) bool {
	if len(b) == 0 || b[0] < TypeChangeCipherSpec || b[0] > TypeApplicationData {
		return false
	}
	return len(b) < 2 || b[1] == 3
}

// Recognise names the protocol of a server whose first bytes are not TLS.
func Recognise(b []byte) *evidence.Stranger {
	s := &evidence.Stranger{FirstBytes: bytes.Clone(b[:min(len(b), strangerBytes)])}
	for _, g := range greetings {
		if bytes.HasPrefix(b, []byte(g.prefix)) {
			s.Protocol = g.protocol
			if b[0] < 0x80 {
				s.Detail = firstLine(b)
			}
			return s
		}
	}
	switch {
	case bytes.HasPrefix(b, []byte("220")):
		s.Protocol, s.Detail = mailOrFiles(b), firstLine(b)
	case isHTTP2(b):
		s.Protocol, s.Detail = "HTTP", "HTTP/2"
	case isConnack(b):
		s.Protocol = "MQTT"
	case isMySQL(b):
		s.Protocol = "MySQL"
	}
	return s
}

func firstLine(b []byte) string {
	b, _, _ = bytes.Cut(b[:min(len(b), strangerLine)], []byte("\n"))
	return strings.ToValidUTF8(string(bytes.TrimRight(b, "\r ")), "�")
}

// mailOrFiles tells the two protocols apart that greet with 220.
func mailOrFiles(b []byte) string {
	line := strings.ToUpper(firstLine(b))
	switch {
	case strings.Contains(line, "SMTP"):
		return "SMTP"
	case strings.Contains(line, "FTP"):
		return "FTP"
	}
	return "SMTP or FTP"
}

// isHTTP2 looks for a SETTINGS frame on stream 0 (RFC 9113 section 3.4).
func isHTTP2(b []byte) bool {
	return len(b) >= 9 && b[0] == 0 && b[3] == 4 && bytes.Equal(b[5:9], make([]byte, 4))
}

// isConnack looks for a CONNACK: [MQTT-3.2] in all versions, at least two
// bytes of which the first holds the session present flag alone. Fewer bytes
// than a packet are enough, since some brokers close in the middle.
func isConnack(b []byte) bool {
	return len(b) >= 3 && b[0] == 0x20 && b[1] >= 2 && b[2] <= 1
}

// isMySQL looks for protocol 10's initial handshake packet.
func isMySQL(b []byte) bool {
	return len(b) >= 5 && b[2] == 0 && b[3] == 0 && b[4] == 10
}
