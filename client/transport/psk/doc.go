// Package psk is a client of TLS 1.2 with a pre-shared key, which crypto/tls does not have: the suites TLS_PSK and
// TLS_ECDHE_PSK with AES-GCM or ChaCha20-Poly1305 (RFC 4279, 5487, 5489, 7905 and 8442), and nothing else. It has no
// certificates, no other version, no CBC, no compression, no renegotiation and no resumption. Where the server has the
// extended master secret (RFC 7627), it is used.
//
// Errors are those of crypto/tls where there is one, so that what reads those reads these: an alert is a [net.OpError] whose
// Op is "remote error" or "local error" and whose Err is a number of kind uint8.
package psk
