package brokerlog

import (
	"fmt"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// AlertMeaning is what an alert means in MQTT when that side sent it.
func AlertMeaning(sender evidence.Side, code int) Reading {
	return newVocabulary().one(event{printed: other(sender), what: received, code: code})
}

// alertView is the meaning of an alert by its sender and code.
func alertView(sender evidence.Side, code int) view {
	table := fromBroker()
	if sender == evidence.SideClient {
		table = fromClient()
	}
	for _, row := range table {
		if row.code == code {
			v := row.view
			v.headline = alertName(sender, code) + ": " + v.headline
			return v
		}
	}
	d := record.Describe(code)
	v := view{headline: alertName(sender, code), confidence: cause.Guess, hints: hints(
		broker("look into its log for this moment"),
		gateway("run culex tlsdiag probe with the same options: it shows how far the handshake comes"))}
	if code < 0 {
		v.headline = "the " + people(sender) + " ended the handshake with an alert, and the line does not say which"
		v.settle = "the other side's log, or a capture read with culex tlsdiag pcap, has the alert's number"
		return v
	}
	if d.Meaning != "" {
		v.headline += ": it " + d.Meaning
	}
	return v
}

func alertName(sender evidence.Side, code int) string {
	d := record.Describe(code)
	if d.Meaning == "" {
		return fmt.Sprintf("the %s sent alert %d, which has no assigned meaning", people(sender), code)
	}
	return fmt.Sprintf("the %s sent alert %d %s", people(sender), code, d.Name)
}

type alertRow struct {
	code int
	view view
}

// What several rows say to do.
var (
	compareChains = hints(gateway("give --cafile the certificate of the CA that issued the broker's, the root included"),
		broker("send the intermediate certificates too: certfile with the whole chain"))
	checkClientFiles = hints(gateway("look at what is in the files: culex tlsdiag files --cert CLIENT.crt --key CLIENT.key"),
		broker("cafile has to hold the CA that issues the clients' certificates, up to its root"))
)

// fromClient are the alerts with which a client refuses a broker.
func fromClient() []alertRow {
	return []alertRow{
		{record.CloseNotify, view{"it left in order", nil, cause.Sure, "", nil}},
		{10, view{"a message came out of turn", causes("bytes-corrupted"), cause.Guess, askClient,
			hints(network("look for a proxy or balancer that opens TLS on the way"))}},
		{record.BadRecordMAC, view{"a record could not be authenticated; with a pre-shared key that is a wrong key",
			causes("psk-key-wrong", "bytes-corrupted"), cause.Likely, "whether the listener uses psk_file",
			hints(gateway("compare the key with the broker's psk_file"), network("a damaged path shows in other protocols too"))}},
		{record.HandshakeFailure, view{"it found no acceptable set of parameters in the broker's answer",
			causes("no-common-cipher-suite", "no-common-signature-algorithm"), cause.Guess, askClient,
			hints(broker("remove ciphers and tls_version from the listener for a test"))}},
		{record.BadCertificate, view{"it found something wrong with the broker's certificate; Go clients say this for every fault, mosquitto 2.1 for a wrong host name, OpenSSL for a date ahead or a weak key",
			causes("server-name-mismatch", "issuer-not-trusted", "server-certificate-not-yet-valid", "clock-behind", "weak-key", "server-name-is-address"), cause.Guess, askClient,
			hints(gateway("dial a name that stands in the broker's certificate"), gateway("check the clock: date -u"), broker("show the certificate: openssl x509 -noout -text"))}},
		{record.UnsupportedCertificate, view{"the broker's certificate is not meant for a server",
			causes("server-certificate-purpose", "server-certificate-key-usage", "unsupported-key-type"), cause.Likely, askClient,
			hints(authority("issue it with extendedKeyUsage serverAuth"))}},
		{record.CertificateRevoked, view{"the broker's certificate, or its CA's, is revoked by the client's list", nil, cause.Sure, "",
			hints(authority("issue a new certificate for the broker"))}},
		{record.CertificateExpired, view{"the broker's certificate, or one above it, is out of date by the client's clock",
			causes("server-certificate-expired", "clock-ahead", "ca-expired", "intermediate-expired"), cause.Likely, askClient,
			hints(broker("look at the dates: openssl x509 -noout -dates -in certfile; renew and send SIGHUP"), gateway("check its clock: date -u"))}},
		{record.CertificateUnknown, view{"it did not accept the broker's certificate; Java, Android and iOS say this where others say unknown_ca, OpenSSL for an extension or a name constraint",
			causes("issuer-not-trusted", "unknown-critical-extension", "name-constraint-violated", "intermediate-missing", "server-name-mismatch"), cause.Guess, askClient, compareChains}},
		{record.IllegalParameter, view{"a value in the broker's answer is out of range", causes("bytes-corrupted"), cause.Guess, askClient,
			hints(network("look for a proxy or balancer that opens TLS on the way"))}},
		{record.UnknownCA, view{"it could not build a chain from the broker's certificate to a CA that it trusts",
			causes("issuer-not-trusted", "private-ca-not-given", "ca-recreated", "intermediate-missing", "ca-and-server-same-subject", "server-self-signed",
				"cafile-intermediate-only", "capath-not-hashed", "capath-is-file", "cafile-end-entity", "issuer-not-a-ca", "path-length-exceeded"), cause.Guess, askClient, compareChains}},
		{record.DecodeError, view{"it could not decode the broker's message, or the connection was cut",
			causes("certificate-malformed", "bytes-corrupted"), cause.Guess, askClient, hints(broker("try a certificate from another tool"))}},
		{record.DecryptError, view{"a signature of the broker's does not verify",
			causes("ca-recreated", "certificate-signature-invalid", "psk-key-wrong", "bytes-corrupted"), cause.Guess, askClient,
			hints(gateway("fetch the CA's certificate again: a CA made anew under the same name looks like this"), broker("install the certificate file again"))}},
		{record.ProtocolVersion, view{"the broker picked a TLS version that the client does not take",
			causes("server-tls-version-too-old", "client-tls-version-too-new"), cause.Likely, askClient, hints(broker("update it: TLS 1.2 is the least that clients take"))}},
		{record.InsufficientSecurity, view{"what the broker picked is too weak", causes("no-common-cipher-suite", "weak-key"), cause.Guess, askClient,
			hints(broker("remove ciphers and dhparamfile from the listener for a test"))}},
		{record.InternalError, view{"from mosquitto's own clients up to 2.0 this means that the host name is not in the broker's certificate: nothing is wrong inside the broker",
			causes("server-name-mismatch", "server-name-is-address"), cause.Likely, askClient,
			hints(gateway("dial a name that is in the broker's certificate"), authority("or issue it with the dialled name as DNS, and the address as IP, in subjectAltName"))}},
		{90, view{"it gave up", nil, cause.Likely, "", hints(gateway("look at its own log: it ended the handshake by itself"))}},
		{100, view{"it does not renegotiate, and goes on", nil, cause.Sure, "", nil}},
		{110, view{"the broker answered an extension that was not offered", causes("bytes-corrupted"), cause.Guess, askClient, nil}},
		{113, view{"the broker's OCSP staple is not valid", nil, cause.Sure, "", hints(broker("renew or drop the OCSP staple"))}},
	}
}

// fromBroker are the alerts with which a broker refuses a client.
func fromBroker() []alertRow {
	return []alertRow{
		{record.CloseNotify, view{"it ended the connection in order; in place of a CONNACK that is policy: the client id, the login or an ACL",
			causes("closed-after-connect"), cause.Likely, "the broker's log has a line for this client at this moment", hints(broker("look into its log for this moment"))}},
		{10, view{"a message came out of turn", causes("bytes-corrupted", "client-tls-version-too-new"), cause.Guess, askBroker,
			hints(network("look for a proxy or balancer that opens TLS on the way"))}},
		{record.BadRecordMAC, view{"a record could not be authenticated; with a pre-shared key that is a wrong key",
			causes("psk-key-wrong", "bytes-corrupted"), cause.Likely, "whether --psk is given",
			hints(gateway("compare the key with the broker's psk_file, in hexadecimal"), network("a damaged path shows in other protocols too"))}},
		{record.HandshakeFailure, view{"it found no acceptable set of parameters; in TLS 1.2 also that it requires a client certificate and got none",
			causes("client-certificate-required", "no-common-cipher-suite", "server-wants-psk", "server-wants-certificates", "no-common-curve", "no-common-signature-algorithm",
				"psk-identity-unknown", "unsupported-key-type"),
			cause.Guess, "after a CertificateRequest it is the client certificate, right after the ClientHello it is the cipher, curve or key type: culex tlsdiag probe shows which",
			hints(gateway("if the broker wants a client certificate: --cert client.crt --key client.key"), broker("its log has the reason: 'peer did not return a certificate' or 'no shared cipher'"))}},
		{41, view{"it misses a client certificate (SSL 3.0)", causes("client-certificate-required"), cause.Likely, "", hints(gateway("give --cert and --key"))}},
		{record.BadCertificate, view{"it found something wrong with the client's certificate; Go's servers say this for many faults, Java's also when none came, OpenSSL for a date ahead, a weak key or a revocation list that is not valid yet",
			causes("client-certificate-not-yet-valid", "broker-crl-unusable", "client-certificate-purpose", "client-certificate-required", "client-certificate-weak", "client-issuer-not-trusted"), cause.Guess, askBroker, checkClientFiles}},
		{record.UnsupportedCertificate, view{"the client's certificate is not meant for clients", causes("client-certificate-purpose"), cause.Likely, askBroker,
			hints(authority("issue it with extendedKeyUsage clientAuth"))}},
		{record.CertificateRevoked, view{"the client's certificate is on its revocation list", causes("client-certificate-revoked"), cause.Sure, "",
			hints(authority("issue a new certificate for this client"))}},
		{record.CertificateExpired, view{"the client's certificate, its CA's, or the broker's own revocation list is out of date by the broker's clock",
			causes("client-certificate-expired", "broker-crl-expired"), cause.Likely, "openssl x509 -noout -enddate -in CLIENT.crt: if that is ahead, it is the broker's revocation list, CA or clock",
			hints(gateway("look at the dates: openssl x509 -noout -dates -in CLIENT.crt"), broker("openssl crl -noout -nextupdate -in crlfile, and date -u"))}},
		{record.CertificateUnknown, view{"it did not accept the client's certificate; Java's servers and AWS say this for one that they do not know, OpenSSL for a critical extension",
			causes("client-issuer-not-trusted", "client-certificate-critical-extension", "client-certificate-required"), cause.Guess, askBroker, checkClientFiles}},
		{record.IllegalParameter, view{"a value in the client's message is out of range; in TLS 1.3 also a wrong pre-shared key",
			causes("psk-key-wrong", "bytes-corrupted"), cause.Guess, "whether --psk is given", hints(gateway("compare the key with the broker's psk_file, in hexadecimal"))}},
		{record.UnknownCA, view{"it could not build a chain from the client's certificate to a CA that it trusts",
			causes("client-issuer-not-trusted", "client-intermediate-missing", "broker-cafile-intermediate-only", "client-certificate-same-subject"), cause.Likely, askBroker, checkClientFiles}},
		{record.AccessDenied, view{"it took the certificate for valid and denies access; GnuTLS's servers say this for one that they do not trust",
			causes("client-issuer-not-trusted"), cause.Guess, askBroker, hints(broker("look at its rules for this certificate"))}},
		{record.DecodeError, view{"it could not decode the client's message, or the connection was cut",
			causes("client-hello-too-large", "bytes-corrupted", "client-certificate-required"), cause.Guess, askBroker, hints(network("look for a proxy or balancer on the way"))}},
		{record.DecryptError, view{"a signature of the client's does not verify: the key is not the certificate's, or the certificate is damaged",
			causes("client-certificate-signature-invalid", "key-mismatch", "psk-key-wrong", "bytes-corrupted"), cause.Guess, askBroker, checkClientFiles}},
		{record.ProtocolVersion, view{"it has none of the TLS versions that were offered",
			causes("server-tls-version-too-old", "client-tls-version-too-new", "server-tls-version-too-new"), cause.Likely,
			"culex tlsdiag probe tries TLS 1.0 to 1.3 one by one", hints(gateway("leave --tls-version away"), broker("its tls_version is a minimum: remove it for a test; update a broker without TLS 1.2"))}},
		{record.InsufficientSecurity, view{"what the client offers is too weak for it", causes("no-common-cipher-suite"), cause.Likely, askBroker,
			hints(gateway("leave --ciphers away"))}},
		{record.InternalError, view{"a fault of its own: no certificate for the name asked for, a key that it cannot use, or a signature algorithm that it lacks for an old client",
			causes("no-common-signature-algorithm", "server-tls-version-too-new"), cause.Guess, "the broker's log has the reason", hints(broker("look into its log for this moment"))}},
		{record.InappropriateFallback, view{"the client tried again with a lower TLS version, which the broker refuses", causes("client-tls-version-too-new"), cause.Guess, askBroker,
			hints(gateway("leave --tls-version away"))}},
		{90, view{"it gave up", nil, cause.Guess, "", hints(broker("look into its log for this moment"))}},
		{100, view{"it does not renegotiate, and goes on", nil, cause.Sure, "", nil}},
		{109, view{"the ClientHello lacks something that it demands: a server name, a key share, signature algorithms", causes("server-name-unknown"), cause.Guess, askBroker,
			hints(gateway("dial the broker by its name, not by its address"))}},
		{record.UnrecognizedName, view{"it serves no host of the name asked for", causes("server-name-unknown"), cause.Sure, "", hints(gateway("dial the name that the broker is set up for"))}},
		{record.UnknownPSKIdentity, view{"it does not know the identity of the pre-shared key", causes("psk-identity-unknown"), cause.Sure, "",
			hints(gateway("check --psk-identity"), broker("add the identity to psk_file and send SIGHUP"))}},
		{record.CertificateRequired, view{"it requires a client certificate and none came", causes("client-certificate-required"), cause.Sure, "",
			hints(gateway("give this client's certificate and its key: --cert client.crt --key client.key"), broker("or let clients without one in: require_certificate false"))}},
		{record.NoApplicationProtocol, view{"it has none of the ALPN protocols that were offered", causes("alpn-refused"), cause.Sure, "",
			hints(gateway("give the protocol that the service asks for with --tls-alpn, or leave it away"))}},
		{121, view{"it refuses the encrypted ClientHello", nil, cause.Sure, "", nil}},
	}
}
