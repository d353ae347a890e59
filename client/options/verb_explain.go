package options

// Explain is the command line of culex tlsdiag explain.
type Explain struct {
	Text `group:"Explain"`
	By   Printer `name:"printed-by" noun:"side" placeholder:"SIDE" words:"broker client" since:"culex" group:"Explain" help:"Whose program printed it: broker or client (told from the lines)."`
	Form `group:"Explain"`
	Aid  `group:"Explain"`
}

// Text is what another program printed.
type Text struct {
	Words []string `arg:"" optional:"" placeholder:"TEXT|FILE" help:"A message, an alert's number or name, or a file with them; none, or -, reads standard input."`
}

// Printer is the side whose program printed what is explained.
type Printer byte

// The values of Printer.
const (
	PrinterUnknown Printer = iota
	PrinterBroker
	PrinterClient
)

func (v *Printer) read(p *pass) error {
	var choice FormFormat
	err := readChoice(p, &choice, "--printed-by", "broker", "client")
	*v = Printer(choice) + PrinterBroker
	return err
}

// ParseExplain reads the command line of culex tlsdiag explain.
func ParseExplain(args []string, env Environment) (*Explain, error) {
	o := &Explain{}
	return o, parseVerb(CommandExplain, o, args, env)
}

func aboutExplain() Description {
	return Description{
		Name:     "tlsdiag explain",
		Brief:    "what a broker's log or another program says about TLS",
		Summary:  "Say what other programs' messages about TLS mean: who refused whom, why, and what to check.",
		Synopsis: []string{"[TEXT... | FILE | -] [--printed-by broker|client] [--format text|json]"},
		Options:  new(Explain),
		Exits:    Stages(),
	}
}
