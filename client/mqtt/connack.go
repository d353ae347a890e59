package mqtt

// Connack is a CONNACK packet (MQTT 5.0, 3.2; 3.1.1, 3.2).
type Connack struct {
	SessionPresent bool
	Code           ReasonCode // before 5.0: the return code
	Properties     Properties // alias the frame
}

// ParseConnack reads a CONNACK. A server that does not speak the client's version
// may refuse in the form of its own: that is UnsupportedProtocolVersion (MQTT 5.0,
// 3.1.2.2; 3.1.1 [MQTT-3.1.2-2]). The error is a *Malformed.
func ParseConnack(v Version, f Frame) (Connack, error) {
	c, m := parseConnack(v, f)
	if m != nil {
		return Connack{}, m
	}
	return c, nil
}

func parseConnack(v Version, f Frame) (c Connack, m *Malformed) {
	if m := f.expect(v, CONNACK, 0); m != nil {
		return c, m
	}
	b := f.Body
	if len(b) < 2 {
		return c, malformed(CONNACK, cite(v, "3.2.2", "3.2.2"), "the packet has %d bytes, not 2 or more", len(b))
	}
	c = Connack{SessionPresent: b[0]&1 != 0, Code: ReasonCode(b[1])}
	if v == V31 {
		c.SessionPresent = false // the byte is unused there
	} else if b[0] > 1 {
		return c, malformed(CONNACK, cite(v, "[MQTT-3.2.2-1]", "3.2.2.1"), "the flags are %08b, not 0 or 1", b[0])
	}
	switch {
	case v == V5 && len(b) == 2:
		return fromOlderServer(c)
	case v == V5:
		c.Properties, _, m = onlyProperties(b[2:], CONNACK)
	case len(b) > 2:
		return fromNewerServer(c, b)
	}
	if m == nil && c.SessionPresent && c.Code != Success {
		m = protocolError(CONNACK, cite(v, "[MQTT-3.2.2-6]", "[MQTT-3.2.2-4]"), "a session in a refusal")
	}
	return c, m
}

// fromOlderServer turns what a server that does not know 5.0 answers into 5.0.
func fromOlderServer(c Connack) (Connack, *Malformed) {
	if c.Code != Refused3ProtocolVersion {
		return c, malformed(CONNACK, "MQTT 5.0 [MQTT-2.2.2-1]", "the property length is missing")
	}
	return Connack{Code: UnsupportedProtocolVersion}, nil
}

// fromNewerServer accepts the refusal of a server that speaks nothing but 5.0.
func fromNewerServer(c Connack, b []byte) (Connack, *Malformed) {
	if _, _, m := onlyProperties(b[2:], CONNACK); m != nil || b[0] != 0 || c.Code != UnsupportedProtocolVersion {
		return c, malformed(CONNACK, "MQTT 3.1.1, 3.2.1", "the packet has %d bytes, not 2", len(b))
	}
	return c, nil
}
