package brokerlog

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// Libraries of OpenSSL's error numbers (openssl/err.h).
const (
	libSystem = 2
	libPEM    = 9
	libX509   = 11
	libSSL    = 20
)

// packed is one of OpenSSL's error numbers, taken apart. Version 3 has the library in bits 23 to 30, and the top bit
// for errors of the system; before that it was the top byte, with a function and a reason of twelve bits each.
type packed struct {
	old          bool // OpenSSL 1.x
	library      int
	reason       int
	passed       bool // the reason is another library, whose own error comes before it
	system       bool
	functionCode int // OpenSSL 1.x only
}

// unpack takes a number apart. Which of the two layouts it has shows in its top byte: the SSL library is 0x14 in the
// old one and 0x0A in the new one, and no function of the old ones has a number of 0x800 or more.
func unpack(n uint32) packed {
	top := int(n >> 24)
	switch {
	case n>>31 == 1:
		return packed{library: libSystem, reason: int(n & 0x7fffffff), system: true}
	case top == libSSL || (top == libPEM || top == libX509 || top == 0x0d) && n&0x800000 == 0:
		reason := int(n & 0xfff)
		return packed{old: true, library: top, functionCode: int(n >> 12 & 0xfff), reason: reason, passed: reason < 64}
	}
	const common = 0x80000 // ERR_RFLAG_COMMON
	reason := int(n & 0x7fffff)
	return packed{library: int(n >> 23 & 0xff), reason: reason &^ (common | 0x40000), passed: reason&common != 0}
}

// alertBase is what OpenSSL adds to the number of an alert that was received.
const alertBase = 1000

// reasonNames are the reasons that mean something here, by library and number (openssl/sslerr.h, x509err.h, pemerr.h).
func reasonName(library, number int) string {
	switch library {
	case libSSL:
		return sslReasons()[number]
	case libX509:
		return map[int]string{115: "key type mismatch", 116: "key values mismatch", 136: "no certificate or crl found"}[number]
	case libPEM:
		return map[int]string{100: "bad base64 decode", 101: "bad decrypt", 102: "bad end line", 104: "bad password read",
			108: "no start line", 109: "problems getting password"}[number]
	}
	return ""
}

func sslReasons() map[int]string {
	return map[int]string{
		101: "no suitable key share", 115: "bad packet length", 116: "bad protocol version number", 118: "no suitable signature algorithm", 123: "bad signature",
		134: "certificate verify failed", 147: "decryption failed", 149: "digest check failed", 152: "excessive message size",
		155: "https proxy request", 156: "http request", 159: "length mismatch", 160: "length too short", 166: "version too high",
		176: "no certificates returned", 177: "no certificate assigned", 179: "no certificate set", 185: "no cipher match", 191: "no protocols available",
		193: "no shared cipher", 198: "packet length too long", 199: "peer did not return a certificate", 223: "psk identity not found",
		229: "ssl handshake failure", 244: "unexpected message", 245: "unexpected record", 252: "unknown protocol", 253: "binder does not verify",
		258: "unsupported protocol", 259: "unsupported ssl version", 261: "wrong cipher returned", 266: "wrong ssl version", 267: "wrong version number",
		271: "bad length", 281: "decryption failed or bad record mac", 294: "unexpected eof while reading", 295: "no suitable groups",
		297: "no suitable digest algorithm", 315: "unsupported elliptic curve", 338: "unsafe legacy renegotiation disabled", 370: "wrong signature type",
		373: "inappropriate fallback", 378: "wrong curve", 383: "wrong certificate type", 394: "dh key too small", 396: "version too low",
		397: "ca key too small", 398: "ca md too weak", 399: "ee key too small", 404: "length too long", 443: "unknown record type",
	}
}

// sameAs are reasons with the meaning of another.
func sameAs(reason string) string {
	switch reason {
	case "decryption failed or bad record mac", "decryption failed", "cipher operation failed", "digest too big for rsa key":
		return "bad record mac"
	case "unsupported ssl version", "version too low", "wrong ssl version", "version too high", "bad protocol version number":
		return keyOldVersion
	case "length too long", "unexpected record", "bad record type", "unexpected ccs message", "ccs received early":
		return "unexpected message"
	case "no suitable digest algorithm", "no required digest":
		return "no suitable signature algorithm"
	case "no suitable groups", "unsupported curve", "no shared group", "no shared groups":
		return "no suitable key share"
	case "ssl handshake failure":
		return keyHandshake
	case "no certificate assigned":
		return "no certificate set"
	case "bad password read", "unable to get passphrase", "interrupted or cancelled", "processing error", "ui lib":
		return "problems getting password"
	case "wrong cipher returned":
		return keyNoCipher
	case "no such file":
		return "no such file or directory"
	case "unexpected eof", "unexpected end of file":
		return keyEnded
	case "connection reset by peer", "broken pipe":
		return keyReset
	}
	return reason
}

// byReason is the event of a reason in OpenSSL's words, in small letters.
func (v *vocabulary) byReason(reason string) (event, bool) {
	for _, family := range [...]string{"sslv3 alert ", "tlsv1 alert ", "tlsv13 alert ", "tlsv1 "} {
		if name, ok := strings.CutPrefix(reason, family); ok {
			if code, ok := v.alertByName(name); ok {
				return event{what: received, code: code}, true
			}
		}
	}
	if reason == "certificate verify failed" {
		return event{what: refused}, true
	}
	key := sameAs(reason)
	if _, ok := v.statements[key]; ok {
		return event{what: stated, name: key}, true
	}
	return event{}, false
}

