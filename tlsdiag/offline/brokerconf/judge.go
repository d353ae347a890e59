package brokerconf

import (
	"cmp"
	"slices"
	"time"

	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
)

// Severity is how much a finding matters.
type Severity string

// The severities.
const (
	// Broken: the broker does not start, or clients are refused.
	Broken Severity = "broken"
	// Warning: it works for now, or for some.
	Warning Severity = "warning"
	// Note: worth knowing.
	Note Severity = "note"
)

// Identifiers of what only a configuration can have. Like those of causes they are permanent.
const (
	ConfigurationInvalid   = "configuration-invalid"
	ConfigurationUnknown   = "configuration-unknown-option"
	UserUnknown            = "broker-user-unknown"
	ListenerNotSecured     = "listener-without-tls"
	OptionsIgnored         = "listener-options-ignored"
	PortMisleading         = "listener-port-misleading"
	NoClientCA             = "listener-without-client-ca"
	LoginNeedsCertificate  = "listener-login-needs-certificate"
	TLSVersionInvalid      = "listener-tls-version-invalid"
	TLSVersionMinimum      = "listener-tls-version-minimum"
	CiphersUnfit           = "listener-ciphers-unfit"
	DHParamUnusable        = "dhparamfile-unusable"
	PSKFileMissing         = "listener-psk-without-file"
	PSKFileUnusable        = "psk-file-unusable"
	CertificateEnds        = "server-certificate-expires-soon"
	CertificateNames       = "server-certificate-names"
	BridgeNotJudged        = "bridge-not-judged"
	CertificateNotReadable = "unsupported-key-type"
)

// Finding is one thing that will break, or that is worth knowing.
type Finding struct {
	// Listener is the index in Config.Listeners, -1 for what concerns the whole broker.
	Listener int
	Place
	Severity Severity
	// Whom it hits, in words.
	Whom string
	cause.Finding
}

// Options is what judging needs from outside.
type Options struct {
	Now time.Time
	// Account is the user that the broker runs as; nil leaves permissions unjudged.
	Account *certs.Account
	// Ciphers reads an OpenSSL cipher list: the suites of TLS 1.2 that it leaves, by IANA's or OpenSSL's names.
	Ciphers func(list string) (suites []string, err error)
	// Ciphersuites checks a list of TLS 1.3 suites.
	Ciphersuites func(list string) error
}

// Soon is how long before its end a certificate is worth a warning.
const Soon = 30 * 24 * time.Hour

// Judge says what the configuration and its files will break.
func Judge(c *Config, o Options) []Finding {
	j := &judge{config: c, options: o}
	j.broker()
	for i := range c.Listeners {
		j.index = i
		j.listener(&c.Listeners[i])
	}
	slices.SortStableFunc(j.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Listener, b.Listener), cmp.Compare(rank(a.Severity), rank(b.Severity)))
	})
	return j.findings
}

func rank(s Severity) int { return slices.Index([]Severity{Broken, Warning, Note}, s) }

// judge is the state of judging.
type judge struct {
	config   *Config
	options  Options
	index    int // of the listener
	findings []Finding
}

// NoStart is the Whom of what keeps the broker from starting.
const NoStart = "the broker does not start"

const everyone = "every client"

// add notes something about the current listener.
func (j *judge) add(at Place, severity Severity, whom, id, headline string, hints ...string) {
	f := Finding{Listener: j.index, Place: at, Severity: severity, Whom: whom,
		Finding: cause.Finding{ID: id, Confidence: cause.Sure, Headline: headline}}
	for _, h := range hints {
		f.Hints = append(f.Hints, cause.Hint{Party: cause.Broker, Action: h})
	}
	j.findings = append(j.findings, f)
}

