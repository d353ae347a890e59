package options

import (
	"strings"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// CheckMessage comes after loading the message that -f or -s names: it reports a missing topic or message, and a client
// identifier that cannot be used.
func (o *Pub) CheckMessage() error {
	if o.Topic == "" || !o.Given() && !o.StdinLines {
		return &UsageError{Text: "Error: Both topic and message must be supplied.\n", Usage: true}
	}
	return o.checkID("Error: Invalid id.")
}

// CheckMessage reports a client identifier that cannot be used.
func (o *Sub) CheckMessage() error {
	return o.checkID("Error: Invalid id and/or clean_session.")
}

// CheckMessage comes after loading the message that -f or -s names: it reports a missing topic or message, a response
// topic given twice, and a client identifier that cannot be used.
func (o *RR) CheckMessage() error {
	if o.Topic == "" || !o.Given() || o.ResponseTopic == "" {
		return o.call.lineError("All of topic, message, and response topic must be supplied.")
	}
	if _, twice := o.Properties.Publish.Data(mqtt.ResponseTopic); twice {
		return o.settingError("Error in PUBLISH properties: Duplicate response topic.")
	}
	return o.checkID("Error: Invalid id and/or clean_session.")
}

// maxString is the length in bytes of the longest string in a packet [MQTT-1.5.4].
const maxString = 65_535

// checkID refuses a client identifier that is empty although it was given or the session is to be kept, that is not
// UTF-8 [MQTT-3.1.3-4], or that is too long.
func (o *Client) checkID(text string) error {
	id := o.ClientID()
	if id == "" && (o.ID != nil || o.Persistent) || len(id) > maxString || !mqtt.ValidUTF8(id) {
		return o.settingError(text)
	}
	return nil
}

// CheckSettings comes after CheckMessage: it reports a will or a login that cannot be put into a CONNECT packet.
func (o *Client) CheckSettings() error {
	v5 := o.MQTTVersion() == mqtt.V5
	if o.WillTopic != "" && (len(o.Will.payload()) > maxString || !v5 && len(o.Properties.Will) > 0) {
		return o.settingError("Error: Problem setting will.")
	}
	if o.Username != nil && (len(*o.Username) > maxString || !mqtt.ValidUTF8(*o.Username)) ||
		o.Password != nil && (len(*o.Password) > maxString || !v5 && o.Username == nil) {
		return o.settingError("Error: Problem setting username and/or password.")
	}
	return nil
}

func (w *Will) payload() string {
	if w.WillPayload == nil {
		return ""
	}
	return *w.WillPayload
}

// CheckTransport comes after CheckSettings and after opening the files of --cafile, --cert and --key: it reports what
// cannot be used of the other TLS options, properties that the protocol version does not have, and a path that cannot
// be that of a Unix domain socket.
func (o *Client) CheckTransport() error {
	if !o.NoTLS {
		if text := o.tlsFault(); text != "" {
			return o.settingError(text)
		}
	}
	if text := o.propertyFault(); text != "" {
		return o.settingError(text)
	}
	if path, ok := o.SocketPath(); ok && (path == "" || len(path) > maxSocketPath) {
		return o.settingError("Unable to connect (Invalid input).")
	}
	return nil
}

// maxSocketPath is the length in bytes of the longest path of a Unix domain socket on Linux.
const maxSocketPath = 107

// tlsFault returns the error about the first TLS option that cannot be used, empty if there is none.
func (o *Client) tlsFault() string {
	if text := o.pskFault(); text != "" {
		return text
	}
	if o.Engine != nil {
		return "Error: Problem setting TLS engine, is " + *o.Engine + " a valid engine?\n" + insteadOfEngine
	}
	if o.KeyForm != nil && strings.EqualFold(*o.KeyForm, "engine") {
		return "Error: --keyform engine needs a TLS engine, and culex has none.\n" + insteadOfEngine
	}
	if o.KeyForm != nil && !strings.EqualFold(*o.KeyForm, "pem") {
		return "Error: Problem setting key form, it must be one of 'pem' or 'engine'."
	}
	if o.ALPN != nil && len(*o.ALPN) > maxALPN {
		return "Error: Problem setting TLS ALPN protocol."
	}
	if o.MinVersion != nil {
		if _, ok := o.MinVersion.Min(); !ok {
			return "Error: Problem setting TLS options, check the options are valid."
		}
	}
	return ""
}

// insteadOfEngine says what to use instead of the engines of OpenSSL.
const insteadOfEngine = "tls: culex has no OpenSSL engines: give --key a file with the key, or a TPM 2.0 key file (TSS2 PRIVATE KEY)"

// maxALPN is the length in bytes of the longest protocol name that the reference offers.
const maxALPN = 254

// propertyFault returns the error about properties given before a -V that asks for a version without them, empty if
// there is none. Only packets that the command sends count.
func (o *Client) propertyFault() string {
	if o.MQTTVersion() == mqtt.V5 {
		return ""
	}
	if len(o.Properties.Connect) > 0 {
		return "Unable to connect (This feature is not supported)."
	}
	for _, list := range []struct {
		packet string
		sent   bool
		list   mqtt.Properties
	}{
		{"PUBLISH", o.call.command == CommandPub || o.call.command == CommandCheck, o.Properties.Publish},
		{"SUBSCRIBE", o.call.command != CommandPub, o.Properties.Subscribe},
		{"UNSUBSCRIBE", o.call.command == CommandSub, o.Properties.Unsubscribe},
		{"DISCONNECT", true, o.Properties.Disconnect},
	} {
		if list.sent && len(list.list) > 0 {
			return "Error: " + list.packet + " properties need MQTT 5.0, but -V asks for " + o.MQTTVersion().String() + "."
		}
	}
	return ""
}
