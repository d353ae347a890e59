package session

import (
	"sync"
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
	// MaxPacket bounds incoming packets in bytes; 0 means what the protocol allows.
	MaxPacket int
	// Leave is the property list of our DISCONNECT (MQTT 5.0, 3.14.2.2).
	Leave mqtt.Properties
	// ConnectTimeout bounds one attempt to connect, from the call of Dial to CONNACK; 0 means that only the keep alive
	// interval bounds the wait for CONNACK.
	ConnectTimeout time.Duration
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
	unsent   []byte // whole QoS 0 PUBLISH packets that no connection has taken yet
	end      ending

	held   map[uint16]*mqtt.Publish // QoS 2 messages received but not released; only Run touches it
	spares []*mqtt.Publish          // released ones, whose buffers serve again
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
	leaving bool            // Disconnect was called
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
	s := &Session{cfg: cfg}
	s.changed.L = &s.mu
	s.limits = s.ownLimits()
	cfg.Trace.identify(cfg.Connect.ClientID)
	return s
}

func (s *Session) ownLimits() limits {
	return limits{
		inflight:  s.cfg.MaxInflight,
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
			l.inflight = int(p.Value)
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
