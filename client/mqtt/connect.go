package mqtt

import "encoding/binary"

// Connect is a CONNECT packet (MQTT 5.0, 3.1; 3.1.1, 3.1).
type Connect struct {
	Version    Version
	CleanStart bool   // before 5.0: Clean Session
	KeepAlive  uint16 // seconds; 0 turns the mechanism off
	ClientID   string
	Username   *string // nil: absent
	Password   *string // nil: absent
	Will       *Will   // nil: none
	Properties Properties
}

// Will is the message that the server publishes when the connection ends without
// a DISCONNECT (MQTT 5.0, 3.1.2.5).
type Will struct {
	Topic      string
	Payload    []byte
	QoS        byte
	Retain     bool
	Properties Properties
}

// Connect flags (MQTT 5.0, 3.1.2.3).
const (
	connectCleanStart = 0x02
	connectWill       = 0x04
	connectWillRetain = 0x20
	connectPassword   = 0x40
	connectUsername   = 0x80
)

// AppendConnect appends the packet to b. The error is an *Unencodable.
func AppendConnect(b []byte, c *Connect) ([]byte, error) {
	if err := c.encodable(); err != nil {
		return b, err
	}
	name := "MQTT"
	if c.Version == V31 {
		name = "MQIsdp"
	}
	remaining := 2 + len(name) + 1 + 1 + 2 + c.payloadSize()
	if c.Version == V5 {
		remaining += varintSize(len(c.Properties)) + len(c.Properties)
	}
	if remaining > maxVarint {
		return b, unencodable(CONNECT, "the packet has %d bytes, more than %d", remaining, maxVarint)
	}
	b = appendHeader(b, CONNECT, 0, remaining)
	b = appendString(b, name)
	b = append(b, byte(c.Version), c.flags())
	b = binary.BigEndian.AppendUint16(b, c.KeepAlive)
	if c.Version == V5 {
		b = append(appendVarint(b, len(c.Properties)), c.Properties...)
	}
	return c.appendPayload(b), nil
}

func (c *Connect) appendPayload(b []byte) []byte {
	b = appendString(b, c.ClientID)
	if w := c.Will; w != nil {
		if c.Version == V5 {
			b = append(appendVarint(b, len(w.Properties)), w.Properties...)
		}
		b = appendString(b, w.Topic)
		b = appendString(b, w.Payload)
	}
	if c.Username != nil {
		b = appendString(b, *c.Username)
	}
	if c.Password != nil {
		b = appendString(b, *c.Password)
	}
	return b
}

func (c *Connect) payloadSize() int {
	n := 2 + len(c.ClientID)
	if w := c.Will; w != nil {
		n += 2 + len(w.Topic) + 2 + len(w.Payload)
		if c.Version == V5 {
			n += varintSize(len(w.Properties)) + len(w.Properties)
		}
	}
	if c.Username != nil {
		n += 2 + len(*c.Username)
	}
	if c.Password != nil {
		n += 2 + len(*c.Password)
	}
	return n
}

func (c *Connect) flags() byte {
	var f byte
	if c.CleanStart {
		f |= connectCleanStart
	}
	if w := c.Will; w != nil {
		f |= connectWill | w.QoS<<3
		if w.Retain {
			f |= connectWillRetain
		}
	}
	if c.Username != nil {
		f |= connectUsername
	}
	if c.Password != nil {
		f |= connectPassword
	}
	return f
}

func (c *Connect) encodable() error {
	if c.Version < V31 || c.Version > V5 {
		return unencodable(CONNECT, "there is no protocol version %d", byte(c.Version))
	}
	if c.Version != V5 && c.Password != nil && c.Username == nil {
		return unencodable(CONNECT, "MQTT %v has no password without a user name", c.Version)
	}
	if c.Version != V5 && len(c.Properties) > 0 {
		return unencodable(CONNECT, "MQTT %v has no properties", c.Version)
	}
	fields := []struct {
		name string
		size int
	}{{"the client identifier", len(c.ClientID)}, {"the user name", 0}, {"the password", 0}}
	if c.Username != nil {
		fields[1].size = len(*c.Username)
	}
	if c.Password != nil {
		fields[2].size = len(*c.Password)
	}
	for _, f := range fields {
		if f.size > maxString {
			return unencodable(CONNECT, "%s has %d bytes, more than %d", f.name, f.size, maxString)
		}
	}
	return c.Will.encodable(c.Version)
}

func (w *Will) encodable(v Version) error {
	switch {
	case w == nil:
		return nil
	case len(w.Topic) > maxString:
		return unencodable(CONNECT, "the will topic has %d bytes, more than %d", len(w.Topic), maxString)
	case len(w.Payload) > maxString:
		return unencodable(CONNECT, "the will message has %d bytes, more than %d", len(w.Payload), maxString)
	case w.QoS > 2:
		return unencodable(CONNECT, "there is no QoS %d for the will", w.QoS)
	case v != V5 && len(w.Properties) > 0:
		return unencodable(CONNECT, "MQTT %v has no will properties", v)
	}
	return nil
}
