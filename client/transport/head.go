package transport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
)

// The most that the head of a response may have.
const (
	maxHead   = 16 << 10 // bytes
	maxFields = 128
)

// errNotHTTP is a peer that does not speak HTTP/1.1.
var errNotHTTP = errors.New("the answer is not HTTP/1.1")

// head is a status line and header fields (RFC 9112, 4 and 5).
type head struct {
	status int
	reason string
	fields []headField
}

// headField is one header field.
type headField struct{ name, value string }

// get returns the value of the first field with a name, case-insensitively; empty if there is none.
func (h *head) get(name string) string {
	for _, f := range h.fields {
		if strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// lists tells whether a field that is a list of words has one of them (RFC 9110, 5.6.1).
func (h *head) lists(name, word string) bool {
	for _, f := range h.fields {
		if !strings.EqualFold(f.name, name) {
			continue
		}
		for w := range strings.SplitSeq(f.value, ",") {
			if strings.EqualFold(strings.TrimSpace(w), word) {
				return true
			}
		}
	}
	return false
}

// readHead reads the head of a response and returns what was read behind it. What is no HTTP is an error as soon as
// that is clear; then the head is nil and the rest what came.
func readHead(c io.Reader) (*head, []byte, error) {
	buf := make([]byte, 0, 2048)
	for {
		if end := headEnd(buf); end >= 0 {
			h, err := parseHead(string(buf[:end]))
			if err != nil {
				return nil, buf, err
			}
			return h, buf[end:], nil
		}
		if !looksLikeHTTP(buf) {
			return nil, buf, errNotHTTP
		}
		if len(buf) >= maxHead {
			return nil, buf, fmt.Errorf("the head of the answer has more than %d bytes", maxHead)
		}
		if len(buf) == cap(buf) {
			buf = append(make([]byte, 0, min(4*cap(buf), maxHead)), buf...)
		}
		n, err := c.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if n == 0 && err != nil {
			return nil, buf, err
		}
	}
}

// headEnd is where the head ends: behind its empty line. It is -1 if that has not come.
func headEnd(buf []byte) int {
	for at := 0; ; {
		i := bytes.IndexByte(buf[at:], '\n')
		if i < 0 {
			return -1
		}
		line := bytes.TrimSuffix(buf[at:at+i], []byte("\r"))
		at += i + 1
		if len(line) == 0 {
			return at
		}
	}
}

const protocolStart = "HTTP/"

func looksLikeHTTP(buf []byte) bool {
	n := min(len(buf), len(protocolStart))
	return string(buf[:n]) == protocolStart[:n]
}

// parseHead reads a whole head strictly: no folded lines, no blanks around names.
func parseHead(text string) (*head, error) {
	status, rest, _ := strings.Cut(text, "\n")
	h, err := parseStatus(strings.TrimSuffix(status, "\r"))
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(rest) {
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if line == "" {
			break
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok || !isToken(name) {
			return nil, fmt.Errorf("a header field of the answer is malformed: %s", excerpt(line))
		}
		if len(h.fields) == maxFields {
			return nil, fmt.Errorf("the answer has more than %d header fields", maxFields)
		}
		h.fields = append(h.fields, headField{name, strings.Trim(value, " \t")})
	}
	return h, nil
}

// parseStatus reads a status line: HTTP/1.1 101 Switching Protocols.
func parseStatus(line string) (*head, error) {
	version, rest, _ := strings.Cut(line, " ")
	code, reason, _ := strings.Cut(rest, " ")
	if version != "HTTP/1.1" && version != "HTTP/1.0" || len(code) != 3 {
		return nil, errNotHTTP
	}
	h := &head{reason: strings.TrimSpace(reason)}
	for _, digit := range code {
		if digit < '0' || digit > '9' {
			return nil, errNotHTTP
		}
		h.status = h.status*10 + int(digit-'0')
	}
	if h.status < 100 {
		return nil, errNotHTTP
	}
	return h, nil
}

// isToken tells whether s can be the name of a header field (RFC 9110, 5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && strings.IndexByte("!#$%&'*+-.^_`|~", c) < 0 {
			return false
		}
	}
	return s != ""
}

// excerptSize is how much of what a peer says goes into a message.
const excerptSize = 80

// excerpt is the beginning of what a peer said, on one line.
func excerpt(s string) string {
	if len(s) > excerptSize {
		s = s[:excerptSize] + "…"
	}
	return strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), "\uFFFD")
}

// ahead is a connection of which some bytes were read already.
type ahead struct {
	net.Conn
	rest []byte
}

// Read reads what was read ahead first.
func (a *ahead) Read(p []byte) (int, error) {
	if len(a.rest) == 0 {
		return a.Conn.Read(p)
	}
	n := copy(p, a.rest)
	a.rest = a.rest[n:]
	return n, nil
}

// CloseWrite closes our direction.
func (a *ahead) CloseWrite() error { return closeWrite(a.Conn) }
