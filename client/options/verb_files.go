package options

// DiagFiles is the command line of culex tlsdiag files.
type DiagFiles struct {
	FileCheck `group:"Files"`
	Form      `group:"Files"`
	Client
}

// FileCheck says how culex tlsdiag files judges.
type FileCheck struct {
	// For is whose the certificate of --cert is.
	For Party `name:"for" noun:"party" placeholder:"PARTY" words:"client broker" since:"culex" help:"Whose certificate --cert is: client or broker, which -h then names (client)."`
	// AsUser is the account that has to read the files, nil for whoever asks.
	AsUser *string `name:"as-user" noun:"name" placeholder:"NAME" since:"culex" help:"Say whether this user of the system may read the files, say mosquitto."`
	// Days is the time before the end of a certificate from which on it is worth a warning.
	Days Count `name:"days" noun:"count" placeholder:"DAYS" since:"culex" help:"Warn of certificates that end within this many days (30)."`
}

// Party is one of the two sides of a connection.
type Party byte

// The values of Party.
const (
	PartyClient Party = iota
	PartyBroker
)

func (v *Party) read(p *pass) error { return readChoice(p, v, "--for", "client", "broker") }

// ParseDiagFiles reads the command line of culex tlsdiag files, like [ParsePub].
func ParseDiagFiles(args []string, env Environment) (*DiagFiles, error) {
	o := &DiagFiles{Client: newClient(CommandFiles, AsCulex, env)}
	o.Days = 30
	o.Host = "" // no name is compared then
	if err := parseConnecting(o, &o.Client, args, env); err != nil {
		return nil, err
	}
	if o.CAFile == nil && o.CAPath == nil && o.Cert == nil && o.Key == nil && len(o.CRLFiles) == 0 {
		return nil, o.call.lineError("There is no file to look at: give --cafile, --capath, --cert, --key or --crl-file.")
	}
	return o, nil
}

func aboutFiles() Description {
	return Description{
		Name:     "tlsdiag files",
		Brief:    "judge certificates, keys and CA files, without a connection",
		Summary:  "Say what certificate files, keys and CA files hold, whether they fit together, and for how long.",
		Synopsis: []string{"[--cafile FILE] [--cert FILE] [--key FILE] [--for PARTY] [-h HOST] [--as-user NAME]"},
		Options:  new(DiagFiles),
		Exits:    stages(StageFiles, StageBroker, StageIdentity),
	}
}
