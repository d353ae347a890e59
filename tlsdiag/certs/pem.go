package certs

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
)

// The labels under which OpenSSL reads certificates (RFC 7468 5.1 and two of its own).
const (
	labelCertificate    = "CERTIFICATE"
	labelX509           = "X509 CERTIFICATE"
	labelTrusted        = "TRUSTED CERTIFICATE"
	beginMark           = "-----BEGIN "
	endMark             = "-----END "
	dashes              = "-----"
	byteOrderMark       = "\xef\xbb\xbf"
	procType            = "Proc-Type: 4,ENCRYPTED"
	certificateRequest  = "CERTIFICATE REQUEST"
	encryptedPrivateKey = "ENCRYPTED PRIVATE KEY"
	privateKey          = "PRIVATE KEY"
	dekInfo             = "DEK-Info:"
)

// pemBlock is one block of a PEM file.
type pemBlock struct {
	label     string
	number    int // from 1
	line      int // of its BEGIN, from 1
	der       []byte
	encrypted bool   // by the old headers, Proc-Type and DEK-Info
	dekInfo   string // the value of DEK-Info: algorithm and initialization vector (RFC 1421 4.6.1.3)
	why       string // not empty: the block is damaged
}

func (b *pemBlock) isCertificate() bool {
	return b.label == labelCertificate || b.label == labelX509 || b.label == labelTrusted
}

// pemScanner reads PEM blocks by OpenSSL's rules, which are stricter than those of encoding/pem: a BEGIN line starts at the
// first column and stands alone in its line; what is wrong between BEGIN and END is an error and not skipped.
type pemScanner struct {
	rest   []byte
	line   int // lines read
	number int
}

func newPEMScanner(text []byte) *pemScanner {
	return &pemScanner{rest: bytes.TrimPrefix(text, []byte(byteOrderMark))}
}

// next returns the next block; ok is false at the end of the text.
func (s *pemScanner) next() (b pemBlock, ok bool) {
	for {
		// Most files have nothing between the blocks: look for the next BEGIN at once and count lines only up to it.
		at := bytes.Index(s.rest, []byte(beginMark))
		if at < 0 {
			s.rest = nil
			return b, false
		}
		start := bytes.LastIndexByte(s.rest[:at], '\n') + 1
		s.line += bytes.Count(s.rest[:start], []byte("\n"))
		s.rest = s.rest[start:]
		line := s.readLine()
		if label, ok := labelIn(line, beginMark); ok {
			s.number++
			b = pemBlock{label: label, number: s.number, line: s.line}
			s.readBody(&b)
			return b, true
		}
	}
}

// readLine returns the next line without the white space at its end.
func (s *pemScanner) readLine() []byte {
	line, rest, _ := bytes.Cut(s.rest, []byte("\n"))
	s.rest = rest
	s.line++
	return bytes.TrimRightFunc(line, func(r rune) bool { return r <= ' ' })
}

// labelIn returns the label of a BEGIN or END line.
func labelIn(line []byte, mark string) (label string, ok bool) {
	if len(line) < len(mark)+len(dashes) || !bytes.HasPrefix(line, []byte(mark)) || !bytes.HasSuffix(line, []byte(dashes)) {
		return "", false
	}
	label = string(line[len(mark) : len(line)-len(dashes)])
	return label, !strings.Contains(label, dashes) // another mark in the same line: the line breaks are lost
}

// readBody reads on to the END line and decodes what is in between.
func (s *pemScanner) readBody(b *pemBlock) {
	body, first := s.rest, s.line+1
	at := 0
	if !bytes.HasPrefix(body, []byte(endMark)) {
		at = bytes.Index(body, []byte("\n"+endMark)) + 1
		if at == 0 {
			b.why = "its END line is missing"
			s.rest = nil
			return
		}
	}
	body = body[:at]
	s.line += bytes.Count(body, []byte("\n"))
	s.rest = s.rest[at:]
	end := s.readLine()
	switch label, ok := labelIn(end, endMark); {
	case (!ok || label != b.label) && bytes.Contains(body, []byte("\n"+beginMark)):
		b.why = "its END line is missing"
	case !ok || label != b.label:
		b.why = fmt.Sprintf("its END line, line %d, reads %q", s.line, clip(end))
	default:
		if body, first = b.readHeaders(body, first); b.why == "" {
			b.decode(body, first)
		}
	}
}

