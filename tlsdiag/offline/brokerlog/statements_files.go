package brokerlog

import "github.com/culex-mqtt/culex/tlsdiag/cause"

// fileStatements are about a certificate, key or list that could not be read.
func fileStatements() map[string]statement {
	both := func(v view) statement { return statement{client: v, broker: v} }
	look := hints(gateway("culex tlsdiag files --cafile CA --cert CERT --key KEY says what each file is"))
	const which = "the line before it, or after it, names the file; culex tlsdiag files reads it"
	return map[string]statement{
		"key values mismatch":         both(view{"the key is not the certificate's", causes("key-mismatch"), cause.Sure, "", hints(gateway("culex tlsdiag files --cert CERT --key KEY finds the partner of each beside them"))}),
		"key type mismatch":           both(view{"the key is not the certificate's: not even of the same kind", causes("key-mismatch"), cause.Sure, "", look}),
		"no start line":               both(view{"the file has no PEM text of the kind that was looked for", causes("certificate-no-certificate", "certificate-der", "key-no-key", "certificate-and-key-swapped", "cafile-no-certificate", "cafile-der", "broker-crl-unusable"), cause.Guess, which, look}),
		"expecting: ANY PRIVATE KEY":  both(view{"the key file holds no private key", causes("key-no-key", "certificate-and-key-swapped", "key-der"), cause.Likely, which, look}),
		"bad base64 decode":           both(view{"a PEM block is damaged: its text is no base64", causes("cafile-damaged", "certificate-damaged", "key-damaged"), cause.Likely, which, look}),
		"bad end line":                both(view{"a PEM block is damaged: its END line is missing or does not fit", causes("cafile-damaged", "certificate-damaged", "key-damaged"), cause.Likely, which, look}),
		"header too long":             both(view{"a PEM block decodes to something that is no certificate or key", causes("certificate-damaged", "key-damaged", "cafile-damaged"), cause.Likely, which, look}),
		"no certificate or crl found": both(view{"the CA file holds no certificate", causes("cafile-no-certificate", "cafile-der"), cause.Sure, "", look}),
		"unsupported":                 both(view{"the key file holds no key that OpenSSL can read", causes("key-no-key", "key-damaged", "key-encrypted", "key-der"), cause.Guess, which, look}),
		"problems getting password":   both(view{"the key is protected by a pass phrase, and nobody was there to type it", causes("key-encrypted"), cause.Sure, "", hints(gateway("openssl pkey -in KEY -out plain.key writes it without"), gateway("or give it: culex pub --key-pass-file FILE, or --key-pass-env NAME"))}),
		"bad decrypt":                 both(view{"the pass phrase of the key is wrong", causes("key-encrypted"), cause.Sure, "", hints(gateway("type the right one, or write the key without: openssl pkey -in KEY -out plain.key"))}),
		"no cipher match":             both(view{"no name in the list of ciphers is one that OpenSSL knows", causes("ciphers-option-unknown"), cause.Sure, "", hints(gateway("openssl ciphers -v LIST shows what a list means"))}),
		"no such file or directory":   both(view{"a file that an option names does not exist", causes("cafile-missing", "certificate-missing", "key-missing", "broker-crl-unusable"), cause.Guess, which, look}),
		"permission denied":           both(view{"a file that an option names may not be read by this user", causes("key-unreadable", "certificate-unreadable", "cafile-unreadable"), cause.Guess, which, hints(broker("mosquitto reads its files as the user of the option user, mosquitto by default: ls -l each of them, and the directories above"))}),
		keyStack:                      both(view{"the line completes an error that another line of the same stack names", nil, cause.Guess, "the line with Error[0], or the last one with a reason of its own, says what failed", look}),
		keyNoFile:                     {client: view{"one of --cafile, --cert and --key does not exist, or may not be read", causes("cafile-missing", "certificate-missing", "key-missing", "cafile-unreadable", "key-unreadable", "certificate-unreadable"), cause.Guess, "culex tlsdiag files with these options says which", look}},
		keyLoadCA:                     both(view{"the file of CA certificates cannot be used", causes("cafile-missing", "cafile-no-certificate", "cafile-damaged", "cafile-unreadable", "cafile-der"), cause.Guess, "the OpenSSL lines after it; culex tlsdiag files --cafile FILE says it in words", look}),
		keyLoadCert:                   both(view{"the certificate file cannot be used", causes("certificate-missing", "certificate-unreadable", "certificate-damaged", "certificate-no-certificate", "weak-key", "client-certificate-weak", "certificate-and-key-swapped", "certificate-der"), cause.Guess, "the OpenSSL lines after it; culex tlsdiag files --cert FILE says it in words", look}),
		keyLoadKey:                    both(view{"the key file cannot be used", causes("key-unreadable", "key-missing", "key-mismatch", "key-encrypted", "key-no-key", "key-damaged"), cause.Guess, "the OpenSSL lines after it; culex tlsdiag files --cert CERT --key FILE says it in words", hints(broker("mosquitto reads its key as the user of the option user, mosquitto by default"), gateway("culex tlsdiag files --cert CERT --key KEY"))}),
		keyLoadCRL:                    {broker: view{"the revocation list cannot be used", causes("broker-crl-unusable"), cause.Sure, "", hints(broker("openssl crl -noout -text -in crlfile has to print it; it is PEM"))}},
		keyCiphers:                    both(view{"no name in the list of ciphers is one that this program's OpenSSL knows", causes("ciphers-option-unknown"), cause.Sure, "", hints(broker("openssl ciphers -v LIST shows what a list means; TLS 1.3 suites have a list of their own, ciphers_tls1.3"))}),
	}
}

