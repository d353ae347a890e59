package options

import "time"

// Broker says where the broker is and how to get there.
type Broker struct {
	// Host is the broker's name or address, or the path of a Unix domain socket if Port is 0.
	Host string `name:"host" short:"h" noun:"host" placeholder:"HOST" help:"The broker's name or address (localhost)."`
	// Port is NoPort unless given: [Client.EffectivePort] knows the default.
	Port Port `name:"port" short:"p" noun:"port" placeholder:"PORT" help:"The broker's port (1883, or 8883 with --cafile, --capath or --psk)."`
	// Unix is the last path given with --unix. It has moved to Host already, where a later option may have replaced it.
	Unix UnixSocket `name:"unix" noun:"socket path" placeholder:"PATH" since:"2.0" help:"Connect to a Unix domain socket instead of a host and port."`
	// URL is the last URL given. Its parts have moved to the other options already.
	URL URL `name:"url" short:"L" noun:"URL" placeholder:"URL" since:"1.5" help:"mqtt://[user[:password]@]host[:port]/topic in one word; also mqtts, ws, wss."`
	// Bind is the local address or host name to connect from, nil for any.
	Bind *string `short:"A" noun:"address" placeholder:"ADDRESS" help:"Connect from this local address or host name."`
	// SRV asks the DNS for the host and port of the service at Host.
	SRV bool `short:"S" help:"Look up the broker's host and port in DNS SRV records of the host."`
	// NoDelay is accepted and changes nothing: small packets are never held back.
	NoDelay bool `name:"nodelay" since:"2.0" help:"Send small packets at once (culex always does)."`
	// Proxy is the proxy to go through, nil for none.
	Proxy *Proxy `name:"proxy" noun:"proxy url" placeholder:"URL" since:"1.4" help:"Go through a proxy: socks5h or http://[user[:password]@]host[:port], or env."`
	// WebSocket carries MQTT in a WebSocket connection.
	WebSocket bool `name:"ws" since:"2.1" help:"Speak MQTT over WebSocket."`
}

// DefaultConnectTimeout is the time that --connect-timeout allows unless given.
const DefaultConnectTimeout = Seconds(30 * time.Second)

// Patience says how long to wait for a connection, and whether to try again.
type Patience struct {
	// ConnectTimeout bounds name lookup, TCP, TLS and CONNACK together.
	ConnectTimeout Seconds `name:"connect-timeout" noun:"seconds" placeholder:"SECONDS" since:"culex" help:"Give a connection this long, from name lookup to CONNACK (30)."`
	// RetryConnect keeps trying where the first connection fails.
	RetryConnect bool `name:"retry-connect" since:"culex" help:"Keep trying when the first connection fails, too."`
	// ReconnectTimeout bounds the time without a connection; 0 means no bound.
	ReconnectTimeout Seconds `name:"reconnect-timeout" noun:"seconds" placeholder:"SECONDS" since:"culex" help:"Give up after this long without a connection (never)."`
}
