// Package brokerconf reads the configuration of a mosquitto broker, as far as it bears on TLS, and says what its
// options and files will break, and for whom. It reads files and opens no connection.
package brokerconf

import "strconv"

// Config is a broker's configuration.
type Config struct {
	// Files are those that were read, the included ones behind the one that includes them.
	Files []string
	// User is as whom the broker runs after its start as root.
	User Value
	// PerListener says that the options of login stand in each listener's section.
	PerListener bool
	Listeners   []Listener
	Bridges     []Bridge
	// Faults are lines that the broker would refuse, in their order.
	Faults []Fault
	// Unknown are words that this package does not know; none is near a TLS option.
	Unknown []Value
}

// Value is the value of one option and where it stands. The zero value is an option that is not given.
type Value struct {
	Option string
	Text   string
	Place
}

// Place is a line of a file; Line is 0 for what stands nowhere.
type Place struct {
	File string
	Line int
}

// String is the place as compilers write it.
func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return p.File + ":" + strconv.Itoa(p.Line)
}

// Given tells whether the option is there.
func (v Value) Given() bool { return v.Option != "" }

// True tells whether a boolean option is there and true.
func (v Value) True() bool { return v.Given() && v.Text == "true" }

// Listener is one port that the broker opens.
type Listener struct {
	Port int
	// Bind is the address or the host that it is bound to; empty for all.
	Bind string
	// Socket is the path of a Unix socket, in place of a port.
	Socket string
	// Protocol is mqtt or websockets.
	Protocol string
	// Place is where it begins; the default listener's is the first option that asks for it.
	Place
	// Default says that it has no section of its own.
	Default bool
	Files
	Policy
}

// Files are the options of a listener that name files.
type Files struct {
	CAFile, CAPath, CertFile, KeyFile, CRLFile, DHParamFile Value
	// PSKFile is the broker's, or with per_listener_settings the listener's own.
	PSKFile Value
}

// Policy are the other options of a listener that bear on TLS.
type Policy struct {
	Ciphers, Ciphers13, TLSVersion, Engine, KeyForm, PSKHint  Value
	RequireCertificate, IdentityAsUsername, SubjectAsUsername Value
	AllowAnonymous                                            Value
}

// Secured tells whether the broker speaks TLS with certificates there: it needs both files, and opens a plain
// listener without a word when one is missing.
func (l *Listener) Secured() bool { return l.CertFile.Given() && l.KeyFile.Given() }

// WithKey tells whether it speaks TLS with pre-shared keys instead: certificates come first.
func (l *Listener) WithKey() bool { return !l.Secured() && l.PSKHint.Given() }

// Name is the listener in words.
func (l *Listener) Name() string {
	if l.Socket != "" {
		return "listener on " + l.Socket
	}
	name := "listener " + strconv.Itoa(l.Port)
	if l.Default {
		name = "default listener, port " + strconv.Itoa(l.Port)
	}
	if l.Bind != "" {
		name += " on " + l.Bind
	}
	return name
}

// Bridge is a connection that the broker makes to another one. Its TLS options are recognised and not judged.
type Bridge struct {
	Name string
	Place
	Options []Value
}

// Fault is a line that the broker refuses.
type Fault struct {
	Place
	Option  string
	Message string
	// Near is the option that was probably meant; empty if none is near.
	Near string
}
