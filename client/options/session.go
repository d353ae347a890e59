package options

import "github.com/culex-mqtt/culex/client/mqtt"

// Defaults of the reference.
const (
	DefaultKeepAlive   KeepAlive = 60
	DefaultMaxInflight Inflight  = 20
)

// Session is the MQTT session with the broker.
type Session struct {
	// ID is the client identifier as given, nil if not: see [Client.ClientID].
	ID *string `name:"id" short:"i" noun:"id" placeholder:"ID" xor:"id" clash:"-i and -I argument cannot be used together." help:"The client identifier (chosen by the broker)."`
	// IDPrefix starts the client identifier, the process identifier ends it.
	IDPrefix *string `name:"id-prefix" short:"I" noun:"id prefix" placeholder:"PREFIX" xor:"id" clash:"-i and -I argument cannot be used together." help:"Make the client identifier from this prefix and the process identifier."`
	// Version is the protocol version in force: -D and -x switch to 5.0, a later -V switches back.
	Version ProtocolVersion `name:"protocol-version" short:"V" missing:"--protocol-version argument given but no version specified." placeholder:"VERSION" words:"31 311 5" help:"The MQTT version: 31, 311 or 5 (311; for requests and responses 5)."`
	// KeepAlive is the keep alive interval in seconds.
	KeepAlive KeepAlive `name:"keepalive" short:"k" noun:"keepalive" placeholder:"SECONDS" help:"The keep alive interval (60)."`
	// Persistent asks for a session that outlives the connection: Clean Session or Clean Start is 0.
	Persistent bool `name:"disable-clean-session" short:"c" help:"Keep the session at the broker between connections; needs -i."`
	// Expiry is the Session Expiry Interval as given, nil if not: see [Client.SessionExpiry].
	Expiry *Expiry `short:"x" noun:"session expiry interval" placeholder:"SECONDS" since:"2.0" help:"How long the session outlives the connection; -1 for ever. Switches to MQTT 5."`
	// QoS is the quality of service for everything published or subscribed to.
	QoS QoS `name:"qos" short:"q" noun:"QoS" placeholder:"QOS" words:"0 1 2" help:"The quality of service: 0, 1 or 2 (0)."`
	// MaxInflight is how many QoS 1 and 2 messages may be unacknowledged, until a broker's Receive Maximum replaces it.
	MaxInflight Inflight `short:"M" missing:"-M argument given but max_inflight not specified." placeholder:"COUNT" help:"How many QoS 1 and 2 messages may be unacknowledged (20)."`
	// Properties are the MQTT 5.0 properties for each packet.
	Properties Properties `name:"property" short:"D" placeholder:"PACKET NAME VALUE" since:"1.6" help:"Add an MQTT 5 property to a packet. Switches to MQTT 5."`
}

// Properties are lists of MQTT 5.0 properties in the order given, without those that other options stand for.
type Properties struct {
	Connect, Publish, Subscribe, Unsubscribe, Disconnect, Will mqtt.Properties
}

// Will is the message that the broker publishes if the client dies [MQTT-3.1.2.5].
type Will struct {
	// WillTopic is empty if there is no will.
	WillTopic TopicName `name:"will-topic" noun:"will topic" kind:"will" placeholder:"TOPIC" help:"The topic of the will."`
	// WillPayload is nil if not given, which means an empty message.
	WillPayload *string `name:"will-payload" noun:"will payload" placeholder:"TEXT" help:"The will's message (empty)."`
	// WillQoS is the will's quality of service.
	WillQoS WillQoS `name:"will-qos" noun:"will QoS" placeholder:"QOS" words:"0 1 2" help:"The will's quality of service (0)."`
	// WillRetain makes the will a retained message.
	WillRetain bool `name:"will-retain" help:"Make the will a retained message."`
}
