package brokerlog

import (
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// own is what mosquitto and its clients say in words of their own. The first that a line begins with counts.
type own struct {
	begin string
	event event
}

// ownWords are those of the broker and of libmosquitto.
func ownWords() []own {
	client := func(key string) event { return byClient(says(key)) }
	server := func(key string) event { return byBroker(says(key)) }
	return []own{
		{"Error: host name verification failed", client(keyName)},
		{"Error: A TLS error occurred", client(keyTLSError)},
		{"Unable to connect (A TLS error occurred", client(keyTLSError)},
		{"Error: The connection was lost", client(keyLost)},
		{"Error: Connection timed out", client(keyNoAnswer)},
		{"Error: Protocol error", client(keyProtocol)},
		{"Error: A network protocol error occurred", client(keyProtocol)},
		{"Unable to connect (A network protocol error", client(keyProtocol)},
		{"Error: Broken pipe", client(keyLost)},
		{"Error: Connection reset by peer", client(keyReset)},
		{"Error: Problem setting TLS options: File not found", client(keyNoFile)},
		{"Error: Connection refused", client(keyTCPRefused)},
		{"Unable to connect (Lookup error", client(keyLookup)},
		{"Unable to connect (Connection refused", client(keyTCPRefused)},
		{"Connection error: Connection Refused:", client(keyRefusedLogin)},
		{"Error: The connection was refused", client(keyRefusedLogin)},
		{"Enter PEM pass phrase", says("problems getting password")},
		{"Error: Unable to load CA certificates, check cafile", client(keyLoadCA)},
		{"Error: Unable to load client certificate", client(keyLoadCert)},
		{"Error: Unable to load client key file", client(keyLoadKey)},
		{"Error: Unable to load CA certificates. Check cafile", server(keyLoadCA)},
		{"Error: Unable to load CA certificates", says(keyLoadCA)},
		{"Error: Unable to load server certificate", server(keyLoadCert)},
		{"Error: Unable to load server key file", server(keyLoadKey)},
		{"Error: Server certificate/key are inconsistent", server("key values mismatch")},
		{"Error: Unable to load certificate revocation file", server(keyLoadCRL)},
		{"Error: Unable to set TLS ciphers", says(keyCiphers)},
		{"Error: Unable to set TLS 1.3 ciphersuites", says(keyCiphers)},
		{"Error: Unsupported tls_version", server(keyTLSVersion)},
		{"Error loading dhparamfile", server(keyDHParam)},
		{"Error loading ", server(keyEngine)},
		{"Error: Unknown configuration variable", server(keyConf)},
		{"Error: Invalid ", server(keyConf)},
		{"Error found at ", server(keyConf)},
		// What openssl's own commands say about files.
		{"Could not read client certificate private key from", client(keyLoadKey)},
		{"Could not read private key from", says(keyLoadKey)},
		{"Could not open file or uri for loading", says("no such file or directory")},
		{"Error: No such file or directory", says("no such file or directory")},
		{"Error: Protocol not available", byBroker(event{what: stated, name: keyStack, detail: true})}, // errno, behind a list that is none
		{"error setting certificate", client(keyLoadCert)},
		{"error setting private key", client(keyLoadKey)},
		{"Call to SSL_CONF_cmd(-cipher", client(keyCiphers)},
	}
}

// traffic are the beginnings of lines that a broker writes in an ordinary run. A topic or a client identifier in them
// is somebody's choice and is not read.
func traffic(body string) bool {
	for _, begin := range [...]string{
		"Received CONNECT", "Received PUB", "Received SUB", "Received UNSUB", "Received PING", "Received DISCONNECT", "Received AUTH",
		"Sending ", "No will message", "Will message", "Denied PUBLISH", "\t", "Saving in-memory", "Config loaded", "Opening ",
		"Client (null) ", "Subscribed (mid", "sub: ",
	} {
		if strings.HasPrefix(body, begin) {
			return true
		}
	}
	return false
}

// ownWord reads a line in mosquitto's own words.
func (v *vocabulary) ownWord(body string) (event, bool) {
	for _, o := range v.own {
		if strings.HasPrefix(body, o.begin) {
			e := o.event
			e.program = "mosquitto"
			return e, true
		}
	}
	return event{}, false
}

// step is what a broker's log says about one client.
type step struct {
	what stepWhat
	// address is the client's, with its port where the line has it; id its identifier, empty for one that has not
	// sent any.
	address, id string
	// failed says that the broker ended the connection, plain that no TLS line goes with it.
	failed, plain bool
}

type stepWhat int

const (
	noStep stepWhat = iota
	opened
	accepted
	left
)

// stepOf reads the lines by which a broker's log tells its clients apart.
func stepOf(body string) step {
	switch {
	case strings.HasPrefix(body, "New connection from "):
		address, _, ok := strings.Cut(body[len("New connection from "):], " on port ")
		if !ok {
			return step{}
		}
		return step{what: opened, address: address}
	case strings.HasPrefix(body, "New client connected from "):
		address, rest, ok := strings.Cut(body[len("New client connected from "):], " as ")
		if !ok {
			return step{}
		}
		id, _, _ := strings.Cut(rest, " (p")
		return step{what: accepted, address: address, id: id}
	case strings.HasPrefix(body, "Client "):
		return leaving(body[len("Client "):])
	case strings.HasPrefix(body, "Socket error on client "):
		// mosquitto before 2.0.
		id, _, _ := strings.Cut(body[len("Socket error on client "):], ",")
		return step{what: left, id: known(id), failed: true}
	}
	return step{}
}

// leaving reads what follows "Client ".
func leaving(rest string) step {
	for _, end := range [...]struct {
		words         string
		failed, plain bool
	}{
		{" disconnected due to protocol error", true, true},
		{" disconnected: Protocol error", true, false},
		{" disconnected: protocol error", true, false},
		{" disconnected", false, false},
		{" closed its connection", false, false},
		{" has exceeded timeout", false, false},
	} {
		at := strings.Index(rest, end.words)
		if at < 0 {
			continue
		}
		s := step{what: left, failed: end.failed, plain: end.plain}
		s.id, s.address = rest[:at], ""
		// mosquitto 2.1 writes the address behind the identifier.
		if id, address, ok := strings.Cut(s.id, " ["); ok {
			s.id, s.address = id, strings.TrimSuffix(address, "]")
		}
		s.id = known(s.id)
		return s
	}
	return step{}
}

// known is an identifier; mosquitto writes <unknown> for a client that has sent none.
func known(id string) string {
	if id == "<unknown>" || id == "(null)" {
		return ""
	}
	return id
}

// farewell is the event of a client that was cut off without a line about TLS before it.
func farewell(s step, body string) (event, bool) {
	e := event{program: "mosquitto", printed: evidence.SideServer, what: stated}
	switch {
	case strings.Contains(body, "not authorised"):
		e.name = keyRefusedLogin
	case s.failed && s.plain:
		e.name = keyPlainListener
	case s.failed:
		e.name, e.detail = keyFarewell, true
	case s.id == "" && strings.Contains(body, "closed its connection"):
		e.name, e.detail = keyLeft, true
	default:
		return event{}, false
	}
	return e, true
}
