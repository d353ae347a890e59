package brokerlog

import (
	"github.com/culex-mqtt/culex/tlsdiag/cause"
)

// statement is what a line that names neither an alert nor a refused certificate means, by the side that printed it.
// Only one of the two is set where the other side never prints it.
type statement struct {
	client, broker view
}

// Keys of statements: the reasons of OpenSSL are their own keys, these are for the words of other programs.
const (
	keyNoCertificate  = "peer did not return a certificate"
	keyNoCipher       = "no shared cipher"
	keyOldVersion     = "unsupported protocol"
	keyNotTLS         = "wrong version number"
	keyEnded          = "unexpected eof while reading"
	keyReset          = "connection reset"
	keyTLSError       = "a TLS error occurred"
	keyLost           = "the connection was lost"
	keyProtocol       = "protocol error"
	keyPlainListener  = "protocol error on a plain listener"
	keyNoFile         = "file not found"
	keyRefusedLogin   = "connack refuses"
	keyTCPRefused     = "connection refused"
	keyName           = "host name verification failed"
	keyStack          = "rest of an error stack"
	keyFarewell       = "client disconnected"
	keyLeft           = "client closed its connection"
	keyLoadCA         = "unable to load CA certificates"
	keyLoadCert       = "unable to load certificate"
	keyLoadKey        = "unable to load key"
	keyLoadCRL        = "unable to load revocation list"
	keyCiphers        = "unable to set ciphers"
	keyTLSVersion     = "unsupported tls_version"
	keyDHParam        = "error loading dhparamfile"
	keyEngine         = "error loading engine"
	keyConf           = "configuration error"
	keyNoAnswer       = "no answer in time"
	keyLookup         = "name lookup failed"
	keyHandshake      = "handshake failed"
	keyClientCertOnly = "client certificate requested"
)

// statements are the meanings by key.
func statements() map[string]statement {
	all := map[string]statement{}
	for _, group := range []map[string]statement{negotiationStatements(), certificateStatements(), fileStatements(), connectionStatements(), startStatements()} {
		for key, s := range group {
			all[key] = s
		}
	}
	return all
}

// negotiationStatements are about what the two sides can do.
func negotiationStatements() map[string]statement {
	withoutLimits := hints(broker("remove ciphers, ciphers_tls1.3 and tls_version from the listener for a test"), gateway("leave --ciphers and --tls-version away"))
	damaged := view{"a record came damaged, or its keys differ: with a pre-shared key that is a wrong key", causes("psk-key-wrong", "bytes-corrupted"), cause.Likely,
		"whether the listener uses psk_file", hints(gateway("compare the key with the broker's psk_file, in hexadecimal"), network("a damaged path shows in other protocols too"))}
	noise := view{"what came is no orderly TLS handshake: a port scanner, another protocol, or bytes changed on the way", causes("bytes-corrupted"), cause.Guess,
		"whether it comes from an address of a client of yours", hints(network("look who has that address"))}
	return map[string]statement{
		keyNoCipher: {client: view{"the broker picked nothing that this client offered", causes("no-common-cipher-suite"), cause.Likely, askBroker, withoutLimits},
			broker: view{"the broker has no cipher suite that fits both the client's offer and its own certificate; a listener with psk_file and a client without --psk look the same",
				causes("no-common-cipher-suite", "server-wants-psk", "no-common-curve", "no-common-signature-algorithm", "server-wants-certificates", "unsupported-key-type"), cause.Likely,
				"culex tlsdiag probe from the client shows what each side has", withoutLimits}},
		"no suitable signature algorithm": {broker: view{"the broker has no certificate for any signature algorithm that the client offered: an old client, one with a short list, or a listener that only has psk_file",
			causes("no-common-signature-algorithm", "server-wants-psk", "no-common-curve", "server-tls-version-too-new", "psk-identity-unknown"), cause.Likely,
			"culex tlsdiag probe from the client shows what each side has", hints(broker("use an RSA or a P-256 certificate"), gateway("a client that stops at TLS 1.1 has to be updated"))}},
		"no suitable key share": {broker: view{"client and broker have no key exchange group in common", causes("no-common-curve"), cause.Sure, "",
			hints(broker("remove Groups from openssl.cnf for a test"), gateway("leave --tls-curves away"))}},
		keyOldVersion: {client: view{"the broker picked a TLS version below the client's minimum", causes("server-tls-version-too-old", "client-tls-version-too-new"), cause.Likely, askClient,
			hints(broker("update it, or allow TLS 1.2"))},
			broker: view{"the client offered no TLS version that the broker takes: below its tls_version, or above what its OpenSSL is limited to",
				causes("server-tls-version-too-new", "client-tls-version-too-new"), cause.Likely, "the client's newest version against the broker's tls_version, which is a minimum",
				hints(gateway("update the client, or leave --tls-version away"), broker("remove tls_version from the listener for a test"))}},
		"no protocols available": {client: view{"the client's own limits leave no TLS version: a minimum above the maximum of openssl.cnf", causes("client-tls-version-too-new"), cause.Likely, askClient,
			hints(gateway("leave --tls-version away, and look for MaxProtocol in openssl.cnf"))}},
		"inappropriate fallback":               {client: alertViewOf(true, 86), broker: view{"the client tried again with a lower TLS version", causes("client-tls-version-too-new"), cause.Guess, askBroker, hints(gateway("leave --tls-version away"))}},
		"psk identity not found":               {broker: view{"the broker does not know the identity of the client's pre-shared key", causes("psk-identity-unknown"), cause.Sure, "", hints(broker("add the identity to psk_file and send SIGHUP"), gateway("check --psk-identity"))}},
		"binder does not verify":               {broker: view{"the client's pre-shared key is not the one in psk_file", causes("psk-key-wrong"), cause.Sure, "", hints(gateway("compare the key with the broker's psk_file, in hexadecimal"))}},
		"digest check failed":                  {client: damaged, broker: damaged},
		"bad record mac":                       {client: damaged, broker: damaged},
		"record layer failure":                 {client: damaged, broker: damaged},
		"bad signature":                        {client: view{"the broker's signature in the handshake does not verify", causes("bytes-corrupted"), cause.Guess, askClient, nil}, broker: view{"the client's signature in the handshake does not verify: its key is not its certificate's", causes("key-mismatch", "bytes-corrupted"), cause.Guess, askBroker, checkClientFiles}},
		"packet length too long":               {client: notTLS(), broker: noise},
		"unexpected message":                   {client: noise, broker: noise},
		"length too short":                     {client: noise, broker: noise},
		"length mismatch":                      {client: noise, broker: noise},
		"bad length":                           {client: noise, broker: noise},
		"bad packet length":                    {client: noise, broker: noise},
		"excessive message size":               {client: noise, broker: noise},
		"unknown record type":                  {client: notTLS(), broker: noise},
		"unknown protocol":                     {client: notTLS(), broker: plainClient()},
		keyNotTLS:                              {client: notTLS(), broker: plainClient()},
		"http request":                         {broker: httpClient()},
		"https proxy request":                  {broker: httpClient()},
		"unsafe legacy renegotiation disabled": {client: view{"the broker's TLS is so old that it lacks secure renegotiation", nil, cause.Sure, "", hints(broker("update it"))}},
		"dh key too small":                     {client: view{"the broker's Diffie-Hellman parameters are too short", causes("no-common-cipher-suite"), cause.Likely, "", hints(broker("remove dhparamfile"))}},
		"wrong signature type":                 {client: view{"the broker signs in a way that the client does not take", causes("no-common-signature-algorithm"), cause.Likely, askClient, nil}, broker: view{"the client signs in a way that the broker does not take", causes("no-common-signature-algorithm"), cause.Likely, askBroker, nil}},
		"unsupported elliptic curve":           {client: view{"the broker's key is on a curve that the client does not have", causes("unsupported-key-type", "no-common-curve"), cause.Likely, askClient, nil}},
		"wrong curve":                          {client: view{"the broker picked a curve that was not offered", causes("no-common-curve"), cause.Likely, askClient, nil}},
		"tlsv1 unrecognized name":              {client: alertViewOf(true, 112)},
	}
}

