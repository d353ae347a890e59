package record

import (
	"hash"
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// RawServerHello is a ServerHello up to TLS 1.2 with all that stands in it
// (RFC 5246 section 7.4.1.3), for a client that has to act on it.
type RawServerHello struct {
	// Version is server_version: 0x0303 also in TLS 1.3.
	Version     evidence.Version
	Random      [randomSize]byte
	SessionID   []byte
	CipherSuite uint16
	Compression uint8
	Extensions  []Extension
}

// Extension is one extension of a hello message (RFC 5246 section 7.4.1.4).
type Extension struct {
	Type uint16
	Data []byte
}

// StrictServerHello reads the body of a ServerHello. Other than [ServerHello]
// it takes nothing that RFC 5246 does not allow: no bytes left over, no long
// session identifier, no extension twice. The error is [ErrMalformed].
func StrictServerHello(body []byte) (*RawServerHello, error) {
	h, d := rawServerHello(body)
	const maxSessionID = 32
	if d.failed || len(d.b) > 0 || len(h.SessionID) > maxSessionID {
		return nil, ErrMalformed
	}
	for i, e := range h.Extensions {
		if slices.ContainsFunc(h.Extensions[:i], func(other Extension) bool { return other.Type == e.Type }) {
			return nil, ErrMalformed
		}
	}
	return h, nil
}

// rawServerHello reads what can be read; the decoder that it returns tells how
// that went and what is left over.
func rawServerHello(body []byte) (*RawServerHello, decoder) {
	d := decoder{b: body}
	h := &RawServerHello{Version: evidence.Version(d.u16())}
	copy(h.Random[:], d.take(randomSize))
	session := d.vector(1)
	h.SessionID = session.b
	h.CipherSuite = uint16(d.u16())
	h.Compression = uint8(d.u8())
	if d.more() {
		extensions := d.vector(2)
		for extensions.more() && len(h.Extensions) < maxList {
			kind := extensions.u16()
			data := extensions.vector(2)
			h.Extensions = append(h.Extensions, Extension{uint16(kind), data.b})
		}
		d.failed = d.failed || extensions.failed || extensions.more()
	}
	return h, d
}

// extension returns the data of an extension, and false if it is not there.
func (h *RawServerHello) extension(kind uint16) ([]byte, bool) {
	for _, e := range h.Extensions {
		if e.Type == kind {
			return e.Data, true
		}
	}
	return nil, false
}

// PSKExchange is the ServerKeyExchange of a suite with a pre-shared key.
type PSKExchange struct {
	// Hint is psk_identity_hint (RFC 4279 section 2).
	Hint []byte
	// Group and Point are the server's part of ECDHE (RFC 5489 section 2).
	Group uint16
	Point []byte
}

// PSKServerExchange reads the body of a ServerKeyExchange of a TLS_PSK suite,
// or with ecdhe of a TLS_ECDHE_PSK suite. The error is [ErrMalformed].
func PSKServerExchange(body []byte, ecdhe bool) (PSKExchange, error) {
	d := decoder{b: body}
	hint := d.vector(2)
	x := PSKExchange{Hint: hint.b}
	if ecdhe {
		kind := d.u8()
		x.Group = uint16(d.u16())
		point := d.vector(1)
		x.Point = point.b
		d.failed = d.failed || kind != curveNamed || len(x.Point) == 0
	}
	if d.failed || len(d.b) > 0 {
		return PSKExchange{}, ErrMalformed
	}
	return x, nil
}

// PRF is the pseudorandom function of TLS 1.2 (RFC 5246 section 5) with the
// hash of the cipher suite; length is in bytes.
func PRF(newHash func() hash.Hash, secret []byte, label string, seed []byte, length int) []byte {
	return pHash(newHash, secret, append([]byte(label), seed...), length)
}
