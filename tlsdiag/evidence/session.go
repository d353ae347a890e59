// Package evidence holds what was seen of one connection attempt: plain data
// without behaviour, the same whether it comes from a live handshake, a packet
// capture or a broker's log. It survives a round trip through JSON unchanged.
//
// A question that may have no answer is an [Answer]; absent values mean "not
// observed", never "no". No payload, password or private key is kept.
package evidence

import "time"

// Schema is the version of the JSON form. Fields may be added under the same
// number; one that is renamed or removed raises it.
const Schema = 1

// Session is one attempt to reach a broker, as far as it came.
type Session struct {
	Schema int `json:"schema"`
	// Synthetic marks evidence that was written down, not captured.
	Synthetic bool `json:"synthetic,omitempty"`
	// Observed marks a connection of somebody else, seen in a packet capture:
	// this side is the client's then, and the clock that of the capture.
	Observed bool   `json:"observed,omitempty"`
	Target   Target `json:"target"`
	Asked    Asked  `json:"asked"`
	Local    Local  `json:"local"`
	Stage    Stage  `json:"stage"`
	Flow     Flow   `json:"flow"`
	Peer     Peer   `json:"peer"`
	Trust    Trust  `json:"trust"`
	Client   Client `json:"client"`
	Way      Way    `json:"way,omitzero"`
	Outcome
	// Probes is nil unless further connections were made to find out more.
	Probes *Probes `json:"probes,omitempty"`
}

// Outcome is what came of it.
type Outcome struct {
	Negotiated Negotiated `json:"negotiated"`
	Verdict    *Verdict   `json:"verdict,omitempty"`
	// Answer is what came in place of a CONNACK through an established TLS
	// connection.
	Answer *Stranger `json:"answer,omitempty"`
	// Connack is the code of a CONNACK that refused; 0 if there was none.
	Connack int `json:"connack,omitempty"`
	End     End `json:"end"`
}

// Target is where the connection went.
type Target struct {
	// Host is the name or address exactly as it was given by the user.
	Host string `json:"host"`
	Port int    `json:"port,omitempty"`
	// Address is the remote address and port that TCP reached; empty when it
	// reached none.
	Address string `json:"address,omitempty"`
	// ServerName is the name the certificate was judged against when it is
	// not Host.
	ServerName string `json:"server_name,omitempty"`
}

// Name returns the name that the broker's certificate has to carry.
func (t Target) Name() string {
	if t.ServerName != "" {
		return t.ServerName
	}
	return t.Host
}

// Asked is what the caller wanted: its options, not what came of them.
type Asked struct {
	// Program is the name under which the command was called, for commands
	// shown to the user.
	Program string `json:"program,omitempty"`
	TLS     bool   `json:"tls"`
	AskedTrust
	AskedIdentity
	AskedPolicy
}

// AskedTrust is what was to be trusted.
type AskedTrust struct {
	CAFile string `json:"ca_file,omitempty"`
	CAPath string `json:"ca_path,omitempty"`
	// OSCerts says that the certificates of the operating system were asked for.
	OSCerts bool `json:"os_certs,omitempty"`
	// CRLFiles are files with revocation lists.
	CRLFiles []string `json:"crl_files,omitempty"`
}

// AskedIdentity is as whom the client was to appear.
type AskedIdentity struct {
	CertFile string `json:"cert_file,omitempty"`
	KeyFile  string `json:"key_file,omitempty"`
	// PSKIdentity is the identity of a pre-shared key, if one was given.
	PSKIdentity string `json:"psk_identity,omitempty"`
}

// AskedPolicy is how strict the client was to be.
type AskedPolicy struct {
	Insecure bool `json:"insecure,omitempty"`
	// NoVerify says that nothing of the server's certificate was to be judged.
	NoVerify bool `json:"no_verify,omitempty"`
	// MinVersion is zero when the caller left the minimum to the default.
	MinVersion Version  `json:"min_version,omitempty"`
	ALPN       []string `json:"alpn,omitempty"`
	// SecurityLevel is OpenSSL's, 0 to 5 (SSL_CTX_set_security_level).
	SecurityLevel int `json:"security_level"`
	// Ciphers is the list given with --ciphers, as given.
	Ciphers string `json:"ciphers,omitempty"`
	// Pins are SHA-256 digests of public keys, in hexadecimal: one of them was
	// to be in the server's chain.
	Pins []string `json:"pins,omitempty"`
}

