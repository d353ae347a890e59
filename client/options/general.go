package options

// General are the options about the program itself.
type General struct {
	// Debug prints the packets to standard output.
	Debug bool `name:"debug" short:"d" help:"Print what is sent and received, on standard output."`
	// Quiet prints no errors once the command line has been read.
	Quiet bool `name:"quiet" help:"Print no errors, except about the command line."`
	// Strict makes a refused message or subscription a failure.
	Strict bool `name:"strict" since:"culex" help:"Exit with the reason code when the broker refuses a message or a subscription."`
	// DiagFormat is the form of a diagnosis.
	DiagFormat DiagFormat `name:"diag-format" noun:"format" placeholder:"FORMAT" words:"text json" since:"culex" help:"How to print what is wrong with TLS: text or json (text)."`
	// LogFormat is the form of the log of connections on standard error.
	LogFormat LogFormat `name:"log-format" noun:"format" placeholder:"FORMAT" words:"none json" since:"culex" help:"Log connections and failures on standard error: none or json (none)."`
	// OptionsFile is read before the arguments, instead of the default option file.
	OptionsFile OptionsFile `short:"o" noun:"options file" placeholder:"FILE" since:"2.1" help:"Read options from this file instead of the default one."`
	// ShowHelp and ShowVersion end the reading of options.
	ShowHelp    Help        `name:"help" help:"Print this help."`
	ShowVersion ShowVersion `name:"version" since:"2.0" help:"Print the version."`
}
