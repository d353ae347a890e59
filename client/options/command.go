package options

import (
	"io/fs"

	"github.com/culex-mqtt/culex/client/mqtt"
)

// Command is one of the programs: the three of mosquitto, and those that only culex has.
type Command byte

// The three programs of mosquitto. Those of culex alone are in verb.go.
const (
	CommandPub Command = iota // mosquitto_pub, culex pub
	CommandSub                // mosquitto_sub, culex sub
	CommandRR                 // mosquitto_rr, culex rr
)

// Commands lists all programs in the order of the help.
func Commands() []Command {
	all := make([]Command, endOfCommands)
	for i := range all {
		all[i] = Command(i)
	}
	return all
}

// String returns the words after culex: "pub" or "tlsdiag files".
func (c Command) String() string {
	switch c {
	case CommandPub:
		return "pub"
	case CommandSub:
		return "sub"
	case CommandRR:
		return "rr"
	}
	return About(c).Name
}

// Invocation says how a program was called. It decides how hints name it, nothing else: the option file, for one, is
// that of the reference either way.
type Invocation byte

// The two ways to call a program.
const (
	AsReference Invocation = iota // mosquitto_pub, mosquitto_sub, mosquitto_rr
	AsCulex                       // culex pub, culex sub, culex rr
)

// Program is the command as the user called it: "mosquitto_pub" or "culex pub".
func (i Invocation) Program(c Command) string {
	if i == AsCulex {
		return "culex " + c.String()
	}
	return "mosquitto_" + c.String()
}

// Environment is what parsing needs from the process and its surroundings.
type Environment struct {
	// LookupEnv is os.LookupEnv.
	LookupEnv func(name string) (string, bool)
	// ReadFile is os.ReadFile: it reads the option file and the files of --pw-file and --key-pass-file.
	ReadFile func(name string) ([]byte, error)
	// Stat is os.Stat: it tells who may read these two.
	Stat func(name string) (fs.FileInfo, error)
	// Pid is the process identifier, which -I appends to its prefix.
	Pid int
	// CheckFormat reports what is wrong with a format of -F, as a sentence: "Incomplete format specifier."
	CheckFormat func(format string) error
	// CheckCurves reports what is wrong with a list of groups; nil takes every list.
	CheckCurves func(list string) error
	// IsBundle tells whether a file is a PKCS #12 bundle, which holds a certificate and its key; nil: none is.
	IsBundle func(name string) bool
}

// Client is what all three commands have in common.
type Client struct {
	Broker    `group:"Broker"`
	Way       `group:"Broker"`
	Login     `group:"Login"`
	Session   `group:"Session"`
	Will      `group:"Will"`
	TLS       `group:"TLS"`
	TLSPolicy `group:"TLS"`
	TLSOwn    `group:"TLS"`
	Patience  `group:"Waiting"`
	General   `group:"General"`

	call call
	pid  int
}

// Pub is the command line of mosquitto_pub.
type Pub struct {
	Publish `group:"Message"`
	Message `group:"Message"`
	Lines   `group:"Message"`
	Spool   `group:"Spool"`
	Client
}

// Sub is the command line of mosquitto_sub.
type Sub struct {
	Subscribe `group:"Subscription"`
	Retained  `group:"Subscription"`
	Output    `group:"Output"`
	Monitor   `group:"Output"`
	Client
}

// RR is the command line of mosquitto_rr.
type RR struct {
	Request  `group:"Request"`
	Message  `group:"Request"`
	Retained `group:"Response"`
	Output   `group:"Response"`
	Client
}

// newClient returns the defaults of a command.
func newClient(c Command, inv Invocation, env Environment) Client {
	o := Client{call: call{c, inv}, pid: env.Pid}
	o.Host = "localhost"
	o.Port = NoPort
	o.KeepAlive = DefaultKeepAlive
	o.MaxInflight = DefaultMaxInflight
	o.Version = ProtocolVersion(mqtt.V311)
	o.ConnectTimeout = DefaultConnectTimeout
	if form, _ := env.LookupEnv("CULEX_DIAG"); form == "json" {
		o.DiagFormat = DiagJSON
	}
	return o
}

// ParsePub reads the command line of mosquitto_pub: args are the words after the program's name. The error is a
// [*UsageError], [ErrHelp] or [ErrVersion]. On success, load the message and call [Pub.CheckMessage] next.
func ParsePub(inv Invocation, args []string, env Environment) (*Pub, error) {
	o := &Pub{Client: newClient(CommandPub, inv, env)}
	o.Repeat = 1
	topic := func(p *pass, word string) error { return o.Topic.set(p, word, urlTopic, "publish") }
	p := pass{table: tableOf(o), client: &o.Client, env: env, topic: topic}
	if err := p.parse(args, func() error { return o.check() }); err != nil {
		return nil, err
	}
	return o, nil
}

// ParseSub reads the command line of mosquitto_sub, like [ParsePub].
func ParseSub(inv Invocation, args []string, env Environment) (*Sub, error) {
	o := &Sub{Client: newClient(CommandSub, inv, env)}
	topic := func(p *pass, word string) error { return o.Topics.add(p, word, urlTopic, "subscription") }
	p := pass{table: tableOf(o), client: &o.Client, retained: &o.Retained, env: env, topic: topic}
	if err := p.parse(args, o.check); err != nil {
		return nil, err
	}
	return o, nil
}

// ParseRR reads the command line of mosquitto_rr, like [ParsePub].
func ParseRR(inv Invocation, args []string, env Environment) (*RR, error) {
	o := &RR{Client: newClient(CommandRR, inv, env)}
	o.Version = ProtocolVersion(mqtt.V5)
	topic := func(p *pass, word string) error { return o.Topic.set(p, word, urlTopic, "publish") }
	p := pass{table: tableOf(o), client: &o.Client, retained: &o.Retained, env: env, topic: topic}
	if err := p.parse(args, func() error { return o.check() }); err != nil {
		return nil, err
	}
	return o, nil
}

// urlTopic names the topic of a URL in errors.
const urlTopic = "-L topic"

// parse reads a command line and checks it.
func (p *pass) parse(args []string, check func() error) error {
	if err := p.run(args); err != nil {
		return err
	}
	p.client.findBundle(p.env)
	if err := check(); err != nil {
		return err
	}
	return p.client.finish(p.env)
}
