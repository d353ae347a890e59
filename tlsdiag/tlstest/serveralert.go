package tlstest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/tls"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
	"net"
)

// alertRecord is a fatal alert in the clear (RFC 8446 6).
func alertRecord(code byte) []byte { return []byte{21, 3, 3, 0, 2, 2, code} }

// alerts is a server that answers the ClientHello with an alert.
func alerts(code byte) func(uint16) handler {
	return func(uint16) handler {
		return func(c net.Conn) {
			if _, err := readHello(c); err == nil {
				c.Write(alertRecord(code))
			}
			drain(c)
		}
	}
}

// refusesClient is a server that asks for a client certificate and answers the one that comes, or the lack of one, with
// this alert, at the place where a broker sends it: in TLS 1.2 in the clear, in answer to the Certificate message; in
// TLS 1.3 encrypted, after the client's handshake is complete.
func refusesClient(code byte, chain ...*Identity) func(uint16) handler {
	return func(version uint16) handler {
		cfg := config(version, chain...)
		cfg.ClientAuth = tls.RequestClientCert
		if version == tls.VersionTLS13 {
			return func(c net.Conn) { refuseLate(c, cfg, code) }
		}
		cfg.VerifyConnection = func(tls.ConnectionState) error { return errors.New("refused") }
		return func(c net.Conn) {
			tls.Server(&recoded{Conn: c, code: code}, cfg).Handshake()
			drain(c)
		}
	}
}

// recoded is a connection on which every alert in the clear gets this code.
type recoded struct {
	net.Conn
	code byte
}

// Write replaces the code of an alert.
func (c *recoded) Write(p []byte) (int, error) {
	if len(p) == 7 && p[0] == 21 {
		p = bytes.Clone(p)
		p[6] = c.code
	}
	return c.Conn.Write(p)
}

// refuseLate completes a TLS 1.3 handshake and then sends an alert of any code, which crypto/tls has no way to do: it is
// sealed here, as the server's first record under its application traffic secret (no session ticket went before it).
func refuseLate(c net.Conn, cfg *tls.Config, code byte) {
	var keys keyLog
	cfg = cfg.Clone()
	cfg.KeyLogWriter = &keys
	t := tls.Server(c, cfg)
	if t.Handshake() != nil {
		return
	}
	if record, err := sealAlert(t.ConnectionState().CipherSuite, keys.secret("SERVER_TRAFFIC_SECRET_0"), code); err == nil {
		c.Write(record)
	}
	drain(c)
}

// keyLog holds lines of the NSS key log format.
type keyLog struct{ bytes.Buffer }

func (k *keyLog) secret(label string) []byte {
	for line := range bytes.Lines(k.Bytes()) {
		if f := bytes.Fields(line); len(f) == 3 && string(f[0]) == label {
			secret, _ := hex.DecodeString(string(f[2]))
			return secret
		}
	}
	return nil
}

// sealAlert protects an alert as the first record under a traffic secret (RFC 8446 5.2 and 7.3).
func sealAlert(suite uint16, secret []byte, code byte) ([]byte, error) {
	newHash, keySize := sha256.New, 16
	switch suite {
	case tls.TLS_AES_128_GCM_SHA256:
	case tls.TLS_AES_256_GCM_SHA384:
		newHash, keySize = sha512.New384, 32
	default:
		return nil, errors.New("no AEAD for this cipher suite in the standard library")
	}
	key, err := expand(newHash, secret, "key", keySize)
	if err != nil {
		return nil, err
	}
	nonce, err := expand(newHash, secret, "iv", 12)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	inner := []byte{2, code, 21}
	header := binary.BigEndian.AppendUint16([]byte{23, 3, 3}, uint16(len(inner)+aead.Overhead()))
	return aead.Seal(header, nonce, inner, header), nil
}

// expand is HKDF-Expand-Label with an empty context (RFC 8446 7.1).
func expand(newHash func() hash.Hash, secret []byte, label string, length int) ([]byte, error) {
	info := binary.BigEndian.AppendUint16(nil, uint16(length))
	info = append(info, byte(len("tls13 ")+len(label)))
	info = append(info, "tls13 "+label...)
	return hkdf.Expand(newHash, secret, string(append(info, 0)), length)
}