// startStatements keep a broker from starting.
func startStatements() map[string]statement {
	just := func(headline string, h ...cause.Hint) statement {
		return statement{broker: view{headline, nil, cause.Sure, "", h}}
	}
	return map[string]statement{
		keyTLSVersion: just("the broker does not know that tls_version", broker("tls_version is tlsv1.2 or tlsv1.3, and a minimum")),
		keyDHParam:    just("the broker cannot read dhparamfile", broker("remove it: TLS needs none for ECDHE")),
		keyEngine:     just("the broker cannot load its tls_engine", broker("remove tls_engine, or install it")),
		keyConf:       just("the broker refuses its configuration", broker("culex tlsdiag conf mosquitto.conf names what is wrong with its TLS options")),
	}
}

// connectionStatements are about the end of a connection.
func connectionStatements() map[string]statement {
	look := hints(gateway("run it with -d, or run culex with the same options: it names the one cause"))
	const ask = "culex pub with the same options names the one cause"
	ended := view{"the broker closed during the handshake without a TLS alert", causes("tls-to-plain-port", "closed-after-client-hello"), cause.Likely,
		"culex tlsdiag probe tries plain MQTT on that port", hints(gateway("check the port: TLS is usually on 8883, plain MQTT on 1883"))}
	left := view{"the client left before the TLS handshake was done: a health check, a port scan, a client that could not use its own files, or one that gave up without an alert",
		nil, cause.Likely, "the client's own error at that moment", hints(network("an address that does so every few seconds is a health check: harmless"), gateway("look at that client's own error"))}
	refused := view{"TLS is fine; the broker refused the login", causes("client-certificate-no-common-name"), cause.Guess,
		"whether the listener has use_identity_as_username: then the name in the certificate is the login, else user name and password are",
		hints(broker("look at password_file, allow_anonymous and the ACLs"), gateway("check -u and -P"))}
	return map[string]statement{
		keyEnded: {client: ended, broker: left},
		keyReset: {client: view{"the other side, or something on the path, reset the connection", causes("tls-to-plain-port", "client-certificate-required", "closed-after-client-hello"), cause.Guess, "culex tlsdiag probe shows at which step", hints(gateway("check the port: TLS is usually on 8883, plain MQTT on 1883"))}, broker: left},
		keyTLSError: {client: view{"TLS failed; mosquitto's clients say this for nearly every cause, and -d adds one line",
			causes("issuer-not-trusted", "server-name-mismatch", "tls-to-plain-port", "client-certificate-required", "server-certificate-expired"), cause.Guess, ask, look}},
		keyLost: {client: view{"the broker closed before CONNACK; with TLS 1.3 that is how a refused or missing client certificate looks, without TLS options a TLS port",
			causes("client-certificate-required", "plain-to-tls-port", "client-issuer-not-trusted", "client-certificate-expired", "closed-after-connect"), cause.Guess, ask, look}},
		keyProtocol: {client: view{"the connection broke while CONNECT was sent; with TLS 1.3 that is how a refused or missing client certificate looks",
			causes("client-certificate-required", "client-issuer-not-trusted", "client-certificate-expired", "server-name-mismatch"), cause.Guess, ask, look}},
		keyPlainListener: {broker: view{"a client sent something that is no MQTT to a listener without TLS: nearly always a TLS client on the plain port", causes("tls-to-plain-port"), cause.Likely,
			"whether that client has TLS options; the port stands in the line 'New connection from'", hints(gateway("use the TLS port, usually 8883, or no TLS options"), broker("or give that listener certfile and keyfile"))}},
		keyRefusedLogin: {client: refused, broker: refused},
		keyTCPRefused: {client: view{"nothing listens there; a broker that cannot read its own certificate exits like this", causes("connection-refused"), cause.Likely,
			"the broker's log, or systemctl status mosquitto, at its last start", hints(broker("look for 'Unable to load' in its log"))}},
		keyFarewell: {broker: view{"the broker ended the connection for what the line before it says; without one, the client's TLS or MQTT was not in order", causes("client-certificate-required"), cause.Guess,
			"the OpenSSL line just before it", hints(broker("keep log_type error and notice on"))}},
		keyLeft:           {broker: view{"the client closed without DISCONNECT; on a TLS listener before any login it is a health check or a client that gave up", nil, cause.Likely, "", nil}},
		keyNoAnswer:       {client: view{"nothing came in time", causes("peer-silent", "server-flight-stalled", "no-connack"), cause.Guess, "culex tlsdiag probe shows after which message it stalls", hints(network("look for a firewall, or a path that loses large packets (MTU)"))}},
		keyLookup:         {client: view{"the host name has no address", nil, cause.Sure, "", hints(gateway("check the name, and the name server in /etc/resolv.conf"))}},
		keyHandshake:      {client: view{"the handshake failed, and the line does not say why", causes("issuer-not-trusted", "no-common-cipher-suite", "client-certificate-required"), cause.Guess, askClient, look}, broker: view{"the handshake with a client failed, and the line does not say why", nil, cause.Guess, askBroker, nil}},
		keyClientCertOnly: {client: view{"the broker asks for a client certificate", causes("client-certificate-required"), cause.Guess, askBroker, nil}},
	}
}