// alertByName finds an alert by its name, with spaces or underscores.
func (v *vocabulary) alertByName(name string) (int, bool) {
	name = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), " ", "_")
	code, ok := v.alerts[name]
	return code, ok
}

// openSSL reads a line of OpenSSL's error queue: error:NUMBER, then library, function and reason, as far as they are there.
func (v *vocabulary) openSSL(line string) (event, bool) {
	at := strings.Index(line, "error:")
	if at < 0 {
		return event{}, false
	}
	rest := line[at+len("error:"):]
	digits := 0
	for digits < len(rest) && digits < 9 && isHex(rest[digits]) {
		digits++
	}
	if digits < 7 || digits > 8 || digits < len(rest) && rest[digits] != ':' && rest[digits] != ' ' && rest[digits] != '.' {
		return event{}, false
	}
	number, err := strconv.ParseUint(rest[:digits], 16, 32)
	if err != nil {
		return event{}, false
	}
	return v.fromQueue(unpack(uint32(number)), rest[:digits], strings.Split(strings.TrimPrefix(rest[digits:], ":"), ":")), true
}

func isHex(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F'
}

// fromQueue is the event of an error number and of the words behind it.
func (v *vocabulary) fromQueue(p packed, digits string, words []string) event {
	name := ""
	if len(words) > 2 {
		name = strings.ToLower(strings.TrimRight(strings.TrimSpace(words[2]), "."))
	}
	if strings.HasPrefix(name, "reason(") {
		name = "" // OpenSSL's own word for a reason without a name
	}
	e := event{what: stated, name: keyStack, detail: true}
	switch {
	case p.library == libSSL && p.reason >= alertBase && p.reason < alertBase+256:
		e = event{what: received, code: p.reason - alertBase}
	case name != "":
		if found, ok := v.byReason(name); ok {
			e = found
		}
	default:
		if found, ok := v.byReason(reasonName(p.library, p.reason)); ok {
			e = found
		}
	}
	e.program = "OpenSSL 3"
	if p.old {
		e.program = "OpenSSL 1"
	}
	e.seen = append(e.seen, explainNumber(p, digits, name))
	if e.what == received && (strings.HasPrefix(name, "sslv3 ") || strings.HasPrefix(name, "tlsv1 ")) {
		family, _, _ := strings.Cut(name, " ")
		e.seen = append(e.seen, fmt.Sprintf("%q is the family of the alert's name, not the version in use", family))
	}
	return e
}

// explainNumber puts an error number into words.
func explainNumber(p packed, digits, name string) string {
	if p.system {
		return fmt.Sprintf("error %s: the system's errno %d", digits, p.reason)
	}
	text := fmt.Sprintf("error %s: library %d", digits, p.library)
	if p.library == libSSL {
		text += " (SSL)"
	}
	if p.old && p.functionCode != 0 {
		text += fmt.Sprintf(", function %d", p.functionCode)
	}
	text += fmt.Sprintf(", reason %d", p.reason)
	switch {
	case p.library == libSSL && p.reason >= alertBase:
		text += fmt.Sprintf(", which is alert %d received", p.reason-alertBase)
	case p.passed:
		text += ", passed on from another library"
	case name == "" && reasonName(p.library, p.reason) != "":
		text += " (" + reasonName(p.library, p.reason) + ")"
	}
	return text
}

// verifyLine reads "verify error:num=20:unable to get local issuer certificate", and s_client's summary of it.
func (v *vocabulary) verifyLine(line string) (event, bool) {
	for _, before := range [...]string{"verify error:num=", "Verify return code: ", "Verification error: ", "verify return code:"} {
		_, rest, ok := strings.Cut(line, before)
		if !ok {
			continue
		}
		digits := strings.TrimLeft(rest, " ")
		end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' })
		if end < 0 {
			end = len(digits)
		}
		n, err := strconv.Atoi(digits[:end])
		if err != nil {
			return v.byVerdictText(rest)
		}
		if n == 0 {
			return event{}, false
		}
		return verdictEvent(n), true
	}
	return event{}, false
}

func verdictEvent(n int) event {
	return event{program: "OpenSSL", what: refused, code: n,
		seen: []string{fmt.Sprintf("OpenSSL's verification error %d: %s", n, certs.ErrorNumber(n))}}
}

// byVerdictText finds the number of a verification error by OpenSSL's sentence for it.
func (v *vocabulary) byVerdictText(text string) (event, bool) {
	text = strings.ToLower(text)
	found, longest := 0, 0
	for _, row := range v.verdicts {
		if row.number == certs.OK {
			continue
		}
		sentence := strings.ToLower(row.number.String())
		// OpenSSL 1 has no hyphen in self-signed.
		if len(sentence) > longest && (strings.Contains(text, sentence) || strings.Contains(text, strings.ReplaceAll(sentence, "self-signed", "self signed"))) {
			found, longest = int(row.number), len(sentence)
		}
	}
	return verdictEvent(found), found != 0
}
