package main

import (
	"encoding/binary"
	"errors"
	"net"
	"os"
	"sync"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// ledger is a broker that keeps what it acknowledges: each message goes into a file, a line each, before its PUBACK or
// PUBCOMP leaves. It speaks MQTT 3.1.1, keeps sessions as long as it lives, and has no subscribers.
type ledger struct {
	listener net.Listener
	file     *os.File
	serving  sync.WaitGroup

	mu       sync.Mutex
	sessions map[string]held // by Client Identifier
}

// held are the QoS 2 messages of a session that are not released, by Packet Identifier.
type held map[uint16][]byte

func openLedger(address, file string) (*ledger, error) {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &ledger{listener: l, file: f, sessions: map[string]held{}}, nil
}

func (l *ledger) serve() {
	for {
		conn, err := l.listener.Accept()
		if err != nil {
			return
		}
		l.serving.Go(func() {
			defer conn.Close()
			s := &visit{ledger: l, conn: conn}
			s.packets = mqtt.NewReader(s, 0)
			_ = s.run() // the client's own end shows what came of it
		})
	}
}

// close returns when all connections are over; each ends with its client.
func (l *ledger) close() error {
	_ = l.listener.Close()
	l.serving.Wait()
	return l.file.Close()
}

// visit is one connection.
type visit struct {
	*ledger
	conn    net.Conn
	packets *mqtt.Reader
	session held
	arrived []byte // lines for the file
	answer  []byte // what may leave when they are in it
}

// Read is called when nothing more has arrived: the moment to write down and to answer.
func (v *visit) Read(p []byte) (int, error) {
	if len(v.arrived) > 0 {
		if _, err := v.file.Write(v.arrived); err != nil {
			return 0, err
		}
		v.arrived = v.arrived[:0]
	}
	if len(v.answer) > 0 {
		if _, err := v.conn.Write(v.answer); err != nil {
			return 0, err
		}
		v.answer = v.answer[:0]
	}
	return v.conn.Read(p)
}

var errUnexpected = errors.New("a packet that no publisher sends")

func (v *visit) run() error {
	for {
		f, err := v.packets.Next()
		if err != nil {
			return err
		}
		switch f.Type() {
		case mqtt.CONNECT:
			err = v.connect(f.Body)
		case mqtt.PUBLISH:
			err = v.publish(f)
		case mqtt.PUBREL:
			v.release(binary.BigEndian.Uint16(f.Body))
		case mqtt.PINGREQ:
			v.answer = append(v.answer, 0xd0, 0)
		case mqtt.DISCONNECT:
			_, err = v.Read(make([]byte, 1))
		default:
			err = errUnexpected
		}
		if err != nil {
			return err
		}
	}
}

// connect reads CONNECT as far as the Client Identifier (MQTT 3.1.1, 3.1).
func (v *visit) connect(body []byte) error {
	if len(body) < 12 || len(body) < 12+int(binary.BigEndian.Uint16(body[10:])) {
		return errUnexpected
	}
	id, clean := string(body[12:][:binary.BigEndian.Uint16(body[10:])]), body[7]&2 != 0
	v.mu.Lock()
	defer v.mu.Unlock()
	known := v.sessions[id]
	present := byte(0)
	if clean || known == nil {
		known = held{}
	} else {
		present = 1
	}
	if !clean {
		v.sessions[id] = known
	}
	v.session = known
	v.answer = append(v.answer, 0x20, 2, present, 0)
	return nil
}

func (v *visit) publish(f mqtt.Frame) error {
	var p mqtt.Publish
	if err := mqtt.ParsePublish(mqtt.V311, f, &p); err != nil {
		return err
	}
	switch p.QoS {
	case 0:
		v.note(p.Payload)
	case 1:
		v.note(p.Payload)
		v.answer = mqtt.AppendAck(v.answer, mqtt.V311, mqtt.PUBACK, p.PacketID, mqtt.Success)
	case 2:
		v.session[p.PacketID] = append([]byte(nil), p.Payload...)
		v.answer = mqtt.AppendAck(v.answer, mqtt.V311, mqtt.PUBREC, p.PacketID, mqtt.Success)
	}
	return nil
}

func (v *visit) release(id uint16) {
	if payload, ok := v.session[id]; ok {
		v.note(payload)
		delete(v.session, id)
	}
	v.answer = mqtt.AppendAck(v.answer, mqtt.V311, mqtt.PUBCOMP, id, mqtt.Success)
}

func (v *visit) note(payload []byte) {
	v.arrived = append(append(v.arrived, payload...), '\n')
}
