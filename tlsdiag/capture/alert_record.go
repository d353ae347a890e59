package capture

import (
	"bytes"
	"crypto/tls"
	"sync/atomic"

	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// exactAlert is a code that is to take the place of bad_certificate.
type exactAlert struct {
	version uint16
	suite   uint16
	secret  []byte // the client's handshake traffic secret, as a line of a key log
	code    byte
	sent    atomic.Bool
}

const recordHeader = 5

// replace returns p with the exact code if p is the alert bad_certificate,
// alone or behind the ChangeCipherSpec with which a client of TLS 1.3 looks
// like one of TLS 1.2. Anything else it returns unchanged. The result has the
// length of p.
func (a *exactAlert) replace(p []byte) []byte {
	if a.sent.Load() {
		return p
	}
	rest, exact := p, a.plain
	if a.version == tls.VersionTLS13 {
		rest, exact = bytes.TrimPrefix(p, []byte{record.TypeChangeCipherSpec, 3, 3, 0, 1, 1}), a.sealed
	}
	alert := exact(rest)
	if alert == nil {
		return p
	}
	a.sent.Store(true)
	return append(bytes.Clone(p[:len(p)-len(rest)]), alert...)
}

// plain returns the exact alert in place of one in the clear, as before TLS
// 1.3 at this point of the handshake; nil if p is something else.
func (a *exactAlert) plain(p []byte) []byte {
	if len(p) != recordHeader+2 || p[0] != record.TypeAlert || !bytes.Equal(p[3:], []byte{0, 2, record.LevelFatal, record.BadCertificate}) {
		return nil
	}
	exact := bytes.Clone(p)
	exact[recordHeader+1] = a.code
	return exact
}

// sealed returns the exact alert in place of an encrypted one, nil if p is
// something else or cannot be opened. It uses the nonce again with which p was
// sealed, which is safe because p never leaves.
func (a *exactAlert) sealed(p []byte) []byte {
	inner := []byte{record.LevelFatal, record.BadCertificate, record.TypeAlert}
	if len(p) <= recordHeader || p[0] != record.TypeApplicationData {
		return nil
	}
	// The sequence number of the first record is 0, and the nonce the IV.
	aead, nonce := record.TrafficKey(a.suite, secretOf(a.secret))
	if aead == nil {
		return nil
	}
	header := p[:recordHeader]
	opened, err := aead.Open(nil, nonce, p[recordHeader:], header)
	if err != nil || !bytes.Equal(opened, inner) {
		return nil
	}
	inner[1] = a.code
	return aead.Seal(bytes.Clone(header), nonce, inner, header)
}
