package options

// Check is the command line of culex check.
type Check struct {
	RoundTrip `group:"Check"`
	Form      `group:"Check"`
	Client
}

// DefaultCheckTimeout is the -W of culex check unless given, in seconds.
const DefaultCheckTimeout Timeout = 10

// RoundTrip says how culex check sends a message to itself.
type RoundTrip struct {
	// Topic is the start of the topic.
	Topic TopicName `name:"topic" short:"t" noun:"topic" kind:"check" placeholder:"TOPIC" since:"culex" help:"Begin the topic of the message with this (culex/check)."`
	// Timeout is the limit for all of it, from name lookup to the message's return.
	Timeout Timeout `short:"W" noun:"timeout" placeholder:"SECONDS" since:"culex" help:"Give all of it together this long (10)."`
}

// ParseCheck reads the command line of culex check, like [ParsePub].
func ParseCheck(args []string, env Environment) (*Check, error) {
	o := &Check{Client: newClient(CommandCheck, AsCulex, env)}
	o.Topic, o.Timeout = "culex/check", DefaultCheckTimeout
	o.QoS = 1 // so that the broker says whether it took the message
	if err := parseConnecting(o, &o.Client, args, env); err != nil {
		return nil, err
	}
	return o, nil
}

// CheckMessage reports a client identifier that cannot be used.
func (o *Check) CheckMessage() error { return o.checkID("Error: Invalid id.") }

func aboutCheck() Description {
	return Description{
		Name:     "check",
		Brief:    "send a message through the broker and back",
		Summary:  "Connect to an MQTT broker, send a message to oneself and see it come back.",
		Synopsis: []string{"[-h HOST] [-p PORT] [-u NAME] [-P PASSWORD] [-t TOPIC] [-W SECONDS]"},
		Options:  new(Check),
		Exits: []ExitStatus{
			{"0", "the message came back"},
			{"1", "a wrong option or file, or no connection"},
			{"1-5, 128-159", "the code with which the broker refused the connection, the subscription or the message"},
			{"7", "the broker closed the connection"},
			{"8", "TLS failed"},
			{"27", "the time of -W has gone by"},
		},
	}
}
