package evidence

// Op is what was being done when something failed.
type Op string

// The operations in the order in which a connection runs through them.
const (
	OpLoad      Op = "load"
	OpResolve   Op = "resolve"
	OpDial      Op = "dial"
	OpProxy     Op = "proxy"
	OpHandshake Op = "handshake"
	OpWebSocket Op = "web-socket"
	OpWrite     Op = "write"
	OpRead      Op = "read"
	OpConnack   Op = "connack"
)

// How is the manner in which a connection came to its end.
type How string

// The ends.
const (
	// EndFIN: the peer closed in order, without saying why.
	EndFIN How = "fin"
	// EndReset: the peer or something on the path sent a RST.
	EndReset How = "reset"
	// EndTimeout: nothing came any more and this side gave up waiting.
	EndTimeout How = "time-out"
	// EndAlert: the peer sent a fatal alert, or close_notify.
	EndAlert How = "alert"
	// EndLocal: this side refused.
	EndLocal How = "local"
	// EndRefused: TCP was refused (ECONNREFUSED).
	EndRefused How = "refused"
	// EndUnreachable: no route to the host or network.
	EndUnreachable How = "unreachable"
	// EndUnknownHost: the name has no address.
	EndUnknownHost How = "unknown-host"
	// EndOther: none of these; End.Error has the words.
	EndOther How = "other"
)

// End is how it ended.
type End struct {
	Op  Op  `json:"op,omitempty"`
	How How `json:"how,omitempty"`
	// Error is the error's own text.
	Error string `json:"error,omitempty"`
	// Silence is how long nothing had come from the peer, in milliseconds.
	Silence int64 `json:"silence_ms,omitempty"`
	// Later are failures that followed the first.
	Later []Failure `json:"later,omitempty"`
}

// Failure is one failed operation.
type Failure struct {
	Op    Op     `json:"op"`
	How   How    `json:"how"`
	Error string `json:"error,omitempty"`
}
