package capture

import (
	"bytes"
	"crypto/tls"
	"encoding/hex"
	"io"
	"sync"
	"time"
)

// ExactAlert lets the server of c know why its certificate was refused.
// crypto/tls sends bad_certificate for every error of VerifyConnection; the
// one alert record that it writes then gets the code that code returns for the
// error, unless that returns false. In TLS 1.3 the record is encrypted and is
// sealed anew. Every other record stays as it is.
//
// It is to be called after the other hooks were installed. The key log, if cfg
// has one, gets its lines as before. cfg must be for this connection only.
func ExactAlert(cfg *tls.Config, c *Conn, code func(error) (byte, bool)) {
	keys := &handshakeSecret{log: cfg.KeyLogWriter}
	cfg.KeyLogWriter = keys
	verify := cfg.VerifyConnection
	cfg.VerifyConnection = func(cs tls.ConnectionState) error {
		secret := keys.take()
		if verify == nil {
			return nil
		}
		err := verify(cs)
		if err != nil {
			if exact, ok := code(err); ok {
				c.alert.Store(&exactAlert{version: cs.Version, suite: cs.CipherSuite, secret: secret, code: exact})
			}
		}
		return err
	}
}

// AlertSent returns the code that went out in place of bad_certificate, and
// false if none did.
func (c *Conn) AlertSent() (code byte, ok bool) {
	a := c.alert.Load()
	if a == nil || !a.sent.Load() {
		return 0, false
	}
	return a.code, true
}

// DeliverAlert waits until the server has read the alert with which its
// certificate was refused and has hung up, but not longer than limit. A
// connection that is closed while there is something left to read is reset, and
// a server that is still writing its flight then never looks at the alert.
// What comes is not kept. Where nothing was refused it returns at once.
func (c *Conn) DeliverAlert(limit time.Duration) {
	if c.stopped.Load() || c.alert.Load() == nil {
		return
	}
	// A deadline in the past, set late, needs no clock.
	timer := time.AfterFunc(limit, func() { _ = c.Conn.SetReadDeadline(time.Unix(1, 0)) })
	defer timer.Stop()
	_, _ = io.Copy(io.Discard, c.Conn)
}

// handshakeSecret is a key log that keeps the secret of the client's handshake
// messages in TLS 1.3 (RFC 8446 section 7.1) until the server's certificate is
// judged.
type handshakeSecret struct {
	log io.Writer // nil for none

	mu   sync.Mutex
	line []byte
}

// Write takes one line of the NSS key log format.
func (k *handshakeSecret) Write(line []byte) (int, error) {
	if bytes.HasPrefix(line, []byte("CLIENT_HANDSHAKE_TRAFFIC_SECRET ")) {
		k.mu.Lock()
		k.line = bytes.Clone(line)
		k.mu.Unlock()
	}
	if k.log == nil {
		return len(line), nil
	}
	return k.log.Write(line)
}

// take returns the line with the secret, nil if there was none, and forgets it.
func (k *handshakeSecret) take() []byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	line := k.line
	k.line = nil
	return line
}

// secretOf returns the secret in a line of a key log: label, client random
// and secret, the latter two in hexadecimal.
func secretOf(line []byte) []byte {
	fields := bytes.Fields(line)
	if len(fields) != 3 {
		return nil
	}
	secret, err := hex.DecodeString(string(fields[2]))
	if err != nil {
		return nil
	}
	return secret
}