// Local is what was found on this machine.
type Local struct {
	Files []File `json:"files,omitempty"`
	Clock Clock  `json:"clock"`
	// User is the name or number of the user this process runs as.
	User string `json:"user,omitempty"`
	// UnknownCiphers says that the list of ciphers cannot be used; End.Error
	// has the reason.
	UnknownCiphers Answer `json:"unknown_ciphers,omitempty"`
}

// File returns the file given for a role, or nil.
func (l *Local) File(role Role) *File {
	for i := range l.Files {
		if l.Files[i].Role == role {
			return &l.Files[i]
		}
	}
	return nil
}

// Clock is what is known about this machine's time.
type Clock struct {
	Now time.Time `json:"now"`
	// Build is when this program was built; a clock before it is wrong.
	Build time.Time `json:"build,omitzero"`
	// Synchronised is the kernel's own opinion (STA_UNSYNC of adjtimex(2)).
	Synchronised Answer `json:"synchronised,omitempty"`
}

// Stage is how far the connection came.
type Stage string

// The stages in their order.
const (
	// StageLocal: options and files; no packet was sent.
	StageLocal Stage = "local"
	// StageResolve: looking up the host name.
	StageResolve Stage = "resolve"
	// StageDial: TCP was not established.
	StageDial Stage = "dial"
	// StageProxy: TCP to the proxy is established, it made no connection to the broker.
	StageProxy Stage = "proxy"
	// StageConnected: TCP is established, nothing was sent.
	StageConnected Stage = "connected"
	// StageHello: the ClientHello was sent, no ServerHello came.
	StageHello Stage = "client-hello"
	// StageServerFlight: a ServerHello came, the server's messages did not
	// arrive completely or were not accepted.
	StageServerFlight Stage = "server-flight"
	// StageVerify: the server's certificate was judged and refused here.
	StageVerify Stage = "verify"
	// StageClientFlight: our Finished was sent, the end of the handshake was
	// not seen (TLS 1.2).
	StageClientFlight Stage = "client-flight"
	// StageEstablished: the handshake succeeded as far as this side can tell
	// and no CONNACK came. In TLS 1.3 a server refuses a client certificate here.
	StageEstablished Stage = "established"
	// StageWebSocket: a server answered the opening handshake of the WebSocket, and it did not succeed.
	StageWebSocket Stage = "web-socket"
	// StagePlain: plain MQTT, CONNECT was sent and no CONNACK came.
	StagePlain Stage = "plain-connect"
	// StageConnack: the broker answered the CONNECT.
	StageConnack Stage = "connack"
)

// Negotiated is what both sides agreed on, as far as the handshake came.
type Negotiated struct {
	Version Version `json:"version,omitempty"`
	// CipherSuite is the suite's name in the IANA registry.
	CipherSuite string `json:"cipher_suite,omitempty"`
	ALPN        string `json:"alpn,omitempty"`
	// Group is the key exchange group's name, where it was seen.
	Group   string `json:"group,omitempty"`
	Resumed Answer `json:"resumed,omitempty"`
}

// Verdict is what this side decided about the server's certificate.
type Verdict struct {
	// Error is OpenSSL's number (X509_V_ERR_*, openssl-verification-options(1));
	// 0 means accepted.
	Error int    `json:"error"`
	Text  string `json:"text,omitempty"`
	// Depth counts from the server's own certificate, which is 0.
	Depth int `json:"depth"`
	// Certificate is the SHA-256 fingerprint of the certificate at fault.
	Certificate string `json:"certificate,omitempty"`
	// Detail is one fact that the number does not tell, such as a purpose.
	Detail string `json:"detail,omitempty"`
	// Judge is who came to it: "OpenSSL's rules" or "crypto/x509".
	Judge string `json:"judge,omitempty"`
	// CRL is the revocation list that the verdict is about, and Revoked the
	// entry for the certificate in it.
	CRL     *CRL        `json:"crl,omitempty"`
	Revoked *Revocation `json:"revoked,omitempty"`
}
