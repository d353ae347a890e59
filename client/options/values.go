package options

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// integer takes the next word as C's atoi reads it.
func (p *pass) integer() (int64, error) {
	word, err := p.word()
	return atoi(word), err
}

// QoS is a quality of service, 0 to 2 [MQTT-4.3].
type QoS byte

func (v *QoS) read(p *pass) error {
	n, err := p.integer()
	if err != nil {
		return err
	}
	if n < 0 || n > 2 {
		return p.client.call.lineError("Invalid QoS given: %d", n)
	}
	*v = QoS(n)
	return nil
}

// WillQoS is the quality of service of a will, 0 to 2.
type WillQoS byte

func (v *WillQoS) read(p *pass) error {
	n, err := p.integer()
	if err != nil {
		return err
	}
	if n < 0 || n > 2 {
		return p.client.call.optionError("Invalid will QoS %d.", n)
	}
	*v = WillQoS(n)
	return nil
}

// KeepAlive is a keep alive interval in seconds, 5 to 65535.
type KeepAlive uint16

func (v *KeepAlive) read(p *pass) error {
	n, err := p.integer()
	if err != nil {
		return err
	}
	if n < 5 || n > math.MaxUint16 {
		return p.client.call.optionError("Invalid keepalive given, it must be between 5 and 65535 inclusive.")
	}
	*v = KeepAlive(n)
	return nil
}

// Inflight is a number of unacknowledged messages, 1 or more.
type Inflight int

func (v *Inflight) read(p *pass) error {
	n, err := p.integer()
	if err != nil {
		return err
	}
	if n < 1 {
		return p.client.call.optionError("Maximum inflight messages must be greater than 0.")
	}
	*v = Inflight(min(n, math.MaxInt32))
	return nil
}

// Count is a number of messages to receive, 1 or more; 0 stands for no limit.
type Count int

func (v *Count) read(p *pass) error {
	n, err := p.integer()
	if err != nil {
		return err
	}
	if n < 1 {
		return p.client.call.optionError(`Invalid message count "%d".`, n)
	}
	*v = Count(min(n, math.MaxInt32))
	return nil
}

// Timeout is the time of -W in seconds, 1 or more; 0 stands for none.
type Timeout int

// Duration is the timeout as a duration.
func (v Timeout) Duration() time.Duration { return time.Duration(v) * time.Second }

func (v *Timeout) read(p *pass) error {
	n, err := p.integer()
	if err != nil {
		return err
	}
	if n < 1 {
		return p.client.call.optionError(`Invalid timeout "%d".`, n)
	}
	*v = Timeout(min(n, math.MaxInt32))
	return nil
}

// Repeat is how many times to publish, 1 or more.
type Repeat int

func (v *Repeat) read(p *pass) error {
	n, err := p.integer()
	if err != nil {
		return err
	}
	if n < 1 {
		return p.client.call.optionError("--repeat argument must be >0.")
	}
	*v = Repeat(min(n, math.MaxInt32))
	return nil
}

// Delay is a pause, 0 or more.
type Delay time.Duration

func (v *Delay) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	seconds := atof(word)
	if seconds < 0 {
		return p.client.call.optionError("--repeat-delay argument must be >=0.0.")
	}
	*v = Delay(min(seconds, maxSeconds) * float64(time.Second))
	return nil
}

// maxSeconds is the longest time that an option can ask for: 100 years, which a time.Duration can hold.
const maxSeconds = 100 * 365 * 24 * 60 * 60

// Seconds is a time that an option of culex's own takes: a number greater than 0, and nothing after it.
type Seconds time.Duration

func (v *Seconds) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	seconds, err := strconv.ParseFloat(word, 64)
	if err != nil || !(seconds > 0 && seconds <= maxSeconds) {
		return p.client.call.optionError("Invalid %s \"%s\", it must be a number of seconds greater than 0.", p.opt.called(), word)
	}
	*v = Seconds(max(seconds*float64(time.Second), 1))
	return nil
}

// Chance is a share of messages in per cent, 0.1 to 100; 0 stands for all.
type Chance float64

func (v *Chance) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	percent := atof(word)
	if percent < 0.1 || percent > 100 {
		return p.client.call.optionError("--random-filter chance must be between 0.1-100.0")
	}
	*v = Chance(percent)
	return nil
}

// ProtocolVersion is an [mqtt.Version].
type ProtocolVersion mqtt.Version

func (v *ProtocolVersion) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	switch strings.TrimPrefix(word, "mqttv") {
	case "31":
		*v = ProtocolVersion(mqtt.V31)
	case "311":
		*v = ProtocolVersion(mqtt.V311)
	case "5":
		*v = ProtocolVersion(mqtt.V5)
	default:
		return p.client.call.optionError("Invalid protocol version argument given.")
	}
	return nil
}

// Expiry is the Session Expiry Interval of -x in seconds [MQTT-3.1.2-23].
type Expiry uint32

// NeverExpires is the Session Expiry Interval of a session that does not end.
const NeverExpires Expiry = math.MaxUint32

// read also switches to MQTT 5.0, which has the interval.
func (v *Expiry) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	n, rest := int64(-1), ""
	if word != "∞" {
		n, rest = cInteger(word, 0)
	}
	if rest != "" || word == "" {
		return p.client.call.optionError("session-expiry-interval not a number.")
	}
	if n < -1 || n > math.MaxUint32 {
		return p.client.call.optionError("session-expiry-interval out of range.")
	}
	*v = Expiry(n)
	p.client.Version = ProtocolVersion(mqtt.V5)
	return nil
}

// Payload is the text of a message: any bytes.
type Payload string

func (v *Payload) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	if len(word) > MaxPayload {
		return p.client.call.optionError("Message length must be less than %d bytes.", MaxPayload)
	}
	*v = Payload(word)
	return nil
}

// MaxPayload is the size in bytes of the largest message that the reference sends.
const MaxPayload = 268_435_455

// TLSVersion is the word of --tls-version. It is checked by [Client.CheckTLS].
type TLSVersion string

// Min returns the version as it is on the wire (RFC 8446 4.1.2), 0x0303 for TLS 1.2; false for a word that names none.
func (v TLSVersion) Min() (uint16, bool) {
	switch strings.ToLower(string(v)) {
	case "tlsv1.3":
		return 0x0304, true
	case "tlsv1.2":
		return 0x0303, true
	case "tlsv1.1":
		return 0x0302, true
	}
	return 0, false
}

func (v *TLSVersion) read(p *pass) error {
	word, err := p.word()
	*v = TLSVersion(word)
	return err
}
