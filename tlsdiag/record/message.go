package record

import "github.com/culex-mqtt/culex/tlsdiag/evidence"

const messageHeader = 4

// handshakeBytes adds a record's content to the message being put together;
// a message may span records, and a record may hold several (RFC 8446 section 5.1).
func (r *Reader) handshakeBytes(s *stream, b []byte) {
	s.handshake = append(s.handshake, b...)
	for len(s.handshake) >= messageHeader {
		length := int(s.handshake[1])<<16 | int(s.handshake[2])<<8 | int(s.handshake[3])
		if length > maxMessage {
			s.handshake = nil
			r.seen.Flow.Truncated = true
			return
		}
		if len(s.handshake) < messageHeader+length {
			return
		}
		r.message(s, s.handshake[0], s.handshake[messageHeader:messageHeader+length])
		s.handshake = s.handshake[messageHeader+length:]
	}
}

func (r *Reader) message(s *stream, kind uint8, body []byte) {
	f := &r.seen.Flow
	if len(f.Messages) == maxMessages {
		f.Truncated = true
		return
	}
	f.Messages = append(f.Messages, evidence.Message{
		From: s.from, Name: MessageName(kind), Length: len(body), Record: s.records, Packet: r.packet,
	})
	if s.from == evidence.SideClient {
		r.clientMessage(kind, body)
		return
	}
	r.serverMessage(kind, body)
}

func (r *Reader) clientMessage(kind uint8, body []byte) {
	switch kind {
	case msgClientHello:
		if h, err := ClientHello(body); err == nil && r.seen.Flow.ClientHello == nil {
			h.Size = headerSize + messageHeader + len(body)
			r.seen.Flow.ClientHello = h
		}
		copyRandom(&r.clientRandom, body)
		r.seen.Stage = evidence.StageHello
	case msgCertificate:
		r.seen.ClientAnswered = true
		r.seen.Client, _ = r.certificates(body)
	case MsgFinished:
		r.clientFinished()
	}
}

func (r *Reader) serverMessage(kind uint8, body []byte) {
	f := &r.seen.Flow
	switch kind {
	case MsgServerHello:
		h, err := ServerHello(body)
		if err != nil {
			return
		}
		h.Retry = h.Retry || f.ServerHello != nil && f.ServerHello.Retry
		f.ServerHello = h
		r.seen.Stage = evidence.StageServerFlight
		r.serverHello(h, body)
	case msgCertificate:
		r.seen.Server, _ = r.certificates(body)
	case MsgFinished:
		r.serverFinished()
	case MsgServerKeyExchange:
		if h := f.ServerHello; h != nil {
			if g, signature := keyExchange(body, h.Version); g != 0 || signature != 0 {
				h.Group, h.Signature = g, signature
			}
		}
	case msgCertificateRequest:
		r.seen.Request, _ = CertificateRequest(body, r.version())
	}
}

// certificates reads a Certificate message of the version at hand.
func (r *Reader) certificates(body []byte) ([][]byte, error) {
	if r.version() >= evidence.TLS13 {
		return Certificates13(body)
	}
	return Certificates(body)
}