func alertViewOf(fromBrokerSide bool, code int) view {
	if fromBrokerSide {
		return alertView("server", code)
	}
	return alertView("client", code)
}

func notTLS() view {
	return view{"what answered does not speak TLS", causes("tls-to-plain-port", "peer-not-tls", "peer-is-http"), cause.Likely,
		"culex tlsdiag probe shows the first bytes that came", hints(gateway("check the port: TLS is usually on 8883, plain MQTT on 1883"))}
}

func plainClient() view {
	return view{"a client spoke plain MQTT, or another protocol, to a TLS listener", causes("plain-to-tls-port"), cause.Likely,
		"whether that client has --cafile or another TLS option", hints(gateway("turn TLS on: --cafile CA.crt, or --tls-use-os-certs"), gateway("or use the broker's plain port"))}
}

func httpClient() view {
	return view{"an HTTP client came to a TLS listener: a browser, a health check or a proxy; no MQTT client does this", nil, cause.Sure, "",
		hints(network("point it elsewhere, or give it a TCP check"))}
}

// certificateStatements are about certificates, where a line says more than that one was refused.
func certificateStatements() map[string]statement {
	nobody := view{"the broker requires a client certificate and none came", causes("client-certificate-required"), cause.Sure, "",
		hints(gateway("give this client's certificate and its key: --cert client.crt --key client.key"), broker("or let clients without one in: require_certificate false"))}
	weak := func(ids ...string) view {
		return view{"the key of the certificate is too short for OpenSSL's security level 2, so the file is not loaded", causes(ids...), cause.Sure, "",
			hints(authority("issue it again with RSA 2048 or P-256"))}
	}
	digest := func(ids ...string) view {
		return view{"the certificate's signature uses a digest that is too weak for OpenSSL's security level 2", causes(ids...), cause.Sure, "", hints(authority("issue it again with SHA-256"))}
	}
	return map[string]statement{
		keyNoCertificate:           {broker: nobody},
		keyName:                    {client: view{"the host that was dialled is not in the broker's certificate; the broker's log will say internal error for this", causes("server-name-mismatch", "server-name-is-address"), cause.Sure, "whether a name or an address was dialled", hints(gateway("dial a name that is in the broker's certificate"), authority("or issue it with the dialled name as DNS, or the address as IP, in subjectAltName"))}},
		"ee key too small":         {client: weak("client-certificate-weak"), broker: weak("weak-key")},
		"ca key too small":         {client: weak("weak-key"), broker: weak("weak-key")},
		"ca md too weak":           {client: digest("client-certificate-weak", "weak-signature"), broker: digest("weak-signature")},
		"no certificate set":       {broker: view{"the listener has no certificate to show: it only has psk_file", causes("server-wants-psk"), cause.Likely, "", hints(broker("give certfile and keyfile"))}},
		"no certificates returned": {broker: nobody, client: view{"the broker sent no certificate", causes("server-wants-psk"), cause.Guess, askClient, nil}},
		"wrong certificate type":   {client: view{"the broker's certificate does not fit the cipher suite", causes("no-common-cipher-suite", "unsupported-key-type"), cause.Guess, askClient, nil}},
	}
}
