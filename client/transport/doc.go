// Package transport makes a network connection to a broker, as layers one over the other: a TCP or Unix socket, a SOCKS5
// or HTTP proxy, TLS as OpenSSL 3 would judge it, a WebSocket. Each layer's failure is an [Error] that says which step
// failed.
package transport
