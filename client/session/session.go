package session

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// DefaultMaxInflight is how many QoS 1 and 2 messages may be unacknowledged unless the caller or the broker says otherwise.
const DefaultMaxInflight = 20

// Config is what stays the same for all connections of a session.
type Config struct {
	// Connect is the CONNECT packet (MQTT 5.0, 3.1). A client identifier that the broker assigns replaces an empty one.
	Connect mqtt.Connect
	// MaxInflight bounds the unacknowledged QoS 1 and 2 messages that this side sends; 0 means DefaultMaxInflight.
	// A broker's Receive Maximum (MQTT 5.0, 3.2.2.3.3) takes its place.
	MaxInflight int
	// MaxPacket bounds incoming packets in bytes; 0 means the Maximum Packet Size among the properties of Connect, or else
	// what the protocol allows.
	MaxPacket int
	// Leave is the property list of our DISCONNECT (MQTT 5.0, 3.14.2.2).
	Leave mqtt.Properties
	// CloseNotify tells that the transport says a goodbye of its own after our DISCONNECT, as TLS does. A broker that
	// closes without reading it resets the connection, which then says nothing about our messages.
	CloseNotify bool
	// ConnectTimeout bounds one attempt to connect, from the call of Dial to CONNACK; 0 means that only the keep alive
	// interval bounds the wait for CONNACK.
	ConnectTimeout time.Duration
	// Pause is the time before the second attempt to connect, which doubles up to 30 s; 0 means 1 s.
	Pause time.Duration
	// Trace receives the debug lines; nil for none.
	Trace *Trace
	// Events receives what the broker sends.
	Events Events
	// Now is the clock; only differences of its readings matter.
	Now func() time.Time
}

// Events are the calls that a session makes, all from the goroutine in Run and never two at a time. Any may be nil.
type Events struct {
	// Connected follows an accepting CONNACK, on every connection.
	Connected func(mqtt.Connack) error
	// Lost reports that a connection ended, or could not be made, and that Run will dial again after the pause.
	Lost func(err error, pause time.Duration)
	// Message hands over a received application message, whose slices are valid only during the call.
	// Its acknowledgement leaves after the next Idle. ErrStop ends the session cleanly.
	Message func(*mqtt.Publish) error
	// Ready tells whether one more message is wanted while so many of QoS 2, which the broker has been promised to take,
	// are still to be handed over. What arrives when it says no waits, unacknowledged, until it says yes: at the end of
	// the session it is still the broker's. Nil means always.
	Ready func(held int) bool
	// Subscribed and Unsubscribed report the broker's answers.
	Subscribed   func(mqtt.Suback) error
	Unsubscribed func(mqtt.Unsuback) error
	// Refused reports a PUBACK or PUBREC with a reason code of 0x80 or more.
	Refused func(mqtt.PacketType, mqtt.Ack)
	// Idle is called when nothing more has arrived, before waiting for the broker: the time to flush output.
	Idle func() error
}

// Session is one client's session. Make it with New.
type Session struct {
	cfg Config

	mu      sync.Mutex
	changed sync.Cond // the link, the window or the end of the session changed
	link    *link     // the accepted connection, or nil
	ids     identifiers
	window  window
	limits  limits
	// assigned tells that the client identifier came from the broker.
	assigned bool
	requests map[uint16]request // SUBSCRIBE and UNSUBSCRIBE that wait for their answer
	outbound outbound
	absence  absence
	end      ending
	inbound  inbound
}

// limits are what the broker's CONNACK allows.
type limits struct {
	inflight  int
	qos       byte
	packet    int // 0: no limit
	retain    bool
	keepAlive time.Duration
}

// ending tells how far a session is on its way out.
type ending struct {
	leaving atomic.Bool     // Disconnect was called; set with Session.mu held
	code    mqtt.ReasonCode // with this
	cancel  func()          // ends an attempt to connect and the pause between two
	over    bool            // Run has returned
	err     error           // why, nil for a clean end
}

// New returns a session that has no connection yet.
func New(cfg Config) *Session {
	if cfg.MaxInflight == 0 {
		cfg.MaxInflight = DefaultMaxInflight
	}
	if announced, ok := cfg.Connect.Properties.Uint(mqtt.MaximumPacketSize); ok && cfg.MaxPacket == 0 {
		cfg.MaxPacket = int(min(announced, math.MaxInt32))
	}
	if cfg.Pause == 0 {
		cfg.Pause = firstPause
	}
	s := &Session{cfg: cfg}
	s.changed.L = &s.mu
	s.limits = s.ownLimits()
	cfg.Trace.identify(cfg.Connect.ClientID)
	return s
}

// mostInflight leaves some of the 65,535 Packet Identifiers to SUBSCRIBE and UNSUBSCRIBE.
const mostInflight = 65_000

func (s *Session) ownLimits() limits {
	return limits{
		inflight:  min(s.cfg.MaxInflight, mostInflight),
		qos:       2,
		retain:    true,
		keepAlive: time.Duration(s.cfg.Connect.KeepAlive) * time.Second,
	}
}

// adopt takes over what an accepting CONNACK says (MQTT 5.0, 3.2.2.3).
func (s *Session) adopt(ack *mqtt.Connack) error {
	l := s.ownLimits()
	for p := range ack.Properties.All() {
		switch p.ID {
		case mqtt.ReceiveMaximum:
			l.inflight = min(int(p.Value), mostInflight)
		case mqtt.MaximumQoS:
			l.qos = byte(p.Value)
		case mqtt.RetainAvailable:
			l.retain = p.Value != 0
		case mqtt.MaximumPacketSize:
			l.packet = int(p.Value)
		case mqtt.ServerKeepAlive:
			l.keepAlive = time.Duration(p.Value) * time.Second
		case mqtt.AssignedClientIdentifier:
			if s.cfg.Connect.ClientID != "" && !s.assigned {
				return protocolError(mqtt.CONNACK, "an Assigned Client Identifier although the client sent one", "MQTT 5.0, 3.2.2.3.7")
			}
			s.cfg.Connect.ClientID = string(p.Data)
			s.assigned = true
		}
	}
	s.limits = l
	return nil
}
