package psk

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/hmac"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/culex-mqtt/culex/tlsdiag/evidence"
	"github.com/culex-mqtt/culex/tlsdiag/probe"
	"github.com/culex-mqtt/culex/tlsdiag/record"
)

// Config is what a client needs.
type Config struct {
	// Identity names the key to the server, in at most MaxIdentity bytes.
	Identity string
	// Key is the pre-shared key: 1 to MaxKey bytes.
	Key []byte
	// Suites are those of Suites to offer, in the order of preference; at least one.
	Suites []uint16
	// Curves are the groups for ECDHE to offer: X25519, P-256, P-384 and P-521.
	Curves []tls.CurveID
	// ServerName is sent unless it is empty (RFC 6066 section 3).
	ServerName string
	// ALPN are the protocols to offer (RFC 7301); none sends nothing.
	ALPN []string
	// KeyLog gets the master secret in the NSS key log format; nil for none.
	KeyLog io.Writer
}

// The longest that OpenSSL takes, in bytes.
const (
	MaxIdentity = 256
	MaxKey      = 512
)

// Client makes the handshake over conn and returns the connection. When ctx ends before the handshake does, conn is closed and
// the error is that of ctx. Otherwise conn is left open.
func Client(ctx context.Context, conn net.Conn, cfg *Config) (*Conn, error) {
	if err := cfg.Check(); err != nil {
		return nil, err
	}
	h := &handshake{Conn: &Conn{Conn: conn}, cfg: cfg}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	err := h.run()
	if !stop() {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	return h.Conn, nil
}

// Check tells what cannot work, whatever the server says.
func (cfg *Config) Check() error {
	switch {
	case len(cfg.Key) == 0:
		return errors.New("the pre-shared key is empty")
	case len(cfg.Key) > MaxKey:
		return fmt.Errorf("the pre-shared key has %d bytes, more than %d", len(cfg.Key), MaxKey)
	case len(cfg.Identity) > MaxIdentity:
		return fmt.Errorf("the identity of the pre-shared key has %d bytes, more than %d", len(cfg.Identity), MaxIdentity)
	case len(cfg.Suites) == 0:
		return errors.New("there is no cipher suite to offer")
	case cfg.offersECDHE() && !HasGroup(cfg.Curves):
		return errors.New("there is no group to offer for the key exchange; X25519, P-256, P-384 and P-521 can be used with a pre-shared key")
	}
	return nil
}

// HasGroup says whether any of the groups can be used here.
func HasGroup(curves []tls.CurveID) bool { return len(groupNumbers(curves)) > 0 }

// NeedsGroup says that a suite makes a key exchange with ECDHE.
func NeedsGroup(suite uint16) bool { return suiteOf(suite).ecdhe }

func (cfg *Config) offersECDHE() bool {
	return slices.ContainsFunc(cfg.Suites, NeedsGroup)
}

// handshake is a connection that is being made. It locks nothing: nobody else has the connection yet.
type handshake struct {
	*Conn
	cfg *Config
	secrets
	transcript []byte // all handshake messages so far (RFC 5246 section 7.4.9)
	pending    []byte // what came of messages that were not taken yet
	extended   bool   // both sides have the extended master secret
	peer       *ecdh.PublicKey
}

// run makes the handshake (RFC 5246 section 7.3). Its error was told to the server.
func (h *handshake) run() error {
	if err := h.sendHello(); err != nil {
		return err
	}
	if err := h.readFlight(); err != nil {
		return h.Conn.refuse(err)
	}
	in, err := h.sendFlight()
	if err != nil {
		return err
	}
	if err := h.readFinished(in); err != nil {
		return h.Conn.refuse(err)
	}
	h.state.HandshakeComplete = true
	return nil
}

func (h *handshake) sendHello() error {
	var random [3 * randomSize]byte
	_, _ = rand.Read(random[:]) // never fails
	hello := probe.Hello{
		Lowest: evidence.TLS12, Highest: evidence.TLS12, Suites: h.cfg.Suites,
		ServerName: h.cfg.ServerName, ALPN: h.cfg.ALPN,
	}
	if h.cfg.offersECDHE() {
		hello.Groups = groupNumbers(h.cfg.Curves)
	}
	sent := hello.Record(random)
	copy(h.client[:], random[:])
	h.transcript = append(h.transcript, sent[headerSize:]...)
	_, err := h.Conn.Conn.Write(sent)
	return err
}

func groupNumbers(curves []tls.CurveID) []uint16 {
	var ids []uint16
	for _, c := range curves {
		if curve(c) != nil {
			ids = append(ids, uint16(c))
		}
	}
	return ids
}

// curve is the group with this number, nil if it is none of those here.
func curve(id tls.CurveID) ecdh.Curve {
	switch id {
	case tls.X25519:
		return ecdh.X25519()
	case tls.CurveP256:
		return ecdh.P256()
	case tls.CurveP384:
		return ecdh.P384()
	case tls.CurveP521:
		return ecdh.P521()
	}
	return nil
}

// sendFlight sends ClientKeyExchange, ChangeCipherSpec and Finished at once, and returns what opens the server's records from
// its ChangeCipherSpec on.
func (h *handshake) sendFlight() (in protection, err error) {
	exchange := appendVector16(nil, []byte(h.cfg.Identity))
	var shared []byte
	if h.peer != nil {
		own, err := h.peer.Curve().GenerateKey(rand.Reader)
		if err != nil {
			return in, err
		}
		if shared, err = own.ECDH(h.peer); err != nil {
			return in, h.Conn.refuse(wrong(record.IllegalParameter, "the server's key exchange is of low order"))
		}
		point := own.PublicKey().Bytes()
		exchange = append(append(exchange, byte(len(point))), point...)
	}
	message := h.message(msgClientKeyExchange, exchange)
	h.derive(premaster(h.cfg.Key, shared), h.transcript, h.extended)
	h.logKeys()
	flight, err := h.out.seal(nil, record.TypeHandshake, message)
	if err != nil {
		return in, err
	}
	flight, _ = h.out.seal(flight, record.TypeChangeCipherSpec, []byte{1})
	if h.out.protection, in, err = h.protections(); err != nil {
		return in, err
	}
	finished := h.message(record.MsgFinished, h.finished("client finished", h.transcript))
	if flight, err = h.out.seal(flight, record.TypeHandshake, finished); err != nil {
		return in, err
	}
	_, err = h.Conn.Conn.Write(flight)
	return in, err
}

// message makes a handshake message and adds it to the transcript.
func (h *handshake) message(kind byte, body []byte) []byte {
	m := []byte{kind, 0, byte(len(body) >> 8), byte(len(body))}
	m = append(m, body...)
	h.transcript = append(h.transcript, m...)
	return m
}

func appendVector16(b, content []byte) []byte {
	return append(binary.BigEndian.AppendUint16(b, uint16(len(content))), content...)
}

func (h *handshake) logKeys() {
	if h.cfg.KeyLog != nil {
		// A log that cannot be written is no reason to fail.
		_, _ = fmt.Fprintf(h.cfg.KeyLog, "CLIENT_RANDOM %x %x\n", h.client, h.master)
	}
}

// readFinished reads ChangeCipherSpec and Finished.
func (h *handshake) readFinished(in protection) error {
	kind, content, err := h.record()
	switch {
	case err != nil:
		return err
	case kind != record.TypeChangeCipherSpec || len(h.pending) > 0:
		return wrong(alertUnexpectedMessage, "the server sent a message where ChangeCipherSpec was due")
	case !bytes.Equal(content, []byte{1}):
		return wrong(record.DecodeError, "ChangeCipherSpec is malformed")
	}
	h.in.protection = in
	expected := h.finished("server finished", h.transcript)
	body, err := h.expect(record.MsgFinished)
	switch {
	case err != nil:
		return err
	case !hmac.Equal(body, expected):
		return wrong(record.DecryptError, "invalid server finished hash")
	case len(h.pending) > 0:
		return wrong(alertUnexpectedMessage, "the server sent a message behind Finished")
	}
	return nil
}

// ServerName is the name to send for a host: none for an address (RFC 6066 section 3), and no dot at its end.
func ServerName(host string) string {
	if net.ParseIP(strings.Trim(host, "[]")) != nil || strings.Contains(host, "%") {
		return ""
	}
	return strings.TrimRight(host, ".")
}
