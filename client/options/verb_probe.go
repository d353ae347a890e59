package options

import "time"

// Probe is the command line of culex tlsdiag probe.
type Probe struct {
	Probing `group:"Probe"`
	Form    `group:"Probe"`
	Client
}

// DefaultProbeTimeout is the --connect-timeout of culex tlsdiag probe unless given: it is a person who waits.
const DefaultProbeTimeout = Seconds(10 * time.Second)

// Probing says how far culex tlsdiag probe goes.
type Probing struct {
	// NoProbes leaves out all connections but the one that the options ask for.
	NoProbes bool `name:"no-probes" since:"culex" help:"Make the one connection that the options ask for, and no others."`
}

// ParseProbe reads the command line of culex tlsdiag probe, like [ParsePub].
func ParseProbe(args []string, env Environment) (*Probe, error) {
	o := &Probe{Client: newClient(CommandProbe, AsCulex, env)}
	o.ConnectTimeout = DefaultProbeTimeout
	if err := parseConnecting(o, &o.Client, args, env); err != nil {
		return nil, err
	}
	return o, nil
}

// CheckMessage reports a client identifier that cannot be used.
func (o *Probe) CheckMessage() error { return o.checkID("Error: Invalid id.") }

func aboutProbe() Description {
	return Description{
		Name:     "tlsdiag probe",
		Brief:    "say everything that is wrong on the way to a broker",
		Summary:  "Connect to an MQTT broker and say everything that is wrong, in the order to put it right.",
		Synopsis: []string{"[-h HOST] [-p PORT] [--cafile FILE] [--cert FILE --key FILE] [--no-probes]"},
		Options:  new(Probe),
		Exits:    Stages(),
	}
}
