package options

// DiagReplay is the command line of culex tlsdiag replay.
type DiagReplay struct {
	Recorded `group:"Output"`
	Form     `group:"Output"`
	Aid      `group:"Output"`
}

// Recorded is where a recorded finding stands.
type Recorded struct {
	// File is nil or "-" for standard input.
	File *string `arg:"" optional:"" placeholder:"FILE" help:"A report of --diag-format json, or the evidence out of one; standard input if none or - is given."`
}

// ParseDiagReplay reads the command line of culex tlsdiag replay, like [ParsePub].
func ParseDiagReplay(args []string, env Environment) (*DiagReplay, error) {
	o := new(DiagReplay)
	return o, parseVerb(CommandReplay, o, args, env)
}

func aboutReplay() Description {
	return Description{
		Name:     "tlsdiag replay",
		Brief:    "make a report again from recorded evidence",
		Summary:  "Make a report again from the evidence that --diag-format json has recorded.",
		Synopsis: []string{"[FILE|-]"},
		Options:  new(DiagReplay),
		Exits:    Stages(),
	}
}
