package options

// DiagAlert is the command line of culex tlsdiag alert.
type DiagAlert struct {
	AlertWords `group:"Output"`
	Form       `group:"Output"`
	Aid        `group:"Output"`
}

// AlertWords name an alert.
type AlertWords struct {
	// Words are a number or a name, which may be several words; none asks for the table of all.
	Words []string `arg:"" optional:"" placeholder:"CODE|NAME" help:"48, unknown_ca, or as OpenSSL prints it: tlsv1 alert unknown ca. All, if none is given."`
}

// ParseDiagAlert reads the command line of culex tlsdiag alert, like [ParsePub].
func ParseDiagAlert(args []string, env Environment) (*DiagAlert, error) {
	o := new(DiagAlert)
	return o, parseVerb(CommandAlert, o, args, env)
}

func aboutAlert() Description {
	return Description{
		Name:     "tlsdiag alert",
		Brief:    "say what a TLS alert means, by number or name",
		Summary:  "Say what a TLS alert means to an MQTT broker and its clients, by who sent it.",
		Synopsis: []string{"[CODE|NAME]"},
		Options:  new(DiagAlert),
		Exits:    stages(),
	}
}
