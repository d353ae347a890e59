package psk

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"slices"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// Handshake types (IANA: TLS HandshakeType) that package record has no name for.
const (
	msgHelloRequest      = 0
	msgServerHelloDone   = 14
	msgClientKeyExchange = 16

	messageHeader = 4
	// maxMessage is the longest message that is taken. The longest that makes sense is a ServerHello of some hundred bytes.
	maxMessage = 16 << 10
)

// next returns the next handshake message, which is put together from several records if need be, and adds it to the
// transcript.
func (h *handshake) next() (kind byte, body []byte, err error) {
	for {
		if length, ok := messageLength(h.pending); ok {
			if length > maxMessage {
				return 0, nil, wrong(record.DecodeError, "a handshake message is longer than allowed")
			}
			if whole := messageHeader + length; len(h.pending) >= whole {
				message := h.pending[:whole:whole]
				h.pending = h.pending[whole:]
				h.transcript = append(h.transcript, message...)
				return message[0], message[messageHeader:], nil
			}
		}
		t, content, err := h.record()
		switch {
		case err != nil:
			return 0, nil, err
		case t != record.TypeHandshake:
			return 0, nil, wrong(alertUnexpectedMessage, "the server sent something else before the end of the handshake")
		case len(content) == 0:
			// Only application data may be empty (RFC 5246 section 6.2.1).
			return 0, nil, wrong(alertUnexpectedMessage, "a handshake record is empty")
		}
		h.pending = append(h.pending, content...)
	}
}

// messageLength reads the length in a message's header, once that is there.
func messageLength(b []byte) (int, bool) {
	if len(b) < messageHeader {
		return 0, false
	}
	return int(b[1])<<16 | int(b[2])<<8 | int(b[3]), true
}

// expect returns the body of the next message, which has to be of this kind.
func (h *handshake) expect(kind byte) ([]byte, error) {
	got, body, err := h.next()
	if err == nil && got != kind {
		err = outOfTurn(got, kind)
	}
	return body, err
}

func outOfTurn(got, due byte) error {
	name := record.MessageName(got)
	if name == "" {
		name = fmt.Sprintf("an unknown message (%d)", got)
	}
	return wrong(alertUnexpectedMessage, fmt.Sprintf("the server sent %s where %s was due", name, record.MessageName(due)))
}

// readFlight reads the server's messages from ServerHello to ServerHelloDone.
func (h *handshake) readFlight() error {
	body, err := h.expect(record.MsgServerHello)
	if err != nil {
		return err
	}
	if err := h.serverHello(body); err != nil {
		return err
	}
	kind, body, err := h.next()
	if err != nil {
		return err
	}
	if kind == record.MsgServerKeyExchange {
		if err := h.keyExchange(body); err != nil {
			return err
		}
		if kind, body, err = h.next(); err != nil {
			return err
		}
	} else if h.suite.ecdhe {
		return outOfTurn(kind, record.MsgServerKeyExchange)
	}
	switch {
	case kind != msgServerHelloDone:
		return outOfTurn(kind, msgServerHelloDone)
	case len(body) > 0:
		return wrong(record.DecodeError, "ServerHelloDone is malformed")
	}
	return nil
}

// downgraded is how a server's Random ends that has TLS 1.2 and was made to use an older version (RFC 8446 section 4.1.3). The
// other such end, of a server that has TLS 1.3, is what every client without TLS 1.3 gets.
const downgraded = "DOWNGRD\x00"

// serverHello takes what the server chose, which has to be from what was offered.
func (h *handshake) serverHello(body []byte) error {
	hello, err := record.StrictServerHello(body)
	switch {
	case err != nil:
		return wrong(record.DecodeError, "ServerHello is malformed")
	case hello.Version != evidence.TLS12:
		return wrong(record.ProtocolVersion, fmt.Sprintf("the server chose %v, which was not offered", hello.Version))
	case bytes.HasSuffix(hello.Random[:], []byte(downgraded)):
		return wrong(record.IllegalParameter, "the server was made to use an older version")
	case !slices.Contains(h.cfg.Suites, hello.CipherSuite):
		return wrong(record.IllegalParameter, fmt.Sprintf("the server chose cipher suite 0x%04x, which was not offered", hello.CipherSuite))
	case hello.Compression != 0:
		return wrong(record.IllegalParameter, "the server chose compression, which was not offered")
	}
	h.server, h.suite = hello.Random, suiteOf(hello.CipherSuite)
	h.state.Version, h.state.CipherSuite, h.state.ServerName = tls.VersionTLS12, hello.CipherSuite, h.cfg.ServerName
	for _, e := range hello.Extensions {
		if err := h.extension(e); err != nil {
			return err
		}
	}
	return nil
}

// Extension numbers (IANA: TLS ExtensionType Values).
const (
	extServerName           = 0
	extSupportedGroups      = 10
	extPointFormats         = 11
	extALPN                 = 16
	extExtendedMasterSecret = 23
	extRenegotiation        = 0xff01
)

// extension takes one extension of the server, which may only answer what was offered (RFC 5246 section 7.4.1.4).
func (h *handshake) extension(e record.Extension) error {
	valid := true
	switch {
	case e.Type == extServerName && h.cfg.ServerName != "":
		valid = len(e.Data) == 0
	case e.Type == extSupportedGroups && h.cfg.offersECDHE():
		// A server need not tell its groups, and some do.
	case e.Type == extPointFormats && h.cfg.offersECDHE():
		valid = len(e.Data) > 1 && int(e.Data[0]) == len(e.Data)-1 && bytes.IndexByte(e.Data[1:], 0) >= 0
	case e.Type == extALPN && len(h.cfg.ALPN) > 0:
		valid = h.chosenProtocol(e.Data)
	case e.Type == extExtendedMasterSecret:
		valid, h.extended = len(e.Data) == 0, true
	case e.Type == extRenegotiation:
		valid = bytes.Equal(e.Data, []byte{0}) // RFC 5746 section 3.4
	default:
		return wrong(alertUnsupportedExtension, fmt.Sprintf("the server sent extension %d, which was not offered", e.Type))
	}
	if !valid {
		return wrong(record.IllegalParameter, fmt.Sprintf("extension %d of the server is malformed", e.Type))
	}
	return nil
}

// chosenProtocol takes the one protocol that the server chose (RFC 7301 section 3.1).
func (h *handshake) chosenProtocol(data []byte) bool {
	const header = 3
	if len(data) <= header || int(data[0])<<8|int(data[1]) != len(data)-2 || int(data[2]) != len(data)-header {
		return false
	}
	h.state.NegotiatedProtocol = string(data[header:])
	return slices.Contains(h.cfg.ALPN, h.state.NegotiatedProtocol)
}

// keyExchange takes the server's part of ECDHE. The hint is for a client that has several identities.
func (h *handshake) keyExchange(body []byte) error {
	x, err := record.PSKServerExchange(body, h.suite.ecdhe)
	switch {
	case err != nil:
		return wrong(record.DecodeError, "ServerKeyExchange is malformed")
	case !h.suite.ecdhe:
		return nil
	}
	id := tls.CurveID(x.Group)
	c := curve(id)
	if c == nil || !slices.Contains(h.cfg.Curves, id) {
		return wrong(record.IllegalParameter, fmt.Sprintf("the server chose %v for the key exchange, which was not offered", id))
	}
	if h.peer, err = c.NewPublicKey(x.Point); err != nil {
		return wrong(record.IllegalParameter, "the server's part of the key exchange is no point of "+id.String())
	}
	h.state.CurveID = id
	return nil
}
