package transport

import (
	"crypto/tls"
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/probe"
)

// OpenSSLSuites is every cipher suite that OpenSSL 3 is built with, those of TLS 1.3 first and those without encryption
// last, for a ClientHello that is to find out what a broker takes.
func OpenSSLSuites() []probe.Suite {
	var all []probe.Suite
	for i, name := range tls13Names() {
		all = append(all, probe.Suite{ID: tls.TLS_AES_128_GCM_SHA256 + uint16(i), Name: name, Here: i < firstTLS13Unsupported})
	}
	shared := sharedSuites()
	for _, s := range opensslSuites() {
		all = append(all, probe.Suite{ID: s.id, Name: s.name, Here: slices.Contains(shared, s.id)})
	}
	return all
}
