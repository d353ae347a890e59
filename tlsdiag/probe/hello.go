package probe

import (
	"encoding/binary"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// Hello is a ClientHello (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2).
// A probe sends it to see the answer, and completes no handshake.
type Hello struct {
	// Lowest and Highest are the range of versions.
	Lowest, Highest evidence.Version
	Suites          []uint16
	Groups          []uint16
	// Share is the group of the one key share; 0 sends none, and a server of
	// TLS 1.3 answers with the group that it wants.
	Share uint16
	// Signatures are for suites with certificates; none leaves the extensions out.
	Signatures []uint16
	ServerName string
	ALPN       []string
	// Pad is the least size on the wire, reached with the padding extension
	// (RFC 7685); 0 for none.
	Pad int
}

// Extension numbers (IANA TLS ExtensionType Values).
const (
	extServerName           = 0
	extSupportedGroups      = 10
	extPointFormats         = 11
	extSignatures           = 13
	extALPN                 = 16
	extPadding              = 21
	extExtendedMasterSecret = 23
	extSupportedVersions    = 43
	extPSKModes             = 45
	extSignaturesCert       = 50
	extKeyShare             = 51
	extRenegotiation        = 0xff01
)

const (
	randomSize = 32
	shareSize  = 32 // of X25519, of which every value is a key (RFC 7748 section 5)
	// maxHello is the largest ClientHello that is built: one record.
	maxHello = 1 << 14
)

// Record returns the ClientHello in one record. The random bytes are used for
// Random, the session identifier and the key share; 96 are needed.
func (h *Hello) Record(random [3 * randomSize]byte) []byte {
	var b builder
	b.u8(record.TypeHandshake)
	b.u16(int(min(h.Lowest, evidence.TLS10)))
	b.vector(2, func() {
		b.u8(1) // client_hello
		b.vector(3, func() { h.body(&b, random) })
	})
	return b.bytes
}

func (h *Hello) body(b *builder, random [3 * randomSize]byte) {
	b.u16(int(min(h.Highest, evidence.TLS12)))
	b.add(random[:randomSize])
	b.vector(1, func() {
		if h.Highest >= evidence.TLS13 { // the compatibility mode of RFC 8446 appendix D.4
			b.add(random[randomSize : 2*randomSize])
		}
	})
	b.vector(2, func() { b.list(h.Suites) })
	b.vector(1, func() { b.u8(0) }) // no compression
	b.vector(2, func() {
		h.extensions(b, random[2*randomSize:])
		h.pad(b)
	})
}

func (h *Hello) extensions(b *builder, share []byte) {
	if h.ServerName != "" {
		b.extension(extServerName, func() {
			b.vector(2, func() {
				b.u8(0) // host_name
				b.vector(2, func() { b.add([]byte(h.ServerName)) })
			})
		})
	}
	b.extension(extRenegotiation, func() { b.u8(0) })
	b.extension(extExtendedMasterSecret, func() {})
	if len(h.Groups) > 0 {
		b.extension(extSupportedGroups, func() { b.vector(2, func() { b.list(h.Groups) }) })
		b.extension(extPointFormats, func() { b.vector(1, func() { b.u8(0) }) })
	}
	if h.Highest >= evidence.TLS12 && len(h.Signatures) > 0 {
		b.extension(extSignatures, func() { b.vector(2, func() { b.list(h.Signatures) }) })
		// What signs the certificates is another question.
		b.extension(extSignaturesCert, func() { b.vector(2, func() { b.list(allSignatures()) }) })
	}
	if len(h.ALPN) > 0 {
		b.extension(extALPN, func() {
			b.vector(2, func() {
				for _, name := range h.ALPN {
					b.vector(1, func() { b.add([]byte(name)) })
				}
			})
		})
	}
	if h.Highest >= evidence.TLS13 {
		h.extensions13(b, share)
	}
}

// extensions13 are those without which a server does not pick TLS 1.3.
func (h *Hello) extensions13(b *builder, share []byte) {
	b.extension(extSupportedVersions, func() {
		b.vector(1, func() {
			for v := h.Highest; v >= h.Lowest; v-- {
				b.u16(int(v))
			}
		})
	})
	b.extension(extPSKModes, func() { b.vector(1, func() { b.u8(1) }) }) // psk_dhe_ke
	b.extension(extKeyShare, func() {
		b.vector(2, func() {
			if h.Share != 0 {
				b.u16(int(h.Share))
				b.vector(2, func() { b.add(share[:shareSize]) })
			}
		})
	})
}

// pad adds what is missing to the size that is wanted.
func (h *Hello) pad(b *builder) {
	const header = 4
	if missing := min(h.Pad, maxHello) - len(b.bytes) - header; missing > 0 {
		b.extension(extPadding, func() { b.add(make([]byte, missing)) })
	}
}

// builder writes the vectors of the TLS presentation language (RFC 8446
// section 3).
type builder struct{ bytes []byte }

func (b *builder) u8(v byte)    { b.bytes = append(b.bytes, v) }
func (b *builder) u16(v int)    { b.bytes = binary.BigEndian.AppendUint16(b.bytes, uint16(v)) }
func (b *builder) add(p []byte) { b.bytes = append(b.bytes, p...) }

func (b *builder) list(values []uint16) {
	for _, v := range values {
		b.u16(int(v))
	}
}

// vector writes what content writes behind its length, which takes size bytes.
func (b *builder) vector(size int, content func()) {
	start := len(b.bytes)
	b.bytes = append(b.bytes, make([]byte, size)...)
	content()
	n := len(b.bytes) - start - size
	for i := range size {
		b.bytes[start+i] = byte(n >> (8 * (size - 1 - i)))
	}
}

func (b *builder) extension(kind int, data func()) {
	b.u16(kind)
	b.vector(2, data)
}
