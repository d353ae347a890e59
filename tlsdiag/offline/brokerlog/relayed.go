package brokerlog

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// relay is how a program tells of an alert that it received: the words before the alert's name or number.
type relay struct{ before, program string }

// relays are looked for in this order.
func relays() []relay {
	return []relay{
		{"remote error: tls: ", "Go"},
		{"Received fatal alert: ", "Java"},
		{"Received alert [", "GnuTLS"},
		{"SSL alert number ", "OpenSSL"},
		{"ERR_SSL_TLSV1_ALERT_", "Node"},
		{"ERR_SSL_TLSV13_ALERT_", "Node"},
		{"ERR_SSL_SSLV3_ALERT_", "Node"},
		{"received fatal alert: ", "rustls"},
		{"AlertReceived(", "rustls"},
		{"{tls_alert,{", "Erlang"},
		{"{tls_alert,\"", "Erlang"},
		{"TLS alert received: ", ""},
		{"TLS alert, ", "curl"},
		{"Got alert: ", ""},
		{"got fatal alert ", ""},
		{"alert_type=", ""},
		{"tls_alert_", ""},
		{"TLSV1_ALERT_", "Python"},
		{"TLSV13_ALERT_", "Python"},
		{"SSLV3_ALERT_", "Python"},
		{"tlsv1 alert ", "OpenSSL"},
		{"tlsv13 alert ", "OpenSSL"},
		{"sslv3 alert ", "OpenSSL"},
	}
}

// goAlerts are Go's sentences for alerts, where they are not the name with spaces.
func goAlerts() map[string]int {
	return map[string]int{
		"unknown certificate authority": record.UnknownCA, "unknown certificate": record.CertificateUnknown, "bad record MAC": record.BadRecordMAC,
		"error decoding message": record.DecodeError, "error decrypting message": record.DecryptError, "protocol version not supported": record.ProtocolVersion,
		"insufficient security level": record.InsufficientSecurity, "expired certificate": record.CertificateExpired, "revoked certificate": record.CertificateRevoked,
		"no application protocol": record.NoApplicationProtocol, "unknown PSK identity": record.UnknownPSKIdentity, "certificate required": record.CertificateRequired,
		"user canceled": 90, "no renegotiation": 100, "unsupported extension": 110, "missing extension": 109, "unrecognized name": record.UnrecognizedName,
		"access denied": record.AccessDenied, "internal error": record.InternalError, "inappropriate fallback": record.InappropriateFallback,
		"bad certificate": record.BadCertificate, "unsupported certificate": record.UnsupportedCertificate, "handshake failure": record.HandshakeFailure,
		"unexpected message": 10, "illegal parameter": record.IllegalParameter, "close notify": record.CloseNotify, "record overflow": 22,
	}
}

// relayedAlert reads a line that tells of an alert from the other side.
func (v *vocabulary) relayedAlert(line string) (event, bool) {
	for _, r := range v.relays {
		_, rest, ok := strings.Cut(line, r.before)
		if !ok {
			continue
		}
		if code, ok := v.readAlert(rest); ok {
			return event{program: r.program, what: received, code: code}, true
		}
	}
	return event{}, false
}

// readAlert reads the name or number that a text begins with.
func (v *vocabulary) readAlert(text string) (int, bool) {
	text = strings.TrimPrefix(text, "alert(")
	digits := 0
	for digits < len(text) && text[digits] >= '0' && text[digits] <= '9' {
		digits++
	}
	if digits > 0 {
		n, err := strconv.Atoi(text[:digits])
		return n, err == nil && n < 256
	}
	for sentence, code := range v.goAlerts {
		if strings.HasPrefix(text, sentence) && !continues(text[len(sentence):]) {
			return code, true
		}
	}
	end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '_' && r != ' ' })
	if end < 0 {
		end = len(text)
	}
	words := strings.FieldsFunc(text[:end], func(r rune) bool { return r == ' ' || r == '_' })
	for n := min(len(words), 5); n > 0; n-- {
		if code, ok := v.alertByName(snake(strings.Join(words[:n], "_"))); ok {
			return code, true
		}
	}
	return 0, false
}

func continues(rest string) bool {
	return rest != "" && (unicode.IsLetter(rune(rest[0])) || rest[0] == ' ' && len(rest) > 1 && unicode.IsLetter(rune(rest[1])))
}

// snake turns UnknownCA into unknown_ca and leaves UNKNOWN_CA to be lowered.
func snake(s string) string {
	if strings.ContainsRune(s, '_') || strings.ToUpper(s) == s {
		return strings.ToLower(s)
	}
	var out strings.Builder
	for i, r := range s {
		if unicode.IsUpper(r) && i > 0 && (!unicode.IsUpper(rune(s[i-1])) || i+1 < len(s) && unicode.IsLower(rune(s[i+1]))) {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToLower(r))
	}
	return out.String()
}

// pythonLine reads the errors of Python's ssl: [SSL: REASON] reason (_ssl.c:1006).
func (v *vocabulary) pythonLine(line string) (event, bool) {
	_, rest, ok := strings.Cut(line, "[SSL: ")
	if !ok {
		_, rest, ok = strings.Cut(line, "[SSL] ")
		if !ok {
			return event{}, false
		}
	}
	reason, detail, _ := strings.Cut(rest, "]")
	if strings.Contains(reason, "CERTIFICATE_VERIFY_FAILED") {
		if e, ok := v.byVerdictText(detail); ok {
			e.program = "Python"
			return e, true
		}
		switch {
		case strings.Contains(detail, "Hostname mismatch"):
			return byClient(event{program: "Python", what: refused, code: 62}), true
		case strings.Contains(detail, "IP address mismatch"):
			return byClient(event{program: "Python", what: refused, code: 64}), true
		}
	}
	name := strings.ToLower(strings.ReplaceAll(reason, "_", " "))
	e, ok := v.byReason(strings.TrimSpace(name))
	e.program = "Python"
	return e, ok
}

// bare reads a line that is nothing but an alert's number or name.
func (v *vocabulary) bare(line string) (event, bool) {
	line = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "alert "))
	if line == "" || len(line) > 40 {
		return event{}, false
	}
	if n, err := strconv.Atoi(line); err == nil {
		return event{what: received, code: n}, n >= 0 && n < 256
	}
	if code, ok := v.alertByName(snake(line)); ok {
		return event{what: received, code: code}, true
	}
	code, ok := v.goAlerts[line]
	return event{what: received, code: code}, ok
}
