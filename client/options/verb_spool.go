package options

// SpoolDirectory names the spool that a command works on.
type SpoolDirectory struct {
	// Dir is the directory that was given to --spool.
	Dir *string `arg:"" placeholder:"DIR" help:"The directory that pub had with --spool."`
}

// SpoolLook is the command line of culex spool status and of culex spool drop.
type SpoolLook struct {
	SpoolDirectory `group:"Output"`
	Form           `group:"Output"`
	Aid            `group:"Output"`
}

// ParseSpoolLook reads the command line of culex spool status or culex spool drop, like [ParsePub].
func ParseSpoolLook(c Command, args []string, env Environment) (*SpoolLook, error) {
	o := new(SpoolLook)
	return o, parseVerb(c, o, args, env)
}

// SpoolFlush is the command line of culex spool flush.
type SpoolFlush struct {
	SpoolDirectory `group:"Spool"`
	SpoolExpiry    `group:"Spool"`
	Client
}

// SpoolExpiry says which messages are too old to be delivered.
type SpoolExpiry struct {
	// SpoolAge is the age from which on messages are dropped; 0 for none.
	SpoolAge Span `name:"spool-age" noun:"time" placeholder:"TIME" since:"culex" help:"Drop messages that are older: 90, 90s, 15m, 12h or 7d (never)."`
}

// ParseSpoolFlush reads the command line of culex spool flush, like [ParsePub].
func ParseSpoolFlush(args []string, env Environment) (*SpoolFlush, error) {
	o := &SpoolFlush{Client: newClient(CommandSpoolFlush, AsCulex, env)}
	if err := parseConnecting(o, &o.Client, args, env); err != nil {
		return nil, err
	}
	return o, nil
}

// CheckMessage reports a client identifier that cannot be used.
func (o *SpoolFlush) CheckMessage() error { return o.checkID("Error: Invalid id.") }

// Pub is the command line of the culex pub that delivers what is stored.
func (o *SpoolFlush) Pub() *Pub {
	p := &Pub{Client: o.Client}
	p.Repeat = 1
	p.SpoolDir, p.SpoolAge = o.Dir, o.SpoolAge
	return p
}

func aboutSpoolFlush() Description {
	return Description{
		Name:     "spool flush",
		Brief:    "deliver what pub --spool has stored",
		Summary:  "Deliver the messages of a spool to their MQTT broker, in their order.",
		Synopsis: []string{"DIR [-h HOST] [-p PORT] [-u NAME] [-P PASSWORD]"},
		Options:  new(SpoolFlush),
		Exits: []ExitStatus{
			{"0", "nothing waits any more"},
			{"1", "a wrong option or file, a spool that cannot be used, or no connection"},
			{"other", "as of culex pub; what was not delivered stays stored"},
		},
	}
}

func aboutSpoolStatus() Description {
	return Description{
		Name:     "spool status",
		Brief:    "say what pub --spool has stored",
		Summary:  "Say what waits in a spool: how many messages, how old, for which broker and topics.",
		Synopsis: []string{"DIR"},
		Options:  new(SpoolLook),
		Exits:    spoolExits("the spool could be read, whatever is in it"),
	}
}

func aboutSpoolDrop() Description {
	return Description{
		Name:     "spool drop",
		Brief:    "throw away what pub --spool has stored",
		Summary:  "Throw away all messages of a spool, and say what they were.",
		Synopsis: []string{"DIR"},
		Options:  new(SpoolLook),
		Exits:    spoolExits("the spool is empty"),
	}
}

func spoolExits(done string) []ExitStatus {
	return []ExitStatus{{"0", done}, {"1", "wrong options, no spool, or one that is in use by a process that delivers"}}
}
