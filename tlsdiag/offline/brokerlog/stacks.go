package brokerlog

import (
	"strconv"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// phrase is what a program prints, and what that means. The first one that a line contains counts.
type phrase struct {
	text    string
	program string
	event   event
}

func sent(code int) event              { return event{what: received, code: code} }
func judged(n certs.ErrorNumber) event { return event{what: refused, code: int(n)} }
func says(key string) event            { return event{what: stated, name: key} }

// byClient is an event that only a client reports.
func byClient(e event) event {
	e.printed = evidence.SideClient
	return e
}

func byBroker(e event) event {
	e.printed = evidence.SideServer
	return e
}

// goPhrases are of Go's crypto/tls and crypto/x509, and so of paho.golang and of many brokers and tools.
func goPhrases() []phrase {
	const name = "Go"
	return []phrase{
		{"first record does not look like a TLS handshake", name, says(keyNotTLS)},
		{"server gave HTTP response to HTTPS client", name, byClient(says(keyNotTLS))},
		{"x509: certificate signed by unknown authority", name, judged(certs.UnableToGetIssuerCertLocally)},
		{"x509: certificate relies on legacy Common Name field", name, byClient(judged(certs.HostnameMismatch))},
		{"x509: cannot validate certificate for", name, byClient(judged(certs.IPAddressMismatch))},
		{"x509: certificate is valid for", name, byClient(judged(certs.HostnameMismatch))},
		{"x509: certificate is not valid for any names", name, byClient(judged(certs.HostnameMismatch))},
		{"x509: certificate has expired or is not yet valid: current time", name, judged(certs.CertHasExpired)},
		{"x509: certificate has expired", name, judged(certs.CertHasExpired)},
		{"x509: certificate specifies an incompatible key usage", name, judged(certs.InvalidPurpose)},
		{"x509: unhandled critical extension", name, judged(certs.UnhandledCriticalExtension)},
		{"x509: too many intermediates for path length constraint", name, judged(certs.PathLengthExceeded)},
		{"x509: a root or intermediate certificate is not authorized to sign", name, judged(certs.PermittedViolation)},
		{"x509: invalid signature: parent certificate cannot sign", name, judged(certs.InvalidCA)},
		{"tls: failed to verify certificate", name, judged(certs.OK)},
		{"tls: no cipher suite supported by both client and server", name, byBroker(says(keyNoCipher))},
		{"tls: client didn't provide a certificate", name, byBroker(says(keyNoCertificate))},
		{"tls: client offered only unsupported versions", name, byBroker(says(keyOldVersion))},
		{"tls: server selected unsupported protocol version", name, byClient(says(keyOldVersion))},
		{"tls: no supported versions satisfy MinVersion and MaxVersion", name, says("no protocols available")},
		{"tls: private key does not match public key", name, says("key values mismatch")},
		{"tls: failed to find any PEM data in key input", name, says("expecting: ANY PRIVATE KEY")},
		{"tls: failed to find any PEM data in certificate input", name, says("no start line")},
		{"tls: no ECDHE curve supported by both client and server", name, byBroker(says("no suitable key share"))},
		{"tls: peer doesn't support any of the certificate's signature algorithms", name, byBroker(says("no suitable signature algorithm"))},
		{"tls: bad record MAC", name, says("bad record mac")},
		{"tls: invalid signature by the", name, says("bad signature")},
		{"tls: unsupported SSLv2 handshake received", name, byBroker(says(keyNotTLS))},
		{"tls: oversized record received", name, says("packet length too long")},
		{"no such host", name, byClient(says(keyLookup))},
		{"i/o timeout", name, byClient(says(keyNoAnswer))},
		{"TLS handshake timeout", name, byClient(says(keyNoAnswer))},
		{"tls: handshake failure", name, says(keyHandshake)},
	}
}

// javaPhrases are of Java's JSSE, and so of HiveMQ, Paho Java and Android.
func javaPhrases() []phrase {
	const name = "Java"
	return []phrase{
		{"PKIX path building failed", name, judged(certs.UnableToGetIssuerCertLocally)},
		{"unable to find valid certification path to requested target", name, judged(certs.UnableToGetIssuerCertLocally)},
		{"Trust anchor for certification path not found", "Android", byClient(judged(certs.UnableToGetIssuerCertLocally))},
		{"PKIX path validation failed: java.security.cert.CertPathValidatorException: validity check failed", name, judged(certs.CertHasExpired)},
		{"PKIX path validation failed", name, judged(certs.OK)},
		{"CertificateExpiredException", name, judged(certs.CertHasExpired)},
		{"CertificateNotYetValidException", name, judged(certs.CertNotYetValid)},
		{"No subject alternative names present", name, byClient(judged(certs.HostnameMismatch))},
		{"No subject alternative names matching IP address", name, byClient(judged(certs.IPAddressMismatch))},
		{"No subject alternative DNS name matching", name, byClient(judged(certs.HostnameMismatch))},
		{"No name matching", name, byClient(judged(certs.HostnameMismatch))},
		{"Extended key usage does not permit use for TLS", name, judged(certs.InvalidPurpose)},
		{"Empty client certificate chain", name, byBroker(says(keyNoCertificate))},
		{"Empty server certificate chain", name, byBroker(says(keyNoCertificate))},
		{"null cert chain", name, byBroker(says(keyNoCertificate))},
		{"No appropriate protocol (protocol is disabled or cipher suites are inappropriate)", name, says("no protocols available")},
		{"no cipher suites in common", name, byBroker(says(keyNoCipher))},
		{"Client requested protocol", name, byBroker(says(keyOldVersion))},
		{"The client supported protocol versions", name, byBroker(says(keyOldVersion))},
		{"Unrecognized SSL message, plaintext connection?", name, says(keyNotTLS)},
		{"Unsupported or unrecognized SSL message", name, says(keyNotTLS)},
		{"not an SSL/TLS record", "Netty", byBroker(says(keyNotTLS))},
		{"Remote host closed connection during handshake", name, says(keyEnded)},
		{"Remote host terminated the handshake", name, says(keyEnded)},
		{"Keystore was tampered with, or password was incorrect", name, says("bad decrypt")},
	}
}

// otherPhrases are of the remaining libraries.
func otherPhrases() []phrase {
	return []phrase{
		{"ERR_TLS_CERT_ALTNAME_INVALID", "Node", byClient(judged(certs.HostnameMismatch))},
		{"Hostname/IP does not match certificate's altnames", "Node", byClient(judged(certs.HostnameMismatch))},
		{"DEPTH_ZERO_SELF_SIGNED_CERT", "Node", judged(certs.DepthZeroSelfSignedCert)},
		{"SELF_SIGNED_CERT_IN_CHAIN", "Node", judged(certs.SelfSignedCertInChain)},
		{"UNABLE_TO_VERIFY_LEAF_SIGNATURE", "Node", judged(certs.UnableToVerifyLeafSignature)},
		{"UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "Node", judged(certs.UnableToGetIssuerCertLocally)},
		{"UNABLE_TO_GET_ISSUER_CERT", "Node", judged(certs.UnableToGetIssuerCert)},
		{"CERT_HAS_EXPIRED", "Node", judged(certs.CertHasExpired)},
		{"CERT_NOT_YET_VALID", "Node", judged(certs.CertNotYetValid)},
		{"CERT_SIGNATURE_FAILURE", "Node", judged(certs.CertSignatureFailure)},
		{"Client network socket disconnected before secure TLS connection was established", "Node", byClient(says(keyEnded))},
		{"ECONNREFUSED", "Node", byClient(says(keyTCPRefused))},
		{"ECONNRESET", "Node", says(keyReset)},
		{"ENOTFOUND", "Node", byClient(says(keyLookup))},
		{"Hostname mismatch, certificate is not valid for", "Python", byClient(judged(certs.HostnameMismatch))},
		{"IP address mismatch, certificate is not valid for", "Python", byClient(judged(certs.IPAddressMismatch))},
		{"The certificate issuer is unknown", "GnuTLS", judged(certs.UnableToGetIssuerCertLocally)},
		{"The certificate chain uses expired certificate", "GnuTLS", judged(certs.CertHasExpired)},
		{"The certificate chain uses not yet valid certificate", "GnuTLS", judged(certs.CertNotYetValid)},
		{"The name in the certificate does not match the expected", "GnuTLS", byClient(judged(certs.HostnameMismatch))},
		{"The certificate chain is revoked", "GnuTLS", judged(certs.CertRevoked)},
		{"Error in the certificate verification", "GnuTLS", judged(certs.OK)},
		{"An unexpected TLS packet was received", "GnuTLS", says(keyNotTLS)},
		{"The TLS connection was non-properly terminated", "GnuTLS", says(keyEnded)},
		{"A packet with illegal or unsupported version was received", "GnuTLS", says(keyOldVersion)},
		{"No supported cipher suites have been found", "GnuTLS", says(keyNoCipher)},
		{"Could not negotiate a supported cipher suite", "GnuTLS", says(keyNoCipher)},
		{"No certificate was found", "GnuTLS", byBroker(says(keyNoCertificate))},
		{"ASN no signer error to confirm failure", "wolfSSL", judged(certs.UnableToGetIssuerCertLocally)},
		{"ASN date error, current date after", "wolfSSL", judged(certs.CertHasExpired)},
		{"ASN date error, current date before", "wolfSSL", judged(certs.CertNotYetValid)},
		{"peer subject name mismatch", "wolfSSL", byClient(judged(certs.HostnameMismatch))},
		{"ASN sig error, confirm failure", "wolfSSL", judged(certs.CertSignatureFailure)},
		{"can't match cipher suite", "wolfSSL", byBroker(says(keyNoCipher))},
		{"UnknownIssuer", "rustls", judged(certs.UnableToGetIssuerCertLocally)},
		{"NotValidForName", "rustls", byClient(judged(certs.HostnameMismatch))},
		{"CaUsedAsEndEntity", "rustls", judged(certs.DepthZeroSelfSignedCert)},
		{"unknown_ca,", "Erlang", sent(record.UnknownCA)},
		{"received corrupt message of type InvalidContentType", "rustls", says(keyNotTLS)},
	}
}

// mbedTLS are the codes of mbed TLS (mbedtls/ssl.h, x509.h), which esp-tls, Zephyr and Tasmota pass on. The number
// is what stands in the field more often than the text.
func mbedTLS() map[int]event {
	return map[int]event{
		0x2700: judged(certs.OK), 0x2480: says("unsupported"), 0x2780: judged(certs.OK),
		0x7780: sent(evidence.AlertUnread), 0x7200: says(keyNotTLS), 0x7280: says(keyEnded), 0x7880: sent(record.CloseNotify),
		0x7700: says("unexpected message"), 0x7800: says("peer did not return a certificate"), 0x7480: says(keyNoCertificate),
		0x7380: says(keyNoCipher), 0x6E80: says(keyOldVersion), 0x6E00: says(keyHandshake), 0x7180: says("bad record mac"), 0x6800: says(keyNoAnswer),
		0x7A00: judged(certs.OK), 0x7680: says("no certificate set"), 0x0052: says(keyLookup), 0x0044: says(keyTCPRefused), 0x0050: says(keyReset),
		0x6C80: sent(record.UnknownPSKIdentity), 0x7580: says(keyNoCertificate),
	}
}

// mbedNumber finds an mbed TLS code: -0x2700, or 0x2700 behind the library's name.
func (v *vocabulary) mbedNumber(line string) (event, bool) {
	at := strings.Index(line, "-0x")
	if at < 0 {
		return event{}, false
	}
	digits := line[at+3:]
	end := 0
	for end < len(digits) && isHex(digits[end]) {
		end++
	}
	n, err := strconv.ParseUint(digits[:end], 16, 32)
	if err != nil {
		return event{}, false
	}
	e, ok := v.mbed[int(n)]
	if !ok {
		// A code below 0x80 may be added to one of a higher layer.
		e, ok = v.mbed[int(n)&^0x7f]
	}
	e.program = "mbed TLS"
	e.seen = []string{"mbed TLS code -0x" + strings.ToUpper(digits[:end])}
	return e, ok
}

// stems are in every line that a phrase of another library can be in, but for the few that stand in exact.
var stems = [...]string{"tls", "TLS", "ssl", "SSL", "x509", "ertif", "PKIX", "andshake", "alert", "-0x", "SubjectAltName", "altname", "UnknownIssuer", "NotValidForName", "CaUsedAs",
	"cipher", "CERT", "ECONN", "ENOTFOUND", "no such host", "i/o timeout", "mismatch", "ASN ", "unknown_ca", "subject alternative", "No name matching", "rust anchor", "eystore", "InvalidContentType",
	"cert chain", "protocol", "connection"}

// fromStack reads the words of a TLS library that is not OpenSSL, or of a program on one.
func (v *vocabulary) fromStack(line string) (event, bool) {
	if !containsAny(line, stems[:]) {
		return event{}, false
	}
	if e, ok := v.relayedAlert(line); ok {
		return e, true
	}
	if e, ok := v.mbedNumber(line); ok {
		return e, true
	}
	if e, ok := v.pythonLine(line); ok {
		return e, true
	}
	for _, p := range v.phrases {
		if strings.Contains(line, p.text) {
			e := p.event
			if e.code == int(certs.CertHasExpired) && strings.Contains(line, " is before ") {
				e.code = int(certs.CertNotYetValid) // Go has one sentence for both
			}
			e.program = p.program
			return e, true
		}
	}
	return event{}, false
}

func containsAny(line string, words []string) bool {
	for _, w := range words {
		if strings.Contains(line, w) {
			return true
		}
	}
	return false
}
