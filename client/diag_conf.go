package client

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"

	"github.com/culex-mqtt/culex/client/options"
	"github.com/culex-mqtt/culex/client/transport"
	"github.com/culex-mqtt/culex/tlsdiag/cause"
	"github.com/culex-mqtt/culex/tlsdiag/certs"
	"github.com/culex-mqtt/culex/tlsdiag/offline/brokerconf"
)

// Conf is culex tlsdiag conf: it says what a broker's configuration will break.
func Conf(env *Env, inv options.Invocation, args []string) Exit {
	o, err := options.ParseConf(args, env.options())
	if err != nil {
		return env.usage(options.CommandConf, inv, err)
	}
	d := &confDiagnosis{env: env, o: o}
	if err := d.read(); err != nil {
		fmt.Fprintf(env.Stderr, "Error: %s\n", err)
		return Exit{Code: int(options.NotRun)}
	}
	if o.Against != nil {
		if err := d.tryAgainst(); err != nil {
			fmt.Fprintf(env.Stderr, "Error: --against: %s\n", strings.TrimPrefix(strings.TrimRight(err.Error(), "\n"), "Error: "))
			return Exit{Code: int(options.NotRun)}
		}
	}
	write := d.writeText
	if o.Format == options.FormJSON {
		write = d.writeJSON
	}
	if err := write(); err != nil {
		return env.unwritten(err)
	}
	return Exit{Code: int(d.stage())}
}

// confDiagnosis is one run of culex tlsdiag conf.
type confDiagnosis struct {
	env      *Env
	o        *options.Conf
	config   *brokerconf.Config
	findings []brokerconf.Finding
	against  *verdictAgainst
}

// read reads the configuration and judges it.
func (d *confDiagnosis) read() error {
	config, err := brokerconf.Read(*d.o.File, brokerconf.System{
		Open:    func(path string) (io.ReadCloser, error) { return os.Open(path) },
		ReadDir: os.ReadDir,
	})
	if err != nil {
		return err
	}
	d.config = config
	account, missing, err := d.account()
	if err != nil {
		return err
	}
	d.findings = brokerconf.Judge(config, brokerconf.Options{
		Now: d.env.Now(), Account: account, Ciphers: suiteNames,
		Ciphersuites: func(list string) error { _, err := transport.ParseCiphersuites(list); return err },
	})
	if missing != nil {
		d.findings = append([]brokerconf.Finding{*missing}, d.findings...)
	}
	return nil
}

// suiteNames reads a cipher list and returns what it leaves, whether or not Go has it.
func suiteNames(list string) ([]string, error) {
	c, err := transport.ParseCiphers(list)
	if err != nil {
		return nil, err
	}
	names := append([]string{}, c.Unsupported...)
	for _, id := range c.Suites {
		names = append(names, tls.CipherSuiteName(id))
	}
	return names, nil
}

// account is the user that the broker will run as, where this machine has that user. A broker that was not started by
// root stays who it is; root is assumed.
func (d *confDiagnosis) account() (*certs.Account, *brokerconf.Finding, error) {
	const usual = "mosquitto"
	name, told := usual, d.config.User.Given() && d.config.User.Text != ""
	switch {
	case d.o.AsUser != nil:
		name = *d.o.AsUser
	case told:
		name = d.config.User.Text
	}
	account, err := certs.LookUpAccount(name)
	var unknown user.UnknownUserError
	switch {
	case err == nil:
		return account, nil, nil
	case d.o.AsUser != nil:
		return nil, nil, fmt.Errorf("--as-user: this machine has no user %s", printable(name))
	case !errors.As(err, &unknown) || !told || name == usual:
		return nil, nil, nil // the broker then runs as nobody, or is meant for another machine
	}
	return nil, &brokerconf.Finding{
		Listener: -1, Place: d.config.User.Place, Severity: brokerconf.Warning, Whom: "the broker does not start on this machine",
		Finding: cause.Finding{ID: brokerconf.UserUnknown, Confidence: cause.Sure,
			Headline: "this machine has no user " + name + ", so that permissions are not judged", Hints: []cause.Hint{{Party: cause.Broker, Action: "create it, or change the option user"}}},
	}, nil
}

// stage is the exit code: that of the first thing that breaks, or of the connection that was asked about.
func (d *confDiagnosis) stage() options.Stage {
	if d.against != nil && d.against.failed {
		return stageOfCause(d.against.finding.ID)
	}
	for _, f := range d.findings {
		switch {
		case f.Severity != brokerconf.Broken || d.against != nil && f.Listener >= 0 && f.Listener != d.against.listener:
		case f.Whom == brokerconf.NoStart, cause.GroupOf(f.ID) == 0:
			return options.StageFiles
		default:
			return stageOfCause(f.ID)
		}
	}
	return options.Sound
}
