package record

import (
	"strconv"
	"strings"
)

// OpenSSLReason is what OpenSSL adds to the code of an alert that it received to make the reason of its error
// (SSL_AD_REASON_OFFSET of ssl.h).
const OpenSSLReason = 1000

// Assigned lists every code that has a name, in order.
func Assigned() []Description { return append([]Description(nil), descriptions[:]...) }

// Reserved says whether a code once had a meaning that TLS 1.3 has done away with (RFC 8446 appendix B.2).
func Reserved(code int) bool {
	switch code {
	case 21, 30, 41, 60, 100, 111, 114:
		return true
	}
	return false
}

// OpenSSLName is how OpenSSL tells of an alert that it received, such as "tlsv1 alert unknown ca"; empty for one that it
// has no words for. The version in it is that of the standard which brought the alert, not the one in use.
func OpenSSLName(code int) string {
	d := Describe(code)
	family := "tlsv1 alert "
	switch {
	case d.Meaning == "", code == CloseNotify, code == 52, code == 117, code == 121:
		return ""
	case code == 90:
		return "tlsv1 alert user cancelled"
	case code <= 20, code == 30, code >= HandshakeFailure && code <= IllegalParameter:
		family = "sslv3 alert "
	case code == 109, code == CertificateRequired:
		family = "tlsv13 alert "
	case code >= 110 && code <= 114:
		family = "tlsv1 "
	}
	return family + strings.ReplaceAll(d.Name, "_", " ")
}

// ParseAlert returns the code that a number or a name stands for: 48, 0x30, 1048 as OpenSSL numbers its reasons,
// unknown_ca, "unknown ca", "tlsv1 alert unknown ca" or SSL_R_TLSV1_ALERT_UNKNOWN_CA.
func ParseAlert(text string) (code int, ok bool) {
	negative := strings.HasPrefix(text, "-")
	if text = plainAlert(text); text == "" || negative {
		return 0, false
	}
	if n, err := strconv.ParseUint(text, 0, 16); err == nil {
		code = int(n)
		if code >= OpenSSLReason {
			code -= OpenSSLReason
		}
		return code, code <= 255
	}
	for _, d := range descriptions {
		if text == plainAlert(d.Name) || text == plainAlert(OpenSSLName(d.Code)) {
			return d.Code, true
		}
	}
	return 0, false
}

// plainAlert is a name without what differs from one program to the other.
func plainAlert(text string) string {
	text = strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune(" _-\t:.", r) }), " ")
	for _, prefix := range []string{"ssl r ", "ssl ad ", "error ", "sslv3 ", "tlsv1 ", "tlsv13 ", "tls ", "ssl ", "alert ", "number "} {
		text = strings.TrimPrefix(text, prefix)
	}
	return text
}
