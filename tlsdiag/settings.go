// Package tlsdiag says why a TLS connection to a broker failed: it watches one
// attempt, and when that fails it names the cause, what was seen, and what to
// do about it. It has no flags, prints nothing and knows nothing of MQTT but
// the first bytes of a CONNACK.
//
// A program whose MQTT client takes a net.Conn has a [Dialer] make it. One that
// makes its own connections has a [Watcher] for each attempt, lets it wrap the
// connection and complete the tls.Config, tells it what failed, and asks for the
// finding:
//
//	w := tlsdiag.Watch(settings)
//	raw, err := dialer.Dial("tcp", address)   // on error: w.Failed(tlsdiag.OpDial, err)
//	c := w.Conn(raw)
//	w.Config(cfg, verify)
//	tc := tls.Client(c, cfg)
//	err = tc.Handshake()                      // on error: w.Failed(tlsdiag.OpHandshake, err)
//	w.Handshaked(tc)
//	…                                         // CONNECT; on error: w.Failed(tlsdiag.OpWrite or OpRead, err)
//	w.Stop()                                  // CONNACK came
//
// Until something fails, a Watcher copies some bytes and keeps some pointers;
// files are read and certificates are described in [Watcher.Finding] only.
package tlsdiag

import (
	"crypto/sha256"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Op is what was being done when something failed.
type Op = evidence.Op

// The operations, in the order in which a connection runs through them.
const (
	// OpLoad is reading the files that the options name.
	OpLoad = evidence.OpLoad
	// OpResolve is looking up the host name.
	OpResolve = evidence.OpResolve
	// OpDial is establishing TCP.
	OpDial = evidence.OpDial
	// OpProxy is asking a proxy for the connection.
	OpProxy = evidence.OpProxy
	// OpHandshake is the TLS handshake, its time-out included.
	OpHandshake = evidence.OpHandshake
	// OpWebSocket is the opening handshake of a WebSocket that was answered.
	OpWebSocket = evidence.OpWebSocket
	// OpWrite and OpRead are writing and reading after it, or on a plain connection.
	OpWrite = evidence.OpWrite
	OpRead  = evidence.OpRead
	// OpConnack is the time-out of waiting for CONNACK.
	OpConnack = evidence.OpConnack
)

// Finding is a cause of the catalogue, matched against what was seen.
type Finding = cause.Finding

// Settings is what the caller wants to do, as far as it bears on TLS.
type Settings struct {
	// Host is the name or address as the user gave it.
	Host string
	Port int
	// TLS says that the connection is to be encrypted.
	TLS   bool
	Trust Trust
	// CertFile and KeyFile are the client's own; empty if not given.
	CertFile, KeyFile string
	// PSKIdentity is the identity of a pre-shared key, which takes the place of
	// certificates; empty if none was given.
	PSKIdentity string
	// CRLFiles are files with revocation lists; none if none was given.
	CRLFiles []string
	Policy   Policy
	// Program is the command as it was called, for example mosquitto_pub; it
	// stands in commands that the finding shows.
	Program string
	// Now is the clock; it has to be set.
	Now func() time.Time
	// Getenv reads the environment, for SSL_CERT_FILE and SSL_CERT_DIR; nil
	// means an empty one.
	Getenv func(string) string
	// BuildTime is when the program was built; zero if unknown.
	BuildTime time.Time
}

func (s *Settings) getenv(name string) string {
	if s.Getenv == nil {
		return ""
	}
	return s.Getenv(name)
}

// Trust is where trusted CAs come from.
type Trust struct {
	CAFile, CAPath string
	// OSCerts adds the operating system's store.
	OSCerts bool
}

// Policy is how strict the caller is.
type Policy struct {
	// Insecure skips the check of the name, NoVerify that of the whole chain.
	Insecure, NoVerify bool
	// MinVersion is the version asked for, 0 if none was.
	MinVersion uint16
	ALPN       []string
	// SecurityLevel is OpenSSL's, 0 to 5; 2 is Debian's default.
	SecurityLevel int
	// ServerName is the name to check and to send instead of Host.
	ServerName string
	// Ciphers is the list that was given, as given.
	Ciphers string
	// Pins are SHA-256 digests of public keys, one of which the server's chain
	// has to hold; none if none was asked for.
	Pins [][sha256.Size]byte
}