// broker judges what concerns all of it.
func (j *judge) broker() {
	j.index = -1
	for _, f := range j.config.Faults {
		id := ConfigurationInvalid
		if f.Near != "" {
			id = ConfigurationUnknown
		}
		headline := f.Message
		if f.Option != "" {
			headline = f.Option + ": " + f.Message
		}
		j.add(f.Place, Broken, NoStart, id, headline)
	}
	for _, v := range j.config.Unknown {
		j.add(v.Place, Note, "", ConfigurationUnknown, v.Option+" is no option of mosquitto that culex knows; the broker refuses words that it does not know")
	}
	for _, b := range j.config.Bridges {
		if len(b.Options) > 0 {
			j.add(b.Place, Note, "", BridgeNotJudged, "the bridge "+b.Name+" has TLS options of its own; they are not judged here",
				"culex tlsdiag probe with the same files and address tries its connection")
		}
	}
}

// listener judges one of them.
func (j *judge) listener(l *Listener) {
	j.plain(l)
	if !l.Secured() && !l.WithKey() {
		return
	}
	j.port(l)
	j.version(l)
	j.psk(l)
	if !l.Secured() {
		return
	}
	chain := j.pair(l)
	j.certificate(l, chain)
	j.ciphers(l, chain)
	j.clientCertificates(l)
	j.dhParam(l)
}

// plain tells of TLS options that turn no TLS on: the broker opens a plain listener without a word.
func (j *judge) plain(l *Listener) {
	if l.Secured() || l.WithKey() {
		return
	}
	switch {
	case l.CertFile.Given():
		j.add(l.CertFile.Place, Broken, "clients with TLS", "certificate-without-key",
			"certfile is given without keyfile: the broker opens this listener without TLS and says nothing", "add keyfile to the listener")
		return
	case l.KeyFile.Given():
		j.add(l.KeyFile.Place, Broken, "clients with TLS", "key-without-certificate",
			"keyfile is given without certfile: the broker opens this listener without TLS and says nothing", "add certfile to the listener")
		return
	}
	for _, v := range []Value{l.CAFile, l.CAPath, l.RequireCertificate, l.CRLFile, l.IdentityAsUsername, l.SubjectAsUsername} {
		if v.Given() && v.Text != "false" {
			j.add(v.Place, Broken, "clients with TLS", OptionsIgnored,
				v.Option+" is ignored: without certfile and keyfile the listener has no TLS, and everyone can connect as if it were not there",
				"add certfile and keyfile to the listener")
			return
		}
	}
	if l.Port == 8883 || l.Port == 8084 || l.Port == 8884 {
		j.add(l.Place, Broken, "clients with TLS", ListenerNotSecured,
			l.Name()+" has no TLS, on a port where clients expect it: they fail with "+`"tls-to-plain-port"`,
			"add certfile and keyfile to the listener, or use port 1883")
	}
}

// port warns of TLS where clients expect none.
func (j *judge) port(l *Listener) {
	if l.Port == plainTCP {
		j.add(l.Place, Warning, "clients without TLS options", PortMisleading,
			"port 1883 has TLS here, and clients expect none there: without --cafile they fail with "+`"plain-to-tls-port"`,
			"use port 8883, or tell every client to use TLS")
	}
}

// version judges tls_version, which is a minimum since mosquitto 2.0.
func (j *judge) version(l *Listener) {
	v := l.TLSVersion
	switch {
	case !v.Given():
	case v.Text == "tlsv1.3":
		j.add(v.Place, Note, "clients that stop at TLS 1.2", TLSVersionMinimum,
			"tls_version tlsv1.3 is a minimum: clients that stop at TLS 1.2 are refused with \"server-tls-version-too-new\"")
	case v.Text == "tlsv1.2":
	case v.Text == "tlsv1.1":
		j.add(v.Place, Warning, "clients that stop at TLS 1.1", TLSVersionMinimum,
			"tls_version tlsv1.1 gains nothing: OpenSSL 3 finishes no TLS 1.1 handshake above security level 0, and mosquitto 2.1 refuses the word",
			"write tlsv1.2, and update the clients that need less")
	default:
		j.add(v.Place, Broken, NoStart, TLSVersionInvalid, "tls_version "+quoted(v.Text)+" is not one that mosquitto has", "write tlsv1.2 or tlsv1.3")
	}
}
