package evidence

// Side is one end of the connection.
type Side string

// The two ends. Client is this program.
const (
	SideClient Side = "client"
	SideServer Side = "server"
)

// Flow is a bounded summary of the bytes in both directions.
type Flow struct {
	Records  []Record  `json:"records,omitempty"`
	Messages []Message `json:"messages,omitempty"`
	Alerts   []Alert   `json:"alerts,omitempty"`

	ClientHello *ClientHello `json:"client_hello,omitempty"`
	ServerHello *ServerHello `json:"server_hello,omitempty"`

	// Stranger is set when the server's bytes are not TLS.
	Stranger *Stranger `json:"stranger,omitempty"`
	// Unfinished is set when the server's last record was cut short.
	Unfinished *Unfinished `json:"unfinished,omitempty"`

	Sent     int64 `json:"sent"`
	Received int64 `json:"received"`
	// Truncated says that more was seen than is kept here.
	Truncated bool `json:"truncated,omitempty"`
}

// Record is the header of one TLS record (RFC 8446 section 5.1).
type Record struct {
	From Side `json:"from"`
	// Type is 20 change_cipher_spec, 21 alert, 22 handshake, 23
	// application_data; in TLS 1.3 the latter also hides the others.
	Type    uint8   `json:"type"`
	Version Version `json:"version"`
	Length  int     `json:"length"`
	// Encrypted says that the content could not be read by an observer.
	Encrypted bool `json:"encrypted,omitempty"`
	// Packet is the number of the packet that completed it, in a packet
	// capture; 0 elsewhere.
	Packet int `json:"packet,omitempty"`
}

// Message is one handshake message in the clear.
type Message struct {
	From Side `json:"from"`
	// Name is the specification's: ClientHello, ServerHello, Certificate …
	Name   string `json:"name"`
	Length int    `json:"length"`
	// Record counts the sender's records from 1.
	Record int `json:"record"`
	// Packet is the number of the packet that completed it.
	Packet int `json:"packet,omitempty"`
}

// AlertUnread is the code of an alert that was seen but is encrypted.
const AlertUnread = -1

// Alert is one TLS alert (RFC 8446 section 6).
type Alert struct {
	From Side `json:"from"`
	// Level is 1 warning or 2 fatal; 0 when it could not be read.
	Level int `json:"level,omitempty"`
	// Code is the AlertDescription, or AlertUnread.
	Code  int   `json:"code"`
	Stage Stage `json:"stage,omitempty"`
	// Encrypted says that the alert was not readable on the wire.
	Encrypted bool `json:"encrypted,omitempty"`
	// Packet is the number of the packet that completed it.
	Packet int `json:"packet,omitempty"`
}

// Decisive returns the alert that ended the connection: the server's first
// fatal one that could be read, else the client's, else what else there was.
// It returns nil when there was none.
func (f *Flow) Decisive() *Alert {
	var found *Alert
	best := -1
	for i := range f.Alerts {
		if r := f.Alerts[i].rank(); r > best {
			found, best = &f.Alerts[i], r
		}
	}
	return found
}

// rank says how much an alert tells about the end of a connection.
func (a *Alert) rank() int {
	const warning, closeNotify = 1, 0
	r := 0
	if a.Code > closeNotify && a.Level != warning {
		r = 2
	}
	if a.From == SideServer {
		r++
	}
	return r
}

// ClientHello is what was offered (RFC 8446 section 4.1.2).
type ClientHello struct {
	// Size counts the bytes on the wire, record header included.
	Size         int       `json:"size"`
	Versions     []Version `json:"versions,omitempty"`
	CipherSuites []uint16  `json:"cipher_suites,omitempty"`
	Groups       []uint16  `json:"groups,omitempty"`
	Signatures   []uint16  `json:"signatures,omitempty"`
	ServerName   string    `json:"server_name,omitempty"`
	ALPN         []string  `json:"alpn,omitempty"`
}

// ServerHello is what the server picked (RFC 8446 section 4.1.3).
type ServerHello struct {
	Version     Version `json:"version"`
	CipherSuite uint16  `json:"cipher_suite"`
	// Group is the key exchange group of TLS 1.3's key_share or of TLS 1.2's
	// ServerKeyExchange; 0 when none was seen.
	Group uint16 `json:"group,omitempty"`
	// Signature is the signature algorithm of TLS 1.2's ServerKeyExchange; 0
	// when none was seen.
	Signature uint16 `json:"signature,omitempty"`
	// Retry says that a HelloRetryRequest came first.
	Retry bool `json:"retry,omitempty"`
}

// Stranger is a server that does not speak TLS.
type Stranger struct {
	// Protocol is "HTTP", "SSH", "SMTP", "FTP", "AMQP", "MQTT" … or empty when
	// the bytes are not recognised.
	Protocol string `json:"protocol,omitempty"`
	// Detail is the first line or the status, as the server wrote it.
	Detail string `json:"detail,omitempty"`
	// FirstBytes are at most 64 bytes of what came.
	FirstBytes []byte `json:"first_bytes,omitempty"`
}

// Unfinished is a record whose end never came.
type Unfinished struct {
	Announced int `json:"announced"`
	Received  int `json:"received"`
}
