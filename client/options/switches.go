package options

// SkipRetained is -R: drop messages with the retain flag. Reading it also asks the broker not to send them.
type SkipRetained bool

func (v *SkipRetained) read(p *pass) error {
	*v = true
	p.retained.Handling = RetainNever
	return nil
}

// RetainHandling tells when the broker sends retained messages: the subscription option of [MQTT-3.8.3.1], unshifted.
type RetainHandling byte

// The values of RetainHandling.
const (
	RetainAlways RetainHandling = iota // at every SUBSCRIBE
	RetainNew                          // at a SUBSCRIBE for a filter that the session does not have yet
	RetainNever
)

func (v *RetainHandling) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	switch word {
	case "always":
		*v = RetainAlways
	case "new":
		*v = RetainNew
	case "never":
		*v = RetainNever
	default:
		return p.client.call.optionError("Unknown value '%s' for --retain-handling.", word)
	}
	return nil
}

// Format is the format of -F.
type Format string

func (v *Format) read(p *pass) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	if p.env.CheckFormat != nil {
		if err := p.env.CheckFormat(word); err != nil {
			return p.client.call.lineError("%v", err)
		}
	}
	*v = Format(word)
	return nil
}

// DiagFormat is the form of a diagnosis.
type DiagFormat byte

// The values of DiagFormat.
const (
	DiagText DiagFormat = iota
	DiagJSON
)

func (v *DiagFormat) read(p *pass) error { return readChoice(p, v, "--diag-format", "text", "json") }

// LogFormat is the form of the log.
type LogFormat byte

// The values of LogFormat.
const (
	LogNone LogFormat = iota
	LogJSON
)

func (v *LogFormat) read(p *pass) error { return readChoice(p, v, "--log-format", "none", "json") }

// readChoice reads one of two words, of which the first is the value 0.
func readChoice[T ~byte](p *pass, v *T, option, first, second string) error {
	word, err := p.word()
	if err != nil {
		return err
	}
	switch word {
	case first:
		*v = 0
	case second:
		*v = 1
	default:
		return p.client.call.optionError("Unknown value '%s' for %s, it must be %s or %s.", word, option, first, second)
	}
	return nil
}

// OptionsFile is the word of -o. The file has been read before all other options; an -o in it changes nothing.
type OptionsFile string

func (v *OptionsFile) read(p *pass) error {
	word, err := p.word()
	if !p.fromFile {
		*v = OptionsFile(word)
	}
	return err
}

// Help is --help. It ends the reading of options.
type Help bool

func (*Help) read(*pass) error { return ErrHelp }

// ShowVersion is --version. It ends the reading of options.
type ShowVersion bool

func (*ShowVersion) read(*pass) error { return ErrVersion }
