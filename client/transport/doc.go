// Package transport makes a network connection to a broker: a TCP or Unix socket and, over it, TLS as OpenSSL 3 would
// judge it. Each layer's failure is an [Error] that says which step failed.
package transport
