package evidence

// Way is what lay on the way to the broker besides TCP and TLS, where the connection failed on it. At most one of its
// parts is set.
type Way struct {
	Lookup    *Lookup    `json:"lookup,omitempty"`
	Proxy     *Proxy     `json:"proxy,omitempty"`
	WebSocket *WebSocket `json:"web_socket,omitempty"`
}

// Lookup is a name that was not found.
type Lookup struct {
	// Name is what was looked up: a host, or with -S the name of a service (RFC 2782).
	Name string `json:"name"`
	// Service says that SRV records were looked up, not addresses.
	Service bool `json:"service,omitempty"`
	// Option is the option that gave the name if it is not the broker's: --proxy or -A.
	Option string `json:"option,omitempty"`
	// Missing says that the name servers know no such name or record; no means that they did not answer.
	Missing Answer `json:"missing,omitempty"`
	// Multicast says that the local network was asked, too (RFC 6762).
	Multicast Answer `json:"multicast,omitempty"`
	// Unasked are the sources of nsswitch.conf(5) that only the C library can ask.
	Unasked []string `json:"unasked,omitempty"`
	// ASCII is the form of the name that DNS knows (RFC 5891), if Name is not ASCII.
	ASCII string `json:"ascii,omitempty"`
}

// Step is how far the talk with a proxy came.
type Step string

// The steps.
const (
	// StepReach: the proxy itself could not be reached.
	StepReach Step = "reach"
	// StepMethod: what login the proxy wants was to be agreed on (RFC 1928, 3).
	StepMethod Step = "method"
	// StepLogin: user name and password were sent (RFC 1929).
	StepLogin Step = "login"
	// StepRequest: the connection to the broker was asked for.
	StepRequest Step = "request"
)

// Proxy is a proxy that made no connection.
type Proxy struct {
	// Address is the proxy's host and port.
	Address string `json:"address"`
	// Protocol is "SOCKS5" or "HTTP".
	Protocol string `json:"protocol"`
	Step     Step   `json:"step"`
	// Code is what the proxy answered: the reply of SOCKS5 (RFC 1928, 6) or the status of HTTP; 0 for nothing that could
	// be read.
	Code int `json:"code,omitempty"`
	// Reason is what the proxy said besides, its first words.
	Reason string `json:"reason,omitempty"`
	// Login says that a user name was given.
	Login Answer `json:"login,omitempty"`
}

// Fault is what was wrong with the answer to the opening handshake of a WebSocket (RFC 6455, 4.1).
type Fault string

// The faults.
const (
	// FaultClosed: the connection was closed without an answer.
	FaultClosed Fault = "closed"
	// FaultMalformed: the answer is not one of HTTP/1.1.
	FaultMalformed Fault = "malformed"
	// FaultStatus: the status is not 101.
	FaultStatus Fault = "status"
	// FaultUpgrade: status 101, without the Upgrade or the Connection that belongs to it.
	FaultUpgrade Fault = "upgrade"
	// FaultAccept: Sec-WebSocket-Accept does not fit the key.
	FaultAccept Fault = "accept"
	// FaultSubprotocol: the subprotocol is not mqtt.
	FaultSubprotocol Fault = "subprotocol"
)

// WebSocket is an opening handshake that failed.
type WebSocket struct {
	// Path is the path that was asked for.
	Path  string `json:"path"`
	Fault Fault  `json:"fault"`
	// Status is the status of the answer, 0 if none came.
	Status int `json:"status,omitempty"`
	// Answer is the value at fault: the reason of the status, the subprotocol, the first bytes of what is not HTTP.
	Answer string `json:"answer,omitempty"`
	// Location is where a redirect leads.
	Location string `json:"location,omitempty"`
	// Server is how the server names itself.
	Server string `json:"server,omitempty"`
}
