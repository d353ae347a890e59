package main

import "crypto/tls"

// scenario is one listener and the options to meet it with.
type scenario struct {
	name  string // of the listener
	title string // a few words
	// server is the listener's side of TLS; nil for plain MQTT.
	server func(*pki) *tls.Config
	// options are the client's, besides those that all scenarios share; at tells where a file of the lab is.
	options func(at place) []string
	// cause is the identifier of culex's finding; empty if nothing fails.
	cause string
	// recorded is what mosquitto_pub was seen to do where it is not at hand: version recordedVersion, met by these listeners.
	recorded outcome
}

// place turns the name of a file of the lab into a path.
type place func(name string) string

// working are the scenarios in which nothing fails.
func working() []scenario {
	return []scenario{
		{name: "plain", title: "plain MQTT", options: func(place) []string { return nil }},
		{
			name: "tls", title: "TLS",
			server:  func(p *pki) *tls.Config { return serve(p.localhost, tls.VersionTLS13) },
			options: func(at place) []string { return []string{"--cafile", at(caFile)} },
		},
		{
			name: "mutual-tls", title: "mutual TLS",
			server: func(p *pki) *tls.Config { return p.serveMutual(tls.VersionTLS13) },
			options: func(at place) []string {
				return []string{"--cafile", at(caFile), "--cert", at(clientCertFile), "--key", at(clientKeyFile)}
			},
		},
	}
}

// failing are the five usual failures; TLS 1.2 and 1.3 show the fourth in two ways.
func failing() []scenario {
	tlsError := outcome{stderr: "Error: A TLS error occurred.\n", code: 8}
	withCA := func(at place) []string { return []string{"--cafile", at(caFile)} }
	return []scenario{
		{
			name: "same-name", title: "1: the CA and the broker's certificate share one Common Name",
			server:  func(p *pki) *tls.Config { return serve(p.namesake, tls.VersionTLS13) },
			options: func(at place) []string { return []string{"--cafile", at(namesakeCAFile)} },
			cause:   "ca-and-server-same-subject", recorded: tlsError,
		},
		{
			name: "other-name", title: "2: the broker's certificate is for another host name",
			server:  func(p *pki) *tls.Config { return serve(p.server, tls.VersionTLS13) },
			options: withCA,
			cause:   "server-name-mismatch", recorded: tlsError,
		},
		{
			name: "capath-file", title: "3: the CA file is given to --capath",
			server:  func(p *pki) *tls.Config { return serve(p.localhost, tls.VersionTLS13) },
			options: func(at place) []string { return []string{"--capath", at(caFile)} },
			cause:   "capath-is-file", recorded: tlsError,
		},
		{
			name: "client-certificate-tls12", title: "4: a client certificate is required and none is given (TLS 1.2)",
			server:  func(p *pki) *tls.Config { return p.serveMutual(tls.VersionTLS12) },
			options: withCA,
			cause:   "client-certificate-required", recorded: tlsError,
		},
		{
			name: "client-certificate-tls13", title: "4: a client certificate is required and none is given (TLS 1.3)",
			server:  func(p *pki) *tls.Config { return p.serveMutual(tls.VersionTLS13) },
			options: withCA,
			cause:   "client-certificate-required", recorded: outcome{stderr: "Error: The connection was lost.\n", code: 7},
		},
		{
			name: "tls-versions", title: "5: the TLS versions of the two sides do not meet",
			server:  func(p *pki) *tls.Config { return serve(p.localhost, tls.VersionTLS12) },
			options: func(at place) []string { return []string{"--cafile", at(caFile), "--tls-version", "tlsv1.3"} },
			cause:   "client-tls-version-too-new", recorded: tlsError,
		},
	}
}
