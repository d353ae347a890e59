package record

import (
	"errors"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Limits of what one message may make this package allocate.
const (
	maxList         = 256
	maxCertificates = 64
	maxNames        = 1024
)

// Extension numbers (IANA TLS ExtensionType Values).
const (
	extServerName        = 0
	extSupportedGroups   = 10
	extSignatures        = 13
	extALPN              = 16
	extEncryptThenMAC    = 22
	extSupportedVersions = 43
	extAuthorities       = 47
	extKeyShare          = 51
)

// ErrMalformed says that a message does not follow its definition.
var ErrMalformed = errors.New("malformed handshake message")

// curveNamed is the ECCurveType of all groups that have a number (RFC 8422 section 5.4).
const curveNamed = 3

// helloRetry is the Random that marks a HelloRetryRequest (RFC 8446 section 4.1.3).
var helloRetry = [32]byte{
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
}

// ClientHello reads the body of a ClientHello (RFC 8446 section 4.1.2). Size
// is left to the caller, who knows the record.
func ClientHello(body []byte) (*evidence.ClientHello, error) {
	d := decoder{b: body}
	version := evidence.Version(d.u16())
	d.take(32)
	d.vector(1)
	suites := d.vector(2)
	d.vector(1)
	h := &evidence.ClientHello{CipherSuites: suites.list()}
	if d.more() {
		extensions := d.vector(2)
		for extensions.more() {
			kind := extensions.u16()
			data := extensions.vector(2)
			clientExtension(h, kind, &data)
		}
		d.failed = d.failed || extensions.failed
	}
	if d.failed {
		return nil, ErrMalformed
	}
	if h.Versions == nil {
		h.Versions = []evidence.Version{version}
	}
	return h, nil
}

func clientExtension(h *evidence.ClientHello, kind int, d *decoder) {
	switch kind {
	case extServerName:
		names := d.vector(2)
		if names.u8() == 0 {
			name := names.vector(2)
			h.ServerName = string(name.b)
		}
	case extSupportedGroups:
		v := d.vector(2)
		h.Groups = v.list()
	case extSignatures:
		v := d.vector(2)
		h.Signatures = v.list()
	case extALPN:
		names := d.vector(2)
		for names.more() && len(h.ALPN) < maxList {
			name := names.vector(1)
			h.ALPN = append(h.ALPN, string(name.b))
		}
	case extSupportedVersions:
		v := d.vector(1)
		for _, n := range v.list() {
			h.Versions = append(h.Versions, evidence.Version(n))
		}
	}
}

// ServerHello reads the body of a ServerHello or HelloRetryRequest (RFC 8446
// section 4.1.3, 4.1.4).
func ServerHello(body []byte) (*evidence.ServerHello, error) {
	raw, d := rawServerHello(body)
	if d.failed {
		return nil, ErrMalformed
	}
	h := &evidence.ServerHello{Version: raw.Version, Retry: raw.Random == helloRetry, CipherSuite: raw.CipherSuite}
	for _, e := range raw.Extensions {
		data := decoder{b: e.Data}
		switch e.Type {
		case extSupportedVersions:
			h.Version = evidence.Version(data.u16())
		case extKeyShare:
			h.Group = uint16(data.u16())
		}
	}
	return h, nil
}

// Certificates reads the body of a Certificate message up to TLS 1.2 (RFC 5246
// section 7.4.2) and returns each certificate's DER, the sender's own first.
func Certificates(body []byte) ([][]byte, error) {
	d := decoder{b: body}
	list := d.vector(3)
	var out [][]byte
	for list.more() && len(out) < maxCertificates {
		if c := list.vector(3); !c.failed {
			out = append(out, c.b)
		}
	}
	if d.failed || list.failed {
		return out, ErrMalformed
	}
	return out, nil
}

// Certificates13 reads the body of a Certificate message of TLS 1.3 (RFC 8446
// section 4.4.2) as Certificates does.
func Certificates13(body []byte) ([][]byte, error) {
	d := decoder{b: body}
	d.vector(1) // certificate_request_context
	list := d.vector(3)
	var out [][]byte
	for list.more() && len(out) < maxCertificates {
		c := list.vector(3)
		list.vector(2) // extensions
		if !c.failed {
			out = append(out, c.b)
		}
	}
	if d.failed || list.failed {
		return out, ErrMalformed
	}
	return out, nil
}

// Request is a CertificateRequest as far as it matters to a client.
type Request struct {
	// CAs are the DER encoded names of acceptable issuers.
	CAs        [][]byte
	Signatures []uint16
}

// CertificateRequest reads the body of a CertificateRequest for the version
// that was negotiated (RFC 5246 section 7.4.4, RFC 8446 section 4.3.2).
func CertificateRequest(body []byte, version evidence.Version) (*Request, error) {
	d := decoder{b: body}
	r := &Request{}
	d.vector(1) // certificate_types, or certificate_request_context in TLS 1.3
	if version >= evidence.TLS13 {
		extensions := d.vector(2)
		for extensions.more() {
			kind := extensions.u16()
			data := extensions.vector(2)
			switch kind {
			case extSignatures:
				v := data.vector(2)
				r.Signatures = v.list()
			case extAuthorities:
				r.CAs = names(&data)
			}
		}
		d.failed = d.failed || extensions.failed
	} else {
		if version >= evidence.TLS12 {
			v := d.vector(2)
			r.Signatures = v.list()
		}
		r.CAs = names(&d)
	}
	if d.failed {
		return nil, ErrMalformed
	}
	return r, nil
}

func names(d *decoder) [][]byte {
	list := d.vector(2)
	var out [][]byte
	for list.more() && len(out) < maxNames {
		name := list.vector(2)
		out = append(out, name.b)
	}
	d.failed = d.failed || list.failed
	return out
}

// keyExchange returns the curve named by an ECDHE ServerKeyExchange (RFC 8422
// section 5.4), and from TLS 1.2 on the signature algorithm of that or of a DHE
// one (RFC 5246 section 7.4.3). What is not there is 0.
func keyExchange(body []byte, version evidence.Version) (group, signature uint16) {
	d := decoder{b: body}
	kind, curve := d.u8(), d.u16()
	if point := d.vector(1); !d.failed && kind == curveNamed && len(point.b) > 0 {
		group = uint16(curve)
	} else {
		d = decoder{b: body}
		d.vector(2) // dh_p, dh_g and dh_Ys
		d.vector(2)
		d.vector(2)
	}
	if version >= evidence.TLS12 && d.more() {
		if algorithm, value := d.u16(), d.vector(2); !d.failed && len(value.b) > 0 && len(d.b) == 0 {
			signature = uint16(algorithm)
		}
	}
	return group, signature
}
