// Package record reads TLS from bytes: records, handshake messages, alerts,
// and the greetings of servers that do not speak TLS at all. It is pure and
// bounded: whatever the input, it neither panics nor allocates more than a
// small multiple of what it was given.
package record

import (
	"github.com/culex-mqtt/culex/tlsdiag/evidence"
)

// Content types (RFC 8446 section 5.1).
const (
	TypeChangeCipherSpec = 20
	TypeAlert            = 21
	TypeHandshake        = 22
	TypeApplicationData  = 23
)

const (
	headerSize = 5
	// maxRecord is the largest record that any version allows (RFC 5246
	// section 6.2.3).
	maxRecord   = 1<<14 + 2048
	maxRecords  = 256
	maxMessages = 64
	maxAlerts   = 16
	// maxMessage is the longest handshake message that is put together.
	maxMessage = 256 << 10
)

// Handshake types (IANA TLS HandshakeType).
const (
	msgClientHello        = 1
	MsgServerHello        = 2
	msgCertificate        = 11
	MsgServerKeyExchange  = 12
	msgCertificateRequest = 13
	MsgFinished           = 20
)

// Capture is what passed on a connection, in order.
type Capture struct {
	Chunks         []Chunk
	Sent, Received int64
	// Truncated says that more passed than Chunks holds.
	Truncated bool
}

// Chunk is a run of bytes from one side.
type Chunk struct {
	From evidence.Side
	Data []byte
	// Packet is the number of the packet that brought it; 0 outside a packet
	// capture.
	Packet int
}

// Seen is what a capture tells.
type Seen struct {
	Flow evidence.Flow
	// Server and Client are the certificates that each side sent and that
	// could be read, DER encoded, its own first.
	Server, Client [][]byte
	// ClientAnswered says whether a client Certificate message was seen, empty
	// or not.
	ClientAnswered bool
	// Request is the CertificateRequest, if one could be read.
	Request *Request
	Stage   evidence.Stage
	Application
}

// Application is what is known of what came behind the handshake.
type Application struct {
	// Accepted says that the server took the client's second flight: it sent
	// something other than an alert in answer.
	Accepted bool
	// Answered says that the server sent application data.
	Answered bool
	// First are the first bytes of the server's application data, where they
	// could be opened.
	First []byte
	// Opened says that encrypted records could be opened.
	Opened bool
	// Flight is what the lengths of a client's sealed records in TLS 1.3 tell.
	Flight Flight

	tickets int
}

// MessageName is the specification's name of a handshake type, or "" for one
// that is unknown.
func MessageName(kind uint8) string {
	switch kind {
	case 0:
		return "HelloRequest"
	case msgClientHello:
		return "ClientHello"
	case MsgServerHello:
		return "ServerHello"
	case 4:
		return "NewSessionTicket"
	case 8:
		return "EncryptedExtensions"
	case msgCertificate:
		return "Certificate"
	case MsgServerKeyExchange:
		return "ServerKeyExchange"
	case msgCertificateRequest:
		return "CertificateRequest"
	case 14:
		return "ServerHelloDone"
	case 15:
		return "CertificateVerify"
	case 16:
		return "ClientKeyExchange"
	case MsgFinished:
		return "Finished"
	case 22:
		return "CertificateStatus"
	case 24:
		return "KeyUpdate"
	}
	return ""
}