// readHeaders takes the headers off the body (RFC 1421 4.4): lines up to an empty one, when the first has a colon.
func (b *pemBlock) readHeaders(body []byte, line int) (rest []byte, restLine int) {
	first, _, _ := bytes.Cut(body, []byte("\n"))
	if !bytes.ContainsRune(first, ':') {
		return body, line
	}
	b.encrypted = bytes.HasPrefix(first, []byte(procType))
	if !b.encrypted {
		b.why = fmt.Sprintf("line %d reads %q where base64 is expected", line, clip(first))
		return nil, line
	}
	for len(body) > 0 {
		header, rest, _ := bytes.Cut(body, []byte("\n"))
		body, line = rest, line+1
		if value, ok := bytes.CutPrefix(header, []byte(dekInfo)); ok {
			b.dekInfo = string(bytes.TrimSpace(value))
		}
		if len(bytes.TrimSpace(header)) == 0 {
			break
		}
	}
	return body, line
}

// decode decodes the base64 of the block. first is the number of the body's first line.
func (b *pemBlock) decode(body []byte, first int) {
	// For OpenSSL a hyphen ends the data: of two blocks without an END between them, the first is read.
	if at := bytes.IndexByte(body, '-'); at >= 0 {
		body = body[:at]
	}
	der := make([]byte, base64.StdEncoding.DecodedLen(len(body)))
	n, err := base64.StdEncoding.Decode(der, body)
	if err != nil {
		// Spaces are allowed everywhere; encoding/base64 only skips line ends.
		compact := bytes.Map(func(r rune) rune {
			if r == ' ' || r == '\t' {
				return -1
			}
			return r
		}, body)
		n, err = base64.StdEncoding.Decode(der, compact)
	}
	switch {
	case err != nil:
		b.why = whyNotBase64(body, first)
	case n == 0:
		b.why = "there is nothing between BEGIN and END"
	default:
		b.der = der[:n]
	}
}

// whyNotBase64 finds the first thing in the body that is not base64.
func whyNotBase64(body []byte, line int) string {
	count, padding := 0, 0
	for _, c := range body {
		switch {
		case c == '\n':
			line++
		case c == ' ' || c == '\t' || c == '\r':
		case c == '=':
			count++
			padding++
		case !isBase64(c):
			return fmt.Sprintf("line %d has the character %q, which is not base64", line, rune(c))
		case padding > 0:
			return fmt.Sprintf("line %d goes on after the end of the data", line)
		default:
			count++
		}
	}
	if padding > 2 {
		return "its base64 ends in more than two equals signs"
	}
	return fmt.Sprintf("its base64 has %d characters, not a multiple of four: something is missing", count)
}

func isBase64(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/'
}

// clip makes text fit for a message.
func clip(text []byte) string {
	const most = 60
	s := strings.TrimSpace(string(text))
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strings.ToValidUTF8(s, "?")
}

// hiddenBlock finds a BEGIN line that OpenSSL does not see, in a file without any block, and says why it does not.
func hiddenBlock(text []byte) (line int, why string) {
	text = bytes.TrimPrefix(text, []byte(byteOrderMark))
	at := bytes.Index(text, []byte(beginMark))
	if at < 0 {
		return 0, ""
	}
	line = 1 + bytes.Count(text[:at], []byte("\n"))
	before := text[bytes.LastIndexByte(text[:at], '\n')+1 : at]
	after, _, _ := bytes.Cut(text[at:], []byte("\n"))
	switch {
	case bytes.IndexByte(after, '\r') >= 0 && bytes.IndexByte(after, '\r') < len(bytes.TrimSpace(after)):
		why = "its lines end in carriage returns alone"
	case bytes.Contains(after, []byte(`\n`)):
		why = `its line breaks are written as \n`
	case bytes.Count(after, []byte(dashes)) > 2:
		why = "its line breaks are lost"
	case len(bytes.TrimSpace(before)) == 0 && len(before) > 0:
		why = "its lines are indented"
	case len(before) > 0:
		why = "something stands before its BEGIN"
	default:
		why = "its BEGIN line is not alone or not complete"
	}
	return line, why
}
