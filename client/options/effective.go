package options

import (
	"strconv"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// MQTTVersion is the protocol version to speak.
func (o *Session) MQTTVersion() mqtt.Version { return mqtt.Version(o.Version) }

// ClientID is the client identifier that the options ask for: that of -i, or the prefix of -I and the process
// identifier. It is empty if they ask for none; MQTT 3.1 needs one even then [MQTT-3.1.3-3].
func (o *Client) ClientID() string {
	switch {
	case o.ID != nil:
		return *o.ID
	case o.IDPrefix != nil:
		return *o.IDPrefix + strconv.Itoa(o.pid)
	}
	return ""
}

// SessionExpiry is the Session Expiry Interval to send with MQTT 5.0: that of -x, or for ever with -c alone. 0 is not sent.
func (o *Session) SessionExpiry() Expiry {
	switch {
	case o.Expiry != nil:
		return *o.Expiry
	case o.Persistent:
		return NeverExpires
	}
	return 0
}

// CleanStart is the flag Clean Start or Clean Session of CONNECT.
func (o *Session) CleanStart() bool { return !o.Persistent }

// connectProperties are the properties of CONNECT that the options ask for.
func (o *Session) connectProperties() mqtt.Properties {
	list := o.Properties.Connect
	if expiry := o.SessionExpiry(); expiry != 0 && o.MQTTVersion() == mqtt.V5 {
		// The capacity is cut so that the user's list is never written to. A Four Byte Integer holds every interval.
		list, _ = mqtt.AppendPropertyUint(list[:len(list):len(list)], mqtt.SessionExpiryInterval, uint32(expiry))
	}
	return list
}

// ConnectProperties are the properties of CONNECT: the user's, then the Session Expiry Interval, then the given Receive
// Maximum unless the user set one. There are none before MQTT 5.0.
func (o *Session) ConnectProperties(receiveMaximum uint16) mqtt.Properties {
	if o.MQTTVersion() != mqtt.V5 {
		return nil
	}
	list := o.connectProperties()
	if _, given := list.Uint(mqtt.ReceiveMaximum); !given {
		// A Two Byte Integer holds every uint16.
		list, _ = mqtt.AppendPropertyUint(list[:len(list):len(list)], mqtt.ReceiveMaximum, uint32(receiveMaximum))
	}
	return list
}

// defaultReceiveMaximum is the Receive Maximum that the reference sends.
const defaultReceiveMaximum = 20

// ReceiveMaximum is the Receive Maximum to send.
func (o *Pub) ReceiveMaximum() uint16 { return defaultReceiveMaximum }

// ReceiveMaximum is the Receive Maximum to send: not more than the messages that -C wants.
func (o *Sub) ReceiveMaximum() uint16 {
	if o.Count > 0 {
		return uint16(min(o.Count, defaultReceiveMaximum))
	}
	return defaultReceiveMaximum
}

// ReceiveMaximum is the Receive Maximum to send: one response is enough.
func (o *RR) ReceiveMaximum() uint16 { return 1 }

// RequestProperties are the properties of the request: the user's, then the Response Topic. There are none before MQTT 5.0.
func (o *RR) RequestProperties() mqtt.Properties {
	if o.MQTTVersion() != mqtt.V5 {
		return nil
	}
	list := o.Properties.Publish
	// The topic has passed the checks that this could fail.
	list, _ = mqtt.AppendPropertyString(list[:len(list):len(list)], mqtt.ResponseTopic, string(o.ResponseTopic))
	return list
}

// SubscriptionOptions are the bits of the Subscription Options byte beside the QoS [MQTT-3.8.3.1]: Retain As Published and
// Retain Handling. They are 0 before MQTT 5.0.
func (o *Retained) SubscriptionOptions(v mqtt.Version) byte {
	if v != mqtt.V5 {
		return 0
	}
	bits := byte(o.Handling) << 4
	if o.AsPublished {
		bits |= 1 << 3
	}
	return bits
}
